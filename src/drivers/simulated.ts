import type { RunOrder, RunRef } from "../core/command.ts";
import type { CheckpointFolder, JobId } from "../core/job.ts";
import type { Cause, Outcome } from "../core/outcome.ts";
import { declaredGpus, gpuCount, type ServerId } from "../core/server.ts";
import type { Cancel, Instant } from "../core/time.ts";
import type { Driver, DriverContext, DriverEvent, Found, Output, OutputPosition } from "./driver.ts";
import { handoverMillis } from "./resizing.ts";
import { carryFault, GPU_LOST, LOST, UNREACHABLE } from "./simulated-faults.ts";
import type { Costs, Faults, SimulatedOptions } from "./simulated-options.ts";
import { followOutput } from "./simulated-output.ts";
import { Pace } from "./simulated-pace.ts";
import {
  checkpointKey,
  foldersOn,
  SimulatedRun,
  type SimulatedWorld,
  simulatedWorld,
  type Turn,
} from "./simulated-world.ts";

export type { Company, Costs, Faults, SimulatedOptions } from "./simulated-options.ts";
export type { SimulatedDriver };

/**
 * Runs nothing and keeps only time, by `context.clock` alone: one timer a run, and its progress is reckoned when it is asked for.
 * Work goes on evenly; what was done when a run saved goes on in the next one that has its checkpoint folder.
 */
export function simulatedDriver(options: SimulatedOptions): SimulatedDriver {
  return new SimulatedDriver(options);
}

class SimulatedDriver implements Driver {
  readonly server: string;
  readonly #options: SimulatedOptions;
  readonly #context: DriverContext;
  readonly #world: SimulatedWorld;
  readonly #runs: Map<string, SimulatedRun>;
  /** The runs that this life of the server knows of, with what wakes them. */
  readonly #known = new Map<SimulatedRun, Cancel | null>();
  readonly #unspoken = new Set<Cancel>();
  readonly #closed = new AbortController();

  constructor(options: SimulatedOptions) {
    this.server = options.server;
    this.#options = options;
    this.#context = options.context;
    this.#world = options.world ?? simulatedWorld();
    this.#runs = this.#world.servers.get(options.server) ?? new Map();
    this.#world.servers.set(options.server, this.#runs);
  }

  connect(): Promise<Found> {
    const { gpus, cores, memoryMiB } = this.#options;
    const list = typeof gpus === "number" ? gpus : gpus.map((gpu, index) => ({ ...gpu, index }));
    const inventory = { gpus: declaredGpus(this.server, list), cores, memoryMiB };
    const runs = [...this.#runs.values()].map(({ job, attempt }) => ({ job, attempt }));
    return Promise.resolve({ inventory, runs, folders: foldersOn(this.#world, this.server), identity: null });
  }

  prepare(order: RunOrder): void {
    const run = this.#find(order) ?? this.#add(order, order);
    if (run.phase === "prepared") this.#take(run, "prepared", this.#now());
    else if (run.phase === "preparing" && !run.next)
      this.#plan(run, "prepared", this.#now() + this.#cost("prepareMillis", order));
  }

  start(order: RunOrder): void {
    const run = this.#find(order) ?? this.#add(order, order);
    if (run.phase !== "preparing" && run.phase !== "prepared") return;
    const now = this.#now();
    const preparedAt = run.phase === "prepared" ? now : (run.next?.at ?? now + this.#cost("prepareMillis", order));
    const carry = order.checkpoint.from ? this.#cost("carryMillis", order) : 0;
    run.order = order;
    run.phase = "starting";
    this.#plan(run, "begin", preparedAt + carry + this.#cost("startMillis", order));
  }

  stop(ref: RunRef, signal: string, graceSeconds: number): void {
    const run = this.#find(ref) ?? this.#add(ref, null);
    const { order, phase, next } = run;
    if (phase === "over" || this.#faults(run).refuseStop) return;
    const now = this.#now();
    const [needs, grace] = [this.#cost("stopMillis", order), graceSeconds * 1_000];
    if (phase === "running" || phase === "paused") {
      this.#stand(run, now);
      run.phase = "stopping";
      run.signal = signal;
      run.saves = needs <= grace && (!order || !this.#options.saves || this.#options.saves(order));
      this.#plan(run, "halt", now + Math.min(needs, grace));
    } else if (phase !== "stopping") this.#exit(run, now, { kind: "stopped" });
    else if (next && now + grace < next.at) {
      run.saves = false;
      this.#plan(run, "halt", now + grace);
    }
  }

  resize(order: RunOrder): void {
    const run = this.#find(order);
    if (!run?.order || (run.phase !== "running" && run.phase !== "paused") || this.#faults(run).refuseResize) return;
    const now = this.#now();
    if (order.generation > run.order.generation) {
      const tookOverAt = now + this.#cost("resizeMillis", order);
      if (run.phase === "running") this.#stand(run, now);
      run.order = order;
      run.on = order.on;
      run.freeAt = Math.max(tookOverAt, now + handoverMillis(order));
      if (run.phase === "running") this.#go(run, tookOverAt);
    }
    const { job, attempt, generation } = order;
    const at = Math.max(now, run.freeAt);
    this.#later(at, () => {
      if (run.phase !== "over") this.#tell(run, { type: "RunResized", at, job, attempt, generation });
    });
  }

  pause(ref: RunRef): void {
    const run = this.#find(ref);
    if (run?.phase === "paused") return;
    const reason = run?.phase === "running" ? this.#faults(run).refusePause : "the run is not running";
    const [at, { job, attempt }] = [this.#now(), ref];
    if (!run || reason !== undefined)
      return this.#tell(ref, { type: "RunPauseFailed", at, job, attempt, reason: reason ?? "" });
    this.#stand(run, at);
    run.phase = "paused";
    this.#rest(run);
  }

  resume(ref: RunRef): void {
    const run = this.#find(ref);
    if (run?.phase === "paused") this.#go(run, this.#now());
  }

  discard(ref: RunRef): void {
    const run = this.#find(ref);
    if (run?.phase === "preparing" || run?.phase === "prepared") this.#remove(run);
  }

  discardCheckpoint(job: JobId, folder: CheckpointFolder): void {
    this.#world.checkpoints.delete(checkpointKey(job, folder));
  }

  adopt(order: RunOrder): void {
    const run = this.#find(order);
    if (run) {
      if (run.exit && this.#faults(run).loseExit) this.#tell(run, run.exit);
      return;
    }
    const cause: Cause = { origin: "infrastructure", code: "server-lost", message: "the run is not there any more" };
    this.#exit(this.#add(order, order), this.#now(), { kind: "failed", cause });
  }

  /**
   * A server has crashed, this one or another. What runs here is over, and nobody hears of it before it is back; a gang of which a
   * part was there is broken at once.
   */
  crash(server: ServerId): void {
    const now = this.#now();
    if (server === this.server) {
      this.#world.down.add(server);
      const reason = "it has crashed";
      this.#context.emit({ type: "ServerHealthChanged", at: now, server, health: "down", reason });
    }
    for (const run of [...this.#runs.values()]) {
      if (run.phase === "over" || !run.on.some((share) => share.server === server)) continue;
      run.saves = false;
      this.#exit(run, now, run.startedAt === null ? UNREACHABLE : LOST);
    }
  }

  /** It is back, and tells of the runs that are no more; checkpoint folders are still there. */
  restore(): void {
    const [at, server] = [this.#now(), this.server];
    this.#world.down.delete(server);
    for (const run of [...this.#runs.values()]) if (run.exit) this.#tell(run, { ...run.exit, at });
    this.#context.emit({ type: "ServerHealthChanged", at, server, health: "up", reason: null });
  }

  reap(job: JobId, attempt: number): Promise<void> {
    const run = this.#runs.get(keyOf({ job, attempt }));
    if (run) this.#remove(run);
    return Promise.resolve();
  }

  follow(ref: RunRef, from: OutputPosition, signal: AbortSignal): AsyncGenerator<Output[]> {
    const either = AbortSignal.any([signal, this.#closed.signal]);
    return followOutput(this.#context.clock, () => this.#runs.get(keyOf(ref)), from, either);
  }

  readCheckpoint(): Promise<NodeJS.ReadableStream> {
    return Promise.reject(new Error(`${this.server} is simulated: its checkpoints have no files`));
  }

  close(): Promise<void> {
    for (const cancel of [...this.#known.values(), ...this.#unspoken]) cancel?.();
    this.#known.clear();
    this.#unspoken.clear();
    this.#closed.abort();
    return Promise.resolve();
  }

  #now(): Instant {
    return this.#context.clock.now();
  }

  /** @param order null for a run that was never told to start: then nothing is known of it */
  #cost(name: keyof Costs, order: RunOrder | null): number {
    const { costs } = this.#options;
    const apply = typeof costs === "function" ? order && costs(order) : costs;
    return apply?.[name] ?? 0;
  }

  #faults(run: RunRef): Faults {
    return this.#options.faults?.(run) ?? {};
  }

  #add(ref: RunRef, order: RunOrder | null): SimulatedRun {
    const pace = new Pace(this.#cost("checkpointEveryMillis", order), this.#cost("checkpointMillis", order));
    const run = new SimulatedRun(ref, order, this.#options.progressLines ?? 0, pace);
    this.#runs.set(keyOf(ref), run);
    this.#known.set(run, null);
    if (this.#world.down.has(this.server)) this.#exit(run, this.#now(), UNREACHABLE);
    return run;
  }

  /** The run, if there is one; what became of it in an earlier life of the server is told now. */
  #find(ref: RunRef): SimulatedRun | null {
    const run = this.#runs.get(keyOf(ref));
    if (!run) return null;
    if (!this.#known.has(run)) {
      this.#known.set(run, null);
      if (run.startedAt !== null) this.#tell(run, startOf(run, run.startedAt));
      if (run.exit && !this.#faults(run).loseExit) this.#tell(run, run.exit);
      else if (run.next) this.#plan(run, run.next.turn, run.next.at);
    }
    return run;
  }

  #remove(run: SimulatedRun): void {
    this.#rest(run);
    if (run.phase === "running") this.#options.company?.left(run);
    run.phase = "over";
    run.change();
    this.#known.delete(run);
    this.#runs.delete(keyOf(run));
  }

  /** What the run does next, and when. */
  #plan(run: SimulatedRun, turn: Turn, at: Instant): void {
    this.#rest(run);
    const next = { turn, at };
    run.next = next;
    const cancel = this.#context.clock.at(at, () => {
      this.#rest(run);
      this.#take(run, turn, at);
    });
    if (run.next === next) this.#known.set(run, cancel); // else it was due and is done
    run.change();
  }

  /** Nothing comes next. */
  #rest(run: SimulatedRun): void {
    this.#known.get(run)?.();
    this.#known.set(run, null);
    run.next = null;
    run.change();
  }

  #take(run: SimulatedRun, turn: Turn, at: Instant): void {
    switch (turn) {
      case "prepared":
        run.phase = "prepared";
        return this.#tell(run, { type: "RunPrepared", at, job: run.job, attempt: run.attempt });
      case "begin":
        return this.#begin(run, run.order as RunOrder, at);
      case "halt":
        if (run.saves && run.order) this.#save(run.order, run.done);
        return this.#exit(run, at, { kind: "stopped" }, null, run.signal);
      case "die":
        return this.#exit(run, at, GPU_LOST);
      case "end": {
        const fault = this.#faults(run).exit;
        return this.#exit(
          run,
          at,
          fault?.outcome ?? { kind: "succeeded" },
          fault ? (fault.exitCode ?? null) : 0,
          fault?.signal,
        );
      }
    }
  }

  #begin(run: SimulatedRun, order: RunOrder, at: Instant): void {
    const { from, generation } = order.checkpoint;
    const cause = this.#faults(run).refuseStart ?? carryFault(this.#world, order);
    if (cause) return this.#exit(run, at, { kind: "failed", cause });
    const folder = from ?? { server: this.server, generation };
    run.begin(this.#world.checkpoints.get(checkpointKey(order.job, folder)) ?? 0);
    run.lifeGpuMillis = this.#options.lifeGpuMillis?.(order) ?? Number.POSITIVE_INFINITY;
    this.#save(order, run.done);
    const { job, attempt } = run;
    if (from) {
      const [millis, bytes] = [this.#cost("carryMillis", order), this.#cost("checkpointBytes", order)];
      this.#tell(run, { type: "CheckpointCarried", at, job, attempt, bytes, files: 0, millis });
    }
    run.startedAt = at;
    this.#tell(run, startOf(run, at));
    this.#go(run, at);
  }

  #go(run: SimulatedRun, at: Instant): void {
    run.phase = "running";
    this.#options.company?.came(run, () => this.#again(run));
    this.#work(run, at);
  }

  /** The run is as fast as it is now, until something changes. */
  #work(run: SimulatedRun, at: Instant): void {
    run.work(at, this.#options.duration(run.order as RunOrder));
    const [end, death] = [run.reaches(this.#faults(run).exit?.at ?? 1), run.diesAt];
    this.#plan(run, death < end ? "die" : "end", Math.min(death, end));
  }

  /** Others came or went. */
  #again(run: SimulatedRun): void {
    const now = Math.max(this.#now(), run.workingSince);
    run.stand(now);
    this.#work(run, now);
  }

  #stand(run: SimulatedRun, now: Instant): void {
    run.stand(now);
    this.#options.company?.left(run);
  }

  #save({ job, checkpoint: { generation } }: RunOrder, done: number): void {
    this.#world.checkpoints.set(checkpointKey(job, { server: this.server, generation }), done);
  }

  #exit(
    run: SimulatedRun,
    at: Instant,
    outcome: Outcome,
    exitCode: number | null = null,
    signal: string | null = null,
  ): void {
    if (run.phase === "running") this.#stand(run, at);
    run.phase = "over";
    this.#rest(run);
    if (outcome.kind !== "succeeded" && run.startedAt !== null && !run.saves) this.#lose(run, at);
    run.exit = { type: "RunExited", at, job: run.job, attempt: run.attempt, outcome, exitCode, signal };
    const isUnheard = run.startedAt !== null && this.#world.down.has(this.server);
    if (!isUnheard && !this.#faults(run).loseExit) this.#tell(run, run.exit);
  }

  /** What it did since its last checkpoint is lost. */
  #lose(run: SimulatedRun, at: Instant): void {
    if (!run.order) return;
    const { lostGpuMillis } = this.#world;
    const saved = run.savedBy(at);
    this.#save(run.order, saved);
    const lost = (run.done - saved) * this.#options.duration(run.order) * gpuCount(run.on);
    if (lost > 0) lostGpuMillis.set(run.job, (lostGpuMillis.get(run.job) ?? 0) + lost);
  }

  #tell(run: RunRef, event: DriverEvent): void {
    const { lateMillis = 0, twice = false } = this.#faults(run);
    this.#later(this.#now() + lateMillis, () => this.#say(event, twice));
  }

  #later(at: Instant, speak: () => void): void {
    if (at <= this.#now()) return speak();
    const cancel = this.#context.clock.at(at, () => {
      this.#unspoken.delete(cancel);
      speak();
    });
    this.#unspoken.add(cancel);
  }

  #say(event: DriverEvent, twice: boolean): void {
    if (this.#closed.signal.aborted) return;
    this.#context.emit(event);
    if (twice) this.#context.emit(event);
  }
}

const keyOf = ({ job, attempt }: Pick<RunRef, "job" | "attempt">): string => `${job}/${attempt}`;

const startOf = ({ job, attempt }: SimulatedRun, at: Instant): DriverEvent => ({
  type: "RunStarted",
  at,
  job,
  attempt,
  handle: `${job}.${attempt}`,
});
