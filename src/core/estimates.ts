import type { JobEvent } from "./event.ts";
import type { Job } from "./job.ts";
import { attainedBy } from "./job.ts";
import { type Pool, poolOf } from "./job-spec.ts";
import type { Instant } from "./time.ts";

/** Where a belief comes from, best first. `none`: nothing at all is known, and no number may be made up. */
export type EstimateSource = "progress" | "declared" | "category" | "global" | "none";

/** What is believed of one job at one instant. A unit is a GPU, or a core for a job without GPUs. */
export interface Estimate {
  readonly source: EstimateSource;
  /** Work that is left, in seconds on one unit; the mean. Null when the source is `none`. */
  readonly remainingSeconds: number | null;
  /** Its standard deviation, relative to the mean. */
  readonly spread: number;
  /** From the order to stop until the job trains again with the other size or in the other place, less what goes on meanwhile. */
  readonly restartSeconds: number;
  /** The most units with which it, or its category, was ever measured; 0 when never. Beyond twice that the curve is a guess. */
  readonly largestMeasured: number;
  /**
   * Speed with `size` units over `servers` servers (1 when not given), relative to one unit: 0 for 0, 1 for 1, never falling
   * and concave on one server.
   */
  speedup(size: number, servers?: number): number;
}

/** The beliefs about all jobs at one instant. Pure: asked twice, it answers alike. */
export interface Estimates {
  /** As long as it is the same, what is believed of jobs that wait is too. */
  readonly epoch: unknown;
  of(job: Job): Estimate;
  /** Total service of the jobs that completed lately, in unit-seconds, ascending: what Gittins' index is reckoned from. */
  services(pool: Pool): readonly number[];
}

/** One thing learned, as it is kept: `body` is JSON. */
export interface Lesson {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How good past estimates were: of those made when jobs of the category had done `at` (0 to 1) of their work. */
export interface Accuracy {
  readonly category: string;
  readonly at: number;
  readonly estimates: number;
  /** Mean of ln(predicted / actual) of the remaining time: below 0 it promised too much. */
  readonly bias: number;
  /** Mean of |ln(predicted / actual)|: 0 is perfect, 0.7 a factor of two. */
  readonly error: number;
}

/** Learns how long jobs take from what they do. The scheduler tells it each fact that changed a job, in order. */
export interface Learner {
  /** @param gpuModel of the GPUs that the job holds, or held until the event; null for none or a mixture */
  observe(before: Job, after: Job, event: JobEvent, gpuModel: string | null): void;
  estimates(now: Instant): Estimates;
  /** What is new since it was last asked: rows to write. */
  takeChanges(): readonly Lesson[];
  /** Takes rows back in after a restart. */
  restore(lessons: readonly Lesson[]): void;
  accuracy(): readonly Accuracy[];
}

const linear = (size: number): number => size;

/** Work done so far in seconds on one unit, when the size made no difference to the efficiency. */
export function attainedSeconds(job: Job, now: Instant): number {
  const { gpuMillis, coreMillis } = attainedBy(job, now);
  return (poolOf(job.spec) === "gpus" ? gpuMillis : coreMillis) / 1000;
}

/** Believes what users declare, takes every speed-up for linear, and learns nothing. */
export class Declared implements Learner {
  observe(): void {}
  estimates(now: Instant): Estimates {
    return {
      epoch: null,
      of(job) {
        const { seconds } = job.spec.estimate;
        return {
          source: seconds === null ? "none" : "declared",
          remainingSeconds: seconds === null ? null : Math.max(0, seconds - attainedSeconds(job, now)),
          spread: 0,
          restartSeconds: 0,
          largestMeasured: 0,
          speedup: linear,
        };
      },
      services: () => [],
    };
  }
  takeChanges(): readonly Lesson[] {
    return [];
  }
  restore(): void {}
  accuracy(): readonly Accuracy[] {
    return [];
  }
}
