import type { RunOrder, RunRef } from "../core/command.ts";
import type { CheckpointFolder, Job, JobId } from "../core/job.ts";
import { gpuCount, leadServer, type Placement } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { DriverEvent, FoundFolder, OutputLine } from "./driver.ts";
import { Pace } from "./simulated-pace.ts";

/** What outlives a simulated driver and lies between simulated servers. */
export interface SimulatedWorld {
  readonly servers: Map<string, Map<string, SimulatedRun>>;
  /** How much of a job's work (0 to 1) is in a checkpoint folder, by `checkpointKey`. */
  readonly checkpoints: Map<string, number>;
  /** Servers that have crashed and are not back. */
  readonly down: Set<string>;
  /** GPU time spent on work that has to be done again, by job. */
  readonly lostGpuMillis: Map<JobId, Millis>;
}

export const simulatedWorld = (): SimulatedWorld => ({
  servers: new Map(),
  checkpoints: new Map(),
  down: new Set(),
  lostGpuMillis: new Map(),
});
export const checkpointKey = (job: JobId, { server, generation }: CheckpointFolder): string =>
  `${server}/${job}/${generation}`;

/** How much of a job's work (0 to 1) is done by now: by its run where one works, else in its checkpoint. */
export function doneBy({ servers, checkpoints }: SimulatedWorld, job: Job, now: Instant): number {
  const { state, checkpoint, id, attempt } = job;
  const run = "on" in state ? servers.get(leadServer(state.on))?.get(`${id}/${attempt}`) : undefined;
  if (run && run.startedAt !== null) return run.phase === "over" ? run.savedBy(now) : run.doneBy(now);
  return checkpoint ? (checkpoints.get(checkpointKey(id, checkpoint)) ?? 0) : 0;
}

/** The checkpoint folders that lie on this server. */
export const foldersOn = (world: SimulatedWorld, server: string): FoundFolder[] =>
  [...world.checkpoints.keys()].flatMap((key) => {
    const [on, job = "", generation] = key.split("/");
    return on === server ? [{ job, generation: Number(generation) }] : [];
  });

export type Phase = "preparing" | "prepared" | "starting" | "running" | "paused" | "stopping" | "over";
/** What a run does by itself when its time comes. */
export type Turn = "prepared" | "begin" | "halt" | "end" | "die";

/** Work that was done is not printed again because a sum of shares fell short by the last bit. */
const ROUNDING = 1e-9;

/** One run that only pretends: where it stands, and what comes next. */
export class SimulatedRun implements RunRef {
  readonly job: JobId;
  readonly attempt: number;
  on: Placement;
  /** Null for one that was told to stop and never to start. */
  order: RunOrder | null;
  phase: Phase = "preparing";
  next: { readonly at: Instant; readonly turn: Turn } | null = null;
  startedAt: Instant | null = null;
  exit: Extract<DriverEvent, { type: "RunExited" }> | null = null;

  /** What it does about a stop. */
  saves = false;
  /** When it has let go of what resizes took from it. */
  freeAt: Instant = 0;
  signal: string | null = null;

  readonly #pace: Pace;
  /** After so much more GPU time it dies. */
  lifeGpuMillis: Millis = Number.POSITIVE_INFINITY;
  /** Since when it works as fast as it does; later than now while it takes over another size. */
  workingSince: Instant = 0;

  readonly lines: OutputLine[] = [];
  /** The number of the last line; it counts over all runs of the job. */
  #step: number | null = null;
  readonly #progressLines: number;
  readonly #waiting = new Set<() => void>();

  constructor({ job, attempt, on }: RunRef, order: RunOrder | null, progressLines: number, pace = new Pace(0, 0)) {
    this.job = job;
    this.attempt = attempt;
    this.on = on;
    this.order = order;
    this.#progressLines = progressLines;
    this.#pace = pace;
  }

  /** How much of the work (0 to 1) was done when it last began or ceased to work. */
  get done(): number {
    return this.#pace.done;
  }
  doneBy(now: Instant): number {
    return this.#pace.doneBy(now);
  }
  /** How much of the work (0 to 1) its last whole checkpoint has. */
  savedBy(now: Instant): number {
    return this.#pace.savedBy(now);
  }

  /** It begins with what an earlier run has saved. */
  begin(done: number): void {
    this.#pace.begin(done);
  }

  /** It works from then on. @param allMillis what all of the work would take, not only the rest */
  work(now: Instant, allMillis: Millis): void {
    this.#pace.work(now, allMillis);
    this.workingSince = now;
  }

  /** It works no more, for now. */
  stand(now: Instant): void {
    this.print(now);
    if (this.#pace.isWorking && Number.isFinite(this.lifeGpuMillis))
      this.lifeGpuMillis -= Math.max(0, now - this.workingSince) * gpuCount(this.on);
    this.#pace.stand(now);
  }

  /** When a share (0 to 1) of the work is done, if it works on; a whole millisecond. */
  reaches(share: number): Instant {
    return this.#pace.reaches(share);
  }

  /** When it dies, if it works on. */
  get diesAt(): Instant {
    const gpus = gpuCount(this.on);
    return gpus === 0
      ? Number.POSITIVE_INFINITY
      : this.workingSince + Math.ceil(Math.max(0, this.lifeGpuMillis) / gpus);
  }

  /** Prints the progress lines that are due by now, each with the time when it was. */
  print(now: Instant): void {
    for (let due = this.#nextDue(); due <= now; due = this.#nextDue()) {
      this.#step = this.#nextStep();
      const text = JSON.stringify({ schedulearn: { step: this.#step, steps: this.#progressLines } });
      this.lines.push({ stream: "stdout", at: due, text, position: String(this.lines.length + 1) });
    }
  }

  /** Something happened to it. */
  change(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when something happens to it, its next line is due, or nobody waits any more. */
  async changed(clock: Clock, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const due = this.#nextDue();
    let wake = () => {};
    let cancel: Cancel = () => {};
    await new Promise<void>((done) => {
      wake = done;
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
      if (due !== Number.POSITIVE_INFINITY) cancel = clock.at(due, wake);
    });
    cancel();
    this.#waiting.delete(wake);
    signal.removeEventListener("abort", wake);
  }

  /** A run that goes on with a checkpoint begins behind what was done. */
  #nextStep(): number {
    return 1 + (this.#step ?? Math.floor(this.#pace.done * this.#progressLines + ROUNDING));
  }

  /** When the next line comes; never, while it does not work or after the last. */
  #nextDue(): Instant {
    const step = this.#nextStep();
    if (!this.#pace.isWorking || step > this.#progressLines) return Number.POSITIVE_INFINITY;
    return this.reaches(step / this.#progressLines);
  }
}
