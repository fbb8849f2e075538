import type { RunOrder, RunRef } from "../core/command.ts";
import type { CheckpointFolder, JobId } from "../core/job.ts";
import type { Placement } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { DriverEvent, FoundFolder, OutputLine } from "./driver.ts";

/** What outlives a simulated driver and lies between simulated servers. */
export interface SimulatedWorld {
  readonly servers: Map<string, Map<string, SimulatedRun>>;
  /** How much of a job's work (0 to 1) is in a checkpoint folder, by `checkpointKey`. */
  readonly checkpoints: Map<string, number>;
}

export const simulatedWorld = (): SimulatedWorld => ({ servers: new Map(), checkpoints: new Map() });
export const checkpointKey = (job: JobId, { server, generation }: CheckpointFolder): string =>
  `${server}/${job}/${generation}`;

/** The checkpoint folders that lie on this server. */
export const foldersOn = (world: SimulatedWorld, server: string): FoundFolder[] =>
  [...world.checkpoints.keys()].flatMap((key) => {
    const [on, job = "", generation] = key.split("/");
    return on === server ? [{ job, generation: Number(generation) }] : [];
  });

export type Phase = "preparing" | "prepared" | "starting" | "running" | "paused" | "stopping" | "over";
/** What a run does by itself when its time comes. */
export type Turn = "prepared" | "begin" | "halt" | "end";

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

  /** How much of the work (0 to 1) was done at `#since`; from then on all of it would take `#allMillis`, if it is working. */
  done = 0;
  #since: Instant = 0;
  #allMillis: Millis | null = null;

  readonly lines: OutputLine[] = [];
  /** The number of the last line; it counts over all runs of the job. */
  #step: number | null = null;
  readonly #progressLines: number;
  readonly #waiting = new Set<() => void>();

  constructor({ job, attempt, on }: RunRef, order: RunOrder | null, progressLines: number) {
    this.job = job;
    this.attempt = attempt;
    this.on = on;
    this.order = order;
    this.#progressLines = progressLines;
  }

  /** It works from then on. @param allMillis what all of the work would take, not only the rest */
  work(now: Instant, allMillis: Millis): void {
    this.#since = now;
    this.#allMillis = Math.max(0, allMillis);
  }

  /** It works no more, for now. */
  stand(now: Instant): void {
    this.print(now);
    this.done = this.#doneAt(now);
    this.#allMillis = null;
  }

  /** When a share (0 to 1) of the work is done, if it works on; a whole millisecond. */
  reaches(share: number): Instant {
    return Math.round(this.#since + Math.max(0, share - this.done) * (this.#allMillis ?? 0));
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

  #doneAt(now: Instant): number {
    if (this.#allMillis === null) return this.done;
    const worked = Math.max(0, now - this.#since); // a resized run begins a little later
    return this.#allMillis === 0 ? 1 : Math.min(1, this.done + worked / this.#allMillis);
  }

  /** A run that goes on with a checkpoint begins behind what was done. */
  #nextStep(): number {
    return 1 + (this.#step ?? Math.floor(this.done * this.#progressLines + ROUNDING));
  }

  /** When the next line comes; never, while it does not work or after the last. */
  #nextDue(): Instant {
    const step = this.#nextStep();
    if (this.#allMillis === null || step > this.#progressLines) return Number.POSITIVE_INFINITY;
    return this.reaches(step / this.#progressLines);
  }
}
