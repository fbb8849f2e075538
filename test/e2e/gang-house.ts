import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { defaultContainers } from "../../src/config/index.ts";
import type { JobId } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { requestCancel } from "../../src/core/request.ts";
import type { Run } from "../../src/core/run.ts";
import { dockerDriver } from "../../src/drivers/docker/docker-driver.ts";
import type { MakeDriver } from "../../src/engine/fleet.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { gpus } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse } from "../engine/house.ts";
import { pythonImage } from "../lab/docker-lab.ts";
import type { SharedLab } from "../lab/shared-lab.ts";

/** The machine's own programs instead of an image's: what is installed here is there too, without a copy. */
export const MACHINE: Pick<JobSpec, "image" | "mounts"> = {
  image: pythonImage,
  mounts: ["/usr:/usr", "/usr/lib:/lib", "/usr/lib64:/lib64", "/etc/alternatives:/etc/alternatives"].map((mount) => {
    const [source = "", target = ""] = mount.split(":");
    return { source, target, readOnly: true };
  }),
};

/** Why there is no such thing for tests here; null where there is. */
export const missing = (path: string, what: string): string | null =>
  existsSync(path) ? null : `${what} is not installed here: see scripts/install-test-tools.sh`;

export const onTwo = (cores = 2): Pick<JobSpec, "gpus" | "cores" | "servers" | "checkpoint"> => ({
  gpus: gpus(0),
  cores: { min: cores, max: cores, preferred: cores },
  servers: { min: 2, max: 2 },
  checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 20 },
});

/** So long a server may be away. */
const LOSES_SOON = { lostAfterMillis: 2_000 };

/** An engine over all hosts of the lab, where runs may span them. It is cleared after each test. */
export class GangHouse {
  readonly #shared: SharedLab;
  house!: EngineHouse;

  constructor(shared: SharedLab, gpuCount = 0) {
    this.#shared = shared;
    const drivers: MakeDriver = (server, context) => {
      const host = shared.hosts.find(({ name }) => name === server.id);
      if (!host) throw new Error(`no host ${server.id}`);
      const { host: address, port, ca, cert, key } = host.tcp;
      const endpoint = `tcp://${address}:${port}`;
      const containers = { ...defaultContainers, mountRoots: ["/usr", "/etc/alternatives"] };
      return dockerDriver({ server: server.id, endpoint, tls: { ca, cert, key }, gpus: gpuCount, context, containers });
    };
    beforeEach(async () => {
      this.house = await new EngineHouse(mkdtempSync(join(tmpdir(), "gang-")), drivers).open(LOSES_SOON);
      const servers = shared.hosts.map(({ name, address }) =>
        aServer(name, gpuCount, { driver: "docker", cores: 2, endpoint: `tcp://${address}:2376` }),
      );
      await this.house.join(...servers);
    }, 60_000);
    afterEach(() => this.#clear(), 120_000);
  }

  async #clear(): Promise<void> {
    const { house } = this;
    const jobs = await house.engine.queries.jobs({ filter: {}, order: "newest-first", first: 100, after: null });
    for (const job of jobs.items)
      await house.engine.request((scheduler, now) => {
        scheduler.recall(job);
        return { events: requestCancel(scheduler, job.id, { by: "test", delete: true, graceSeconds: 0 }, now) };
      });
    for (const { docker } of this.#shared.hosts) {
      await until("no container is left", async () => (await docker.listContainers({ all: true })).length === 0);
      await until("no volume is left", async () => (await docker.listVolumes()).Volumes.length === 0);
    }
    await house.close();
    house.remove();
  }

  /** The scheduler ends and is started again. */
  async restart(): Promise<void> {
    await this.house.close();
    await this.house.open(LOSES_SOON);
    await until("all servers are up", () =>
      [...this.house.engine.scheduler.servers.values()].every(({ health }) => health === "up"),
    );
  }

  cancel(id: JobId): Promise<void> {
    return this.house.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, id, { by: "test", delete: false, graceSeconds: null }, now),
    }));
  }

  submit(spec: Partial<JobSpec>): Promise<JobId> {
    return this.house.submit({ ...onTwo(), ...spec });
  }

  async run(id: JobId): Promise<Run> {
    return (await this.house.engine.queries.runsOf([id])).get(id)?.at(-1) as Run;
  }

  async exits(id: JobId): Promise<readonly { attempt: number; outcome: unknown }[]> {
    const events = await readEvents(this.house.store, 0, 1000, { job: id, types: ["RunExited"] });
    return events.map(({ event }) => event as never);
  }

  /** What it printed, each line behind the rank that did. */
  async lines(id: JobId): Promise<string[]> {
    const { lines } = await this.house.engine.logs.read(id, null, 10_000);
    // A shell says "Terminated" of the pause that it was in.
    return lines.map(({ rank = 0, text }) => `${rank} ${text}`).filter((line) => !line.endsWith(" Terminated"));
  }

  async ends(id: JobId, as: "completed" | "failed"): Promise<void> {
    const status = await this.over(id);
    if (status !== as)
      throw new Error(
        `${id} is ${status}: ${JSON.stringify(await this.exits(id))} ${(await this.lines(id)).slice(-20).join("\n")}`,
      );
  }

  async over(id: JobId): Promise<string> {
    for (;;) {
      const status = await this.house.status(id);
      if (status === "completed" || status === "failed" || status === "cancelled") return status;
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  says(id: JobId, line: string | RegExp): Promise<string> {
    return until(`it says ${line}`, async () =>
      (await this.lines(id)).find((one) => (typeof line === "string" ? one === line : line.test(one))),
    );
  }
}
