import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { WebSocket } from "ws";
import {
  createClient,
  type JobDetails,
  type JobSpecInput,
  type SchedulearnClient,
  type Server,
} from "../../../clients/sdk/index.ts";
import { shell } from "../../engine/house.ts";
import { busyboxImage, type LabHost } from "../../lab/docker-lab.ts";
import type { SharedLab } from "../../lab/shared-lab.ts";
import { ServerProcess } from "../../setup/server.ts";
import { eventually } from "../live-house.ts";

export { eventually };

const MINUTES = 3 * 60_000;
/** A server that is away for longer is lost: long enough for a short fault, short enough for a test. */
export const LOST_AFTER_SECONDS = 4;

/** Counts up and says so, until its file `end` is there or it has said so `count` times. */
export const counting = (count: number): JobSpecInput => ({
  image: busyboxImage,
  command: shell(
    `i=0; while [ $i -lt ${count} ] && [ ! -e /checkpoint/end ]; do i=$((i+1)); echo "attempt $SCHEDULEARN_ATTEMPT line $i"; sleep 0.2; done; echo "attempt $SCHEDULEARN_ATTEMPT ends"`,
  ),
  gpus: { count: 1 },
});

/** Within the `describe` of a lab: a server over its engines by TLS, cleared after each test, however that ended. */
export function useFaultHouse(lab: SharedLab, settings: object = {}): { readonly house: FaultHouse } {
  let house: FaultHouse | undefined;
  beforeAll(async () => {
    house = await FaultHouse.open(lab.hosts, settings);
  }, MINUTES);
  beforeEach(({ onTestFailed }) => onTestFailed(async () => console.info(await house?.history())));
  afterEach(() => house?.clear(), MINUTES);
  afterAll(() => house?.close(), MINUTES);
  return {
    get house() {
      return house as FaultHouse;
    },
  };
}

/** A started server over engines that a test cuts off, hangs and kills, and what is true of jobs and engines afterwards. */
export class FaultHouse {
  readonly #hosts: readonly LabHost[];
  readonly server: ServerProcess;
  #client: SchedulearnClient;

  static async open(hosts: readonly LabHost[], settings: object): Promise<FaultHouse> {
    const { folder } = new ServerProcess();
    const file = join(folder, "schedulearn.yaml");
    const servers = hosts.map(({ name, tcp }) => ({
      name,
      endpoint: `tcp://${tcp.host}:${tcp.port}`,
      tls: { ca: tcp.caPath, cert: tcp.certPath, key: tcp.keyPath },
      gpus: 2,
    }));
    const limits = { requestsPerSecond: 10_000 };
    const own = { lostAfterSeconds: LOST_AFTER_SECONDS, reapGraceSeconds: 1, minFreeDiskMiB: 0, ...settings };
    writeFileSync(file, JSON.stringify({ servers, limits, ...own })); // JSON is YAML
    const server = await new ServerProcess({ folder, env: { SCHEDULEARN_CONFIG: file } }).start();
    return new FaultHouse(hosts, server);
  }

  private constructor(hosts: readonly LabHost[], server: ServerProcess) {
    this.#hosts = hosts;
    this.server = server;
    this.#client = createClient({ url: server.url, webSocket: WebSocket });
  }

  get client(): SchedulearnClient {
    return this.#client;
  }

  /** What has happened, and what the server said of it. */
  async history(): Promise<string> {
    const events = await this.client.events({ limit: 10_000 });
    const lines = events.filter(({ type }) => type !== "RunProgressed").map(({ at, summary }) => `${at} ${summary}`);
    return [...lines, this.server.output].join("\n");
  }

  /** kill -9, and the next life on the same port and data; resolves when it answers. */
  async restart(): Promise<void> {
    const { port } = this.server;
    await this.server.end("SIGKILL");
    await this.server.start(port);
  }

  /** All is healed; every job goes, and nothing of it is left on an engine or in the books. */
  async clear(): Promise<void> {
    for (const host of this.#hosts) {
      await host.heal();
      if (host.isRunning) host.unhang();
      host.freeDisk();
      await host.start();
    }
    for (const { name } of this.#hosts) {
      await this.client.cordonServer(name, false);
      await this.is(name, "UP");
    }
    for await (const { id } of this.client.allJobs()) await this.client.delete(id, 0);
    await this.leavesNothing();
  }

  async close(): Promise<void> {
    this.client.close();
    await this.server.end();
    this.server.remove();
  }

  /** Submits the job so that its first run is on that host. */
  async submitTo(host: LabHost, spec: JobSpecInput): Promise<string> {
    const others = this.#hosts.filter((other) => other !== host);
    for (const { name } of others) await this.client.cordonServer(name);
    const { id } = await this.client.submit(spec);
    await eventually(`${id} prints`, async () => (await this.lines(id)).length > 0);
    expect((await this.find(id)).lastServer?.name).toBe(host.name); // it may be over by now
    for (const { name } of others) await this.client.cordonServer(name, false);
    return id;
  }

  async find(id: string): Promise<JobDetails> {
    return (await this.client.job(id)) as JobDetails;
  }

  serverNamed = async (name: string): Promise<Server> =>
    (await this.client.servers()).find((server) => server.name === name) as Server;

  is(name: string, state: Server["state"]): Promise<Server> {
    return eventually(`${name} is ${state}`, async () => {
      const server = await this.serverNamed(name);
      return server.state === state ? server : null;
    });
  }

  /** It runs on that host; fails at once when it is over before. */
  runsOn(id: string, host: LabHost, attempt: number): Promise<JobDetails> {
    return eventually(`attempt ${attempt} of ${id} runs on ${host.name}`, async () => {
      const job = await this.find(id);
      expect(job.endedAt, JSON.stringify(job.runs.nodes)).toBeNull();
      return job.status === "RUNNING" && job.server?.name === host.name && job.attempt === attempt ? job : null;
    });
  }

  ends(id: string): Promise<JobDetails> {
    return eventually(`${id} is over`, async () => {
      const job = await this.find(id);
      return job.endedAt === null ? null : job;
    });
  }

  async lines(id: string): Promise<{ text: string; at: string; attempt: number }[]> {
    const lines = [];
    for (let after: string | null = null; ; ) {
      const batch = await this.client.logs(id, { after, first: 1000 });
      lines.push(...batch.lines);
      if (!batch.hasMore) return lines;
      after = batch.cursor;
    }
  }

  /** What a run of `counting` said: each line once, in order. */
  async saidByAttempt(id: string, attempt: number): Promise<readonly string[]> {
    const said = (await this.lines(id)).filter((line) => line.attempt === attempt).map(({ text }) => text);
    const counted = said.filter((text) => text.includes("line"));
    expect(counted).toEqual(counted.map((_, i) => `attempt ${attempt} line ${i + 1}`));
    return said;
  }

  /** Has the program of `counting` end of its own accord. */
  async letEnd(id: string): Promise<void> {
    await eventually(`${id} hears that it may end`, async () => {
      for (const host of this.#hosts)
        for (const { Id, State } of await containersOf(host, id))
          if (State === "running") await touchEnd(host, Id).catch(() => {}); // it may end at this very moment
      return (await this.find(id)).endedAt !== null;
    });
  }

  /** No container, no volume, and nothing in anybody's name. */
  async leavesNothing(): Promise<void> {
    for (const { docker } of this.#hosts) {
      await eventually("no container is left", async () => (await docker.listContainers({ all: true })).length === 0);
      await eventually("no volume is left", async () => (await docker.listVolumes()).Volumes.length === 0);
    }
    await eventually("nothing is held", async () =>
      (await this.client.servers()).every(
        ({ gpus, coresUsed, memoryUsedMiB }) =>
          coresUsed + memoryUsedMiB === 0 && gpus.every(({ job }) => job === null),
      ),
    );
  }

  /** What was told of that server's health behind a cursor. */
  async told(name: string, after: string): Promise<string[]> {
    const events = await this.client.events({ types: ["ServerHealthChanged"], after });
    return events.filter(({ serverId }) => serverId === name).map(({ summary }) => summary);
  }

  /** Where the log of events is now. */
  now = async (): Promise<string> => (await this.client.cluster()).eventCursor;
}

async function touchEnd({ docker }: LabHost, container: string): Promise<void> {
  const exec = await docker.getContainer(container).exec({ Cmd: ["touch", "/checkpoint/end"] });
  await exec.start({ Detach: true });
}

/** The containers of a job on that host, asked of the engine itself. */
export const containersOf = (host: LabHost, job: string) =>
  host.docker.listContainers({ all: true, filters: { label: [`schedulearn.job=${job}`] } });
