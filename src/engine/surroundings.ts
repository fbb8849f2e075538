import type { Event } from "../core/event.ts";
import type { JobId } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Queries } from "../store/queries.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Fleet } from "./fleet.ts";
import { GpuWatch, type GpuWatchSettings } from "./gpu-watch.ts";
import { LogKeeping } from "./log-keeping.ts";
import type { Answer, EngineOptions } from "./options.ts";
import { OutputReader } from "./output.ts";
import { Reaper } from "./reaper.ts";

const UNWATCHED: GpuWatchSettings = { lookMillis: 0, auditMillis: 0, ignore: [] };

/** What the loop lends to what stands around it. */
interface Loop {
  readonly scheduler: Scheduler;
  readonly queries: Queries;
  /** Of this cluster: what members of a run know each other by is made from it. */
  readonly secret: string;
  tell(event: Event): void;
  request(ask: (scheduler: Scheduler, now: number) => Answer): Promise<void>;
  /** Was there ever a job of this id? */
  wasGiven(id: JobId): boolean;
}

/** All that the loop does not do itself: it drives servers, reads output, copies checkpoints, watches GPUs, and clears up. */
export class Surroundings {
  readonly fleet: Fleet;
  readonly output: OutputReader;
  readonly checkpoints: Checkpoints;
  readonly gpus: GpuWatch;
  readonly reaper: Reaper;
  readonly #logKeeping: LogKeeping;
  readonly #loop: Loop;

  constructor(options: EngineOptions, loop: Loop) {
    this.#loop = loop;
    const { clock, cluster, makeDriver, reapGraceMillis } = options;
    const { scheduler, queries, secret, tell, request, wasGiven } = loop;
    const secrets = (job: JobId): Promise<Record<string, string>> => queries.secretsOf(job);
    const log = (message: string, details?: Readonly<Record<string, unknown>>): void =>
      options.log("info", message, details);
    this.output = new OutputReader({
      clock,
      logs: options.logs,
      secrets,
      tell,
      log,
      job: (id) => scheduler.job(id),
      isUp: (id) => scheduler.servers.get(id)?.health === "up",
    });
    this.checkpoints = new Checkpoints({
      clock,
      keeping: options.checkpoints ?? null,
      scheduler: () => scheduler,
      driverOf: (server) => this.fleet.drivers().get(server) ?? null,
      tell,
      log: options.log,
      finishedBefore: (at) => queries.withFolderBefore(at),
      request,
    });
    this.#logKeeping = new LogKeeping({
      clock,
      logs: options.logs,
      limits: options.keepLogs ?? { keepMillis: null, maxBytes: null },
      isLive: (job, attempt) =>
        attempt >= (scheduler.jobs.get(job)?.attempt ?? Number.POSITIVE_INFINITY) || this.output.isReading(job),
      log: options.log,
    });
    this.fleet = new Fleet({
      cluster,
      clock,
      makeDriver,
      secrets,
      tell,
      log,
      scheduler: () => scheduler,
      output: () => this.output,
      blame: (event) => this.gpus.blame(event),
      secret,
      openCheckpoint: (job, folder, signal) => this.checkpoints.open(job, folder, signal),
      lookForSaved: (run) => this.checkpoints.lookForSaved(run),
      runOf: async (id, attempt) =>
        (await queries.runsOf([id])).get(id)?.find((run) => run.attempt === attempt) ?? null,
      wasGiven,
    });
    this.gpus = new GpuWatch(
      { clock, scheduler, driverOf: (server) => this.fleet.driverOf(server), tell, log },
      options.gpuWatch ?? UNWATCHED,
    );
    this.reaper = new Reaper({
      clock,
      graceMillis: reapGraceMillis,
      scheduler: () => scheduler,
      drivers: () => this.fleet.drivers(),
      recordOf: async (id) => (await queries.jobsById([id])).get(id) ?? null,
      drained: (job, attempt) => this.output.drained(job, attempt),
      sweepUploads: async (before) => {
        if (options.code) await options.code.sweep(await queries.codeHashes(), before);
      },
      log,
    });
  }

  /** Resolves when each server has answered or failed once. */
  async start(): Promise<void> {
    const { scheduler, queries } = this.#loop;
    this.#logKeeping.start();
    this.reaper.start();
    this.gpus.start();
    await Promise.all([...scheduler.servers.values()].map((server) => this.fleet.join(server)));
    await this.checkpoints.start((jobs) => queries.existing(jobs));
  }

  async close(): Promise<void> {
    await this.#logKeeping.close();
    await this.reaper.close();
    this.gpus.close();
    await this.checkpoints.close();
    await this.fleet.close();
    await this.output.close();
  }
}
