import { attainedSeconds, type Estimate, type Estimates, type Learner, type Lesson } from "../core/estimates.ts";
import type { JobEvent } from "../core/event.ts";
import { isOver, type Job, type JobId, placementOf, sizeOf } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import type { Instant, Millis } from "../core/time.ts";
import type { SpeedBySize } from "./curve.ts";

/** What completed lately: so many jobs. */
const KEPT = 1_000;

export interface Truth {
  readonly workMillis: Millis;
  readonly speed: SpeedBySize;
}

/** Knows what is true: how much work each job is and how fast it is at every size. For policies that are told durations. */
export class Told implements Learner {
  readonly #truthOf: (job: JobId) => Truth;
  readonly #speed: (job: JobId, size: number, servers: number) => number;
  readonly #restartSeconds: (spec: JobSpec) => number;
  readonly #doneBy: ((job: Job, now: Instant) => Millis) | null;
  /** Work done in past stretches of training, of jobs that have trained and are not over. */
  readonly #done = new Map<JobId, Millis>();

  readonly #services: number[] = [];

  /**
   * @param options.speed of one job with so many GPUs over so many servers, relative to one GPU
   * @param options.doneBy the work that is done, where it does not go on at that speed at all times
   */
  constructor(options: {
    truthOf(job: JobId): Truth;
    speed(job: JobId, size: number, servers: number): number;
    restartSeconds(spec: JobSpec): number;
    doneBy?(job: Job, now: Instant): Millis;
  }) {
    this.#truthOf = options.truthOf;
    this.#speed = options.speed;
    this.#restartSeconds = options.restartSeconds;
    this.#doneBy = options.doneBy ?? null;
  }

  observe(before: Job, after: Job, { at }: JobEvent): void {
    if (!this.#doneBy && before.trainingSince !== null && after.trainingSince !== before.trainingSince) {
      const done = (this.#done.get(after.id) ?? 0) + this.#stretch(before, at);
      this.#done.set(after.id, done);
    }
    if (!isOver(after)) return;
    this.#done.delete(after.id);
    if (after.state.status === "completed") this.#services.push(attainedSeconds(after, at));
  }

  estimates(now: Instant): Estimates {
    return {
      epoch: null,
      of: (job) => this.#estimate(job, now),
      services: () => this.#services.slice(-KEPT).sort((a, b) => a - b),
    };
  }

  #estimate(job: Job, now: Instant): Estimate {
    const { workMillis, speed } = this.#truthOf(job.id);
    const done = this.#doneBy?.(job, now) ?? (this.#done.get(job.id) ?? 0) + this.#stretch(job, now);
    return {
      source: "declared",
      remainingSeconds: Math.max(0, workMillis - done) / 1000,
      spread: 0,
      restartSeconds: this.#restartSeconds(job.spec),
      largestMeasured: speed.largest,
      speedup: (size) => speed.envelope(size),
    };
  }

  /** Work done since the job last began to train. */
  #stretch(job: Job, until: Instant): Millis {
    const on = placementOf(job);
    if (job.trainingSince === null || !on) return 0;
    return Math.max(0, until - job.trainingSince) * this.#speed(job.id, sizeOf(job), on.length);
  }

  takeChanges(): readonly Lesson[] {
    return [];
  }
  restore(): void {}
  accuracy(): readonly [] {
    return [];
  }
}
