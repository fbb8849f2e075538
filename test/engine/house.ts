import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_GUARDS, NO_GUARDS } from "../../src/core/guards.ts";
import type { JobId, JobStatus } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { PolicySetting, ResolvePolicy } from "../../src/core/policy.ts";
import { requestCancel, requestJoin, requestSubmit } from "../../src/core/request.ts";
import type { Server } from "../../src/core/server.ts";
import type { Driver } from "../../src/drivers/driver.ts";
import { processDriver } from "../../src/drivers/process/driver.ts";
import { wallClock } from "../../src/engine/clock.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { MakeDriver } from "../../src/engine/fleet.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { createLearner } from "../../src/estimator/index.ts";
import { JobLogs } from "../../src/store/job-logs.ts";
import { clusterId, policySetting } from "../../src/store/settings.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { aServer, aSpec, resolve } from "../core/world.ts";
import { until } from "../drivers/support.ts";

export const trainScript = readFileSync(new URL("../../examples/train.sh", import.meta.url), "utf8");

/** So slow in its first run that it is still under way when something is done with it, however late that comes; then quick. */
export const slowAtFirst = `[ "$SCHEDULEARN_ATTEMPT" = 1 ] && SECONDS_PER_STEP=0.5\n${trainScript}`;

/** A whole engine over real files and real processes (or what `drivers` gives), in a folder of its own. */
export class EngineHouse {
  readonly folder: string;
  readonly #drivers: MakeDriver;
  readonly #made: Driver[] = [];
  readonly logged: string[] = [];
  engine!: Engine;
  store!: Store;

  constructor(folder = mkdtempSync(join(tmpdir(), "engine-")), drivers: MakeDriver = processes(folder)) {
    this.folder = folder;
    this.#drivers = drivers;
  }

  /** @param options.guarded moves no running work about for little, as a real server */
  async open(
    options: { reapGraceMillis?: number; guarded?: boolean; resolve?: ResolvePolicy } & Partial<EngineOptions> = {},
  ): Promise<this> {
    this.store = await openStore(join(this.folder, "schedulearn.db"));
    this.engine = await Engine.open({
      store: this.store,
      logs: new JobLogs(join(this.folder, "logs")),
      clock: wallClock,
      cluster: await clusterId(this.store),
      resolve,
      guards: options.guarded ? DEFAULT_GUARDS : NO_GUARDS,
      learner: createLearner(),
      setting: (await policySetting(this.store)) ?? { policy: "fifo", options: {}, placement: "consolidate" },
      makeDriver: (server, context) => {
        const driver = this.#drivers(server, context);
        this.#made.push(driver);
        return driver;
      },
      ...options,
      reapGraceMillis: options.reapGraceMillis ?? 60_000,
      fatal: (error) => this.logged.push(`fatal ${error}`),
      log: (level, message, details) => this.logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
    });
    await this.engine.connect();
    return this;
  }

  /** The file that `letGo` makes. */
  get go(): string {
    return join(this.folder, "go");
  }

  /** For the shell of a job: it waits here until `letGo`. */
  get gate(): string {
    return `until [ -e ${this.go} ]; do sleep 0.05; done`;
  }

  letGo(): void {
    writeFileSync(this.go, "");
  }

  async join(...servers: Server[]): Promise<this> {
    for (const server of servers) {
      const joined: Server = { ...server, health: "down", reason: "not connected yet" };
      await this.engine.request((scheduler, now) => ({ events: requestJoin(scheduler, joined, now) }));
    }
    await until("the servers are up", () =>
      servers.every(({ id }) => this.engine.scheduler.servers.get(id)?.health === "up"),
    );
    return this;
  }

  async submit(spec: Partial<JobSpec>, secrets: Record<string, string> = {}): Promise<JobId> {
    const id = this.engine.nextJobId();
    const whole = aSpec({ cores: { min: 1, max: 1, preferred: 1 }, ...spec, secretNames: Object.keys(secrets) });
    await this.engine.request((scheduler, now) => ({
      events: requestSubmit(scheduler, id, whole, null, now),
      secrets: Object.entries(secrets).map(([name, value]) => ({ job: id, name, value })),
    }));
    return id;
  }

  async setPolicy(policy: string, options: PolicySetting["options"] = {}, placement = "consolidate"): Promise<void> {
    await this.engine.request((_, at) => ({ events: [{ type: "PolicyChanged", policy, options, placement, at }] }));
  }

  async status(id: JobId): Promise<JobStatus | undefined> {
    return (await this.engine.queries.jobsById([id])).get(id)?.state.status;
  }

  async reaches(id: JobId, ...statuses: JobStatus[]): Promise<JobStatus> {
    return until(`${id} is ${statuses.join(" or ")}; ${this.logged.slice(-5).join("; ")}`, async () => {
      const status = await this.status(id);
      return status && statuses.includes(status) ? status : null;
    });
  }

  async lines(id: JobId): Promise<string[]> {
    return (await this.engine.logs.read(id, null, 100_000)).lines.map(({ text }) => text);
  }

  /** Stops all that runs or waits, and comes back when nothing does. */
  async cancelAll(): Promise<void> {
    for (const { id } of this.engine.scheduler.jobs.values())
      await this.engine
        .request((scheduler, now) => ({
          events: requestCancel(scheduler, id, { by: "test", delete: false, graceSeconds: 0 }, now),
        }))
        .catch(() => {});
    await until("nothing runs any more", () => this.engine.scheduler.jobs.size === 0);
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.store.close();
  }

  /** Leaves the engine as after a crash: it records nothing any more, and its drivers let go of their servers and reach none. */
  async abandon(): Promise<void> {
    this.engine.gpus.close();
    for (const driver of this.#made.splice(0)) {
      driver.connect = () => new Promise(() => {});
      void driver.close();
    }
    await this.store.close();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Servers that are this machine, one folder each. */
const processes =
  (folder: string): MakeDriver =>
  (server, context) =>
    processDriver({
      server: server.id,
      root: join(folder, "servers", server.id),
      gpus: server.gpus.length,
      cores: server.cores,
      memoryMiB: server.memoryMiB,
      context,
    });

export const shell = (script: string): string[] => ["/bin/sh", "-c", script];
export { aServer };
