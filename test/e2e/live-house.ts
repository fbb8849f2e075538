import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import tar from "tar-stream";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { WebSocket } from "ws";
import {
  createClient,
  type JobDetails,
  type JobSpecInput,
  type SchedulearnClient,
  UnreachableError,
} from "../../clients/sdk/index.ts";
import { until } from "../drivers/support.ts";
import type { LabHost } from "../lab/docker-lab.ts";
import type { SharedLab } from "../lab/shared-lab.ts";
import { ServerProcess } from "../setup/server.ts";
import { EngineWatch } from "./engine-watch.ts";
import { HURRY, type Program, resultUndisturbed, stepOf, train, trainElastic } from "./programs.ts";

/** A policy may move running work at once and for any gain, but not to another server. */
const BRISK = {
  planSpacingSeconds: 0,
  cooldownSeconds: 0,
  restartFactor: 0,
  endFactor: 0,
  maxMigrations: 0,
};

/** Waits until `look` finds something, and returns it. What is asked through the API costs both sides more than a glance. */
export const eventually = <T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> =>
  until(what, async () => (await look()) || sleep(50, null));

/** No engine here has more. */
export const GPUS = 4;

export interface LiveJob {
  readonly id: string;
  readonly steps: number;
  /** The last line of the same training without a scheduler. */
  readonly result: Promise<string>;
}

const MINUTES = 3 * 60_000;

/** Within the `describe` of a lab: a server over its engines for all tests, which is cleared after each. */
export function useLiveHouse(lab: SharedLab, options: HouseOptions, take: (house: LiveHouse) => void): void {
  let house: LiveHouse | undefined;
  beforeAll(async () => {
    house = await LiveHouse.open(lab.hosts, options);
    take(house);
  }, MINUTES);
  afterEach(() => house?.clear(), MINUTES);
  afterAll(() => house?.close());
}

interface HouseOptions {
  /** Settings that differ from the brisk ones. */
  readonly scheduling?: object;
  /** Jobs tell no progress, so that no glimpse of a second at one size decides about another. */
  readonly quiet?: boolean;
}

/** A started server over the lab's engines, as a user has it, with an eye on the engines themselves. */
export class LiveHouse {
  readonly #hosts: readonly LabHost[];
  readonly #quiet: boolean;
  readonly server: ServerProcess;
  readonly watch: EngineWatch;
  readonly client: SchedulearnClient;
  #seed = 0;

  static async open(
    hosts: readonly LabHost[],
    { scheduling = {}, quiet = false }: HouseOptions = {},
  ): Promise<LiveHouse> {
    const { folder } = new ServerProcess();
    const file = join(folder, "schedulearn.yaml");
    const servers = hosts.map(({ name, unixSocket }) => ({
      name,
      endpoint: `unix://${unixSocket}`,
      gpus: Array.from({ length: GPUS }, (_, index) => ({ index, uuid: `GPU-${name}-${index}` })),
    }));
    const limits = { requestsPerSecond: 10_000 };
    writeFileSync(file, JSON.stringify({ servers, scheduling: { ...BRISK, ...scheduling }, limits })); // JSON is YAML
    const server = await new ServerProcess({ folder, env: { SCHEDULEARN_CONFIG: file } }).start();
    return new LiveHouse(hosts, quiet, server, await EngineWatch.begin(hosts));
  }

  private constructor(hosts: readonly LabHost[], quiet: boolean, server: ServerProcess, watch: EngineWatch) {
    this.#hosts = hosts;
    this.#quiet = quiet;
    this.server = server;
    this.watch = watch;
    this.client = createClient({ url: server.url, webSocket: WebSocket });
  }

  /** Deletes every job, waits until nothing of them is left in the server's books and on the engines, and looks whether all went well. */
  async clear(): Promise<void> {
    for await (const { id } of this.client.allJobs()) await this.client.delete(id, 0);
    for (const { docker } of this.#hosts) {
      await eventually("no container is left", async () => (await docker.listContainers({ all: true })).length === 0);
      await eventually("no volume is left", async () => (await docker.listVolumes()).Volumes.length === 0);
    }
    await this.holdsNothing();
    this.watch.forget();
    expect(await this.client.events({ types: ["RoundFailed"] })).toEqual([]);
    expect(this.server.output).not.toMatch(/"level":"(error|fatal)"/);
  }

  async close(): Promise<void> {
    this.watch.end();
    this.client.close();
    await this.server.end();
    this.server.remove();
  }

  /** kill -9 of the server at the next such event of the job's containers, told by their engine; resolves when it is dead. */
  killAt(action: "create" | "pause" | "start" | "die", { id }: LiveJob): Promise<void> {
    return new Promise((resolve) => {
      this.watch.onEvent = (what, job) => {
        if (what !== action || job !== id) return;
        this.watch.onEvent = () => {};
        resolve(this.server.end("SIGKILL"));
      };
    });
  }

  /** The next life of the server, on the same port and data. */
  async restart(): Promise<void> {
    await this.server.end("SIGKILL");
    await this.server.start(this.server.port);
  }

  /** No GPU, core or memory is in anybody's name. */
  async holdsNothing(): Promise<void> {
    await eventually("nothing is held", async () =>
      (await this.client.servers()).every(
        ({ gpus, coresUsed, memoryUsedMiB }) =>
          coresUsed + memoryUsedMiB === 0 && gpus.every(({ job }) => job === null),
      ),
    );
  }

  /** A job of any size up to all of a server. */
  submitElastic(spec: JobSpecInput): Promise<LiveJob> {
    return this.submit({ gpus: { min: 1, max: GPUS }, ...spec }, trainElastic);
  }

  /** Submits a training that goes on until it is told to hurry: on four GPUs for two minutes, if nobody tells it. */
  async submit(spec: JobSpecInput, program: Program = train, steps = 600, secondsPerStep = 0.8): Promise<LiveJob> {
    this.#seed += 1; // no two jobs end alike, so none can pass off another's work as its own
    const idempotencyKey = `seed ${this.#seed}`;
    const env = { EPOCHS: "1", STEPS: `${steps}`, CHECKPOINT_EVERY: "50", SEED: `${this.#seed}` };
    const whole: JobSpecInput = {
      ...program,
      env: { ...env, SECONDS_PER_STEP: `${secondsPerStep}`, QUIET: this.#quiet ? "yes" : "" },
      checkpoint: { graceSeconds: 600 },
      ...spec,
    };
    const { id } = await eventually("it is submitted, though the server may be killed meanwhile", () =>
      this.client.submit(whole, { idempotencyKey }).catch((error) => {
        if (error instanceof UnreachableError) return null;
        throw error;
      }),
    );
    return { id, steps, result: resultUndisturbed(program, env) };
  }

  async find({ id }: Pick<LiveJob, "id">): Promise<JobDetails> {
    return (await this.client.job(id)) as JobDetails;
  }

  /** The job, once `is` holds of it. */
  sees(what: string, job: LiveJob, is: (job: JobDetails) => boolean): Promise<JobDetails> {
    return eventually(what, async () => {
      const found = await this.find(job);
      return is(found) ? found : null;
    });
  }

  /** It trains, and has trained since this was called. */
  async trains(job: LiveJob): Promise<JobDetails> {
    const before = await this.#step(job);
    await eventually(`${job.id} trains on`, async () => (await this.#step(job)) > before);
    return this.sees(`${job.id} runs`, job, ({ status }) => status === "RUNNING");
  }

  /** Of the last line that tells of one; 0 before the first. */
  async #step({ id }: LiveJob): Promise<number> {
    const { lines } = await this.client.logs(id, { last: 10 });
    return Math.max(0, ...lines.map(({ text }) => stepOf(text) ?? 0));
  }

  /** Tells trainings to go on without a pause, each when it runs. */
  async hurry(...jobs: readonly LiveJob[]): Promise<void> {
    const pack = tar.pack();
    pack.entry({ name: HURRY }, "");
    pack.finalize();
    const archive = Buffer.from(await text(pack));
    for (const { id } of jobs)
      await eventually(`${id} hears that it is to hurry`, async () => {
        const container = await this.containerOf({ id });
        // It may stop at this very moment: then it is told in its next container.
        const isTold = await container?.putArchive(archive, { path: "/checkpoint" }).then(
          () => true,
          () => false,
        );
        return isTold || (await this.find({ id })).endedAt !== null;
      });
  }

  /** Its running container, frozen or not. */
  async containerOf({ id }: Pick<LiveJob, "id">): Promise<Docker.Container | null> {
    for (const { docker } of this.#hosts) {
      const [found] = await docker.listContainers({ filters: { label: [`schedulearn.job=${id}`] } });
      if (found) return docker.getContainer(found.Id);
    }
    return null;
  }

  async inspect(job: LiveJob): Promise<Docker.ContainerInspectInfo> {
    const container = await eventually(`${job.id} has a container`, () => this.containerOf(job));
    return container.inspect();
  }

  /** What the job reads as its grant. */
  async allocation(job: LiveJob): Promise<{ generation: number; gpus: number; cores: number; devices: string[] }> {
    const container = await eventually(`${job.id} has a container`, () => this.containerOf(job));
    const archive = await container.getArchive({ path: "/schedulearn/allocation.json" });
    const extract = archive.pipe(tar.extract());
    for await (const entry of extract) return JSON.parse(await text(entry));
    throw new Error("no allocation.json");
  }

  async lines({ id }: LiveJob): Promise<{ text: string; at: string; attempt: number }[]> {
    const lines = [];
    for (let after: string | null = null; ; ) {
      const batch = await this.client.logs(id, { after, first: 1000 });
      lines.push(...batch.lines);
      if (!batch.hasMore) return lines;
      after = batch.cursor;
    }
  }

  /** Those of its lines that match. */
  async said(job: LiveJob, pattern: RegExp): Promise<string[]> {
    return (await this.lines(job)).map(({ text }) => text).filter((line) => pattern.test(line));
  }

  /** Each completed, once; each did each step once and said so once; and each came to what it comes to undisturbed. */
  async endsLikeUndisturbed(...jobs: readonly LiveJob[]): Promise<void> {
    for (const job of jobs) {
      await eventually(`${job.id} is over`, async () => (await this.find(job)).endedAt !== null);
      const ended = await this.find(job);
      const said = JSON.stringify(ended.runs.nodes);
      expect(ended.status, said).toBe("COMPLETED");
      const succeeded = ended.runs.nodes.filter(({ outcome }) => outcome === "SUCCEEDED");
      expect(succeeded, said).toHaveLength(1);
      const lines = (await this.lines(job)).map((line) => line.text);
      const steps = lines.map(stepOf).filter((step) => step !== null);
      expect(steps, `${job.id}: ${said}`).toEqual(Array.from({ length: job.steps }, (_, i) => i + 1));
      expect(lines.at(-1)).toBe(await job.result);
    }
  }
}
