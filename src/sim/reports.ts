import type { RunRef } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { JobProgress } from "../core/job.ts";
import type { Instant, Millis } from "../core/time.ts";
import type { SimulatedRun } from "../drivers/simulated-world.ts";
import type { VirtualClock } from "./clock.ts";

/** A run tells of its progress after so long, then each time after twice as long as before, up to the longest. */
const FIRST: Millis = 15_000;
const LONGEST: Millis = 1_800_000;
/** After whatever a driver does at the same instant. */
const RANK = 2;

/** What programs print about their progress, much more seldom than they do: what there is to learn from. */
export class Reports {
  readonly #clock: VirtualClock;
  readonly #tell: (event: Event) => void;

  constructor(clock: VirtualClock, tell: (event: Event) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** @param steps of all of the job's work; null: it tells a fraction */
  follow(run: SimulatedRun, steps: number | null): void {
    this.#next(run, run.attempt, steps, FIRST);
  }

  #next(run: SimulatedRun, attempt: number, steps: number | null, wait: Millis): void {
    const at = this.#clock.now() + wait;
    const tell = (): void => {
      if (run.phase === "over") return;
      if (run.phase === "running") this.#tell(report(run, at, steps));
      this.#next(run, attempt, steps, Math.min(LONGEST, 2 * wait));
    };
    this.#clock.at(at, tell, RANK);
  }
}

function report(run: SimulatedRun & RunRef, at: Instant, steps: number | null): Event {
  const done = run.doneBy(at);
  const progress: JobProgress = {
    ...(steps !== null && steps >= 1 && { step: Math.floor(done * steps), steps: Math.ceil(steps) }),
    fraction: done,
    at,
  };
  return { type: "RunProgressed", job: run.job, attempt: run.attempt, progress, at };
}
