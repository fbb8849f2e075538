import type { EstimateSource } from "./estimates.ts";
import type { JobId } from "./job.ts";
import type { PolicySetting } from "./policy.ts";
import type { ServerId } from "./server.ts";
import type { Instant } from "./time.ts";

/** One time in ten it is before `p10`, half the time before `p50`, nine times in ten before `p90`; null: not as far as was looked, or not known. */
export interface TimeRange {
  readonly p10: Instant | null;
  readonly p50: Instant | null;
  readonly p90: Instant | null;
}

/** What is to be expected of one job under one policy. */
export interface JobForecast {
  readonly job: JobId;
  /** When it trains next; null while it trains, and when that cannot be told. */
  readonly startsAt: TimeRange | null;
  readonly endsAt: TimeRange | null;
  /** Where it most likely trains next, or trains now, and with how many GPUs, or cores for a job without; null: nowhere. */
  readonly server: ServerId | null;
  readonly size: number | null;
  /** What the estimate of its work rests on. */
  readonly basis: EstimateSource;
  /** How likely it completes in time, 0 to 1; null without a deadline, and when its end cannot be told. */
  readonly deadlineProbability: number | null;
  /** Why a time is not told, or what else one should know; null when there is nothing to say. */
  readonly reason: string | null;
}

export interface PolicyForecast {
  readonly setting: PolicySetting;
  /** So often it was played through. */
  readonly runs: number;
  readonly jobs: readonly JobForecast[];
}

/** What is to be expected of what is there at `at`: nobody submits anything more, and nothing fails. */
export interface Forecast {
  readonly at: Instant;
  readonly policies: readonly PolicyForecast[];
}

/** A forecast that was made when a job was submitted which has completed since, and what came of it. */
export interface PastForecast {
  readonly policy: string;
  readonly category: string;
  /** Null when it was not told; a start also when the job trained already. */
  readonly startsAt: TimeRange | null;
  readonly endsAt: TimeRange | null;
  /** Null for one that completed before it was seen to train. */
  readonly startedAt: Instant | null;
  readonly endedAt: Instant;
}

/** How good past forecasts of one kind were: those made when jobs were submitted that have completed since. */
export interface ForecastAccuracy {
  readonly policy: string;
  /** A category of jobs; `all`: every one. */
  readonly category: string;
  readonly of: "start" | "end";
  /** How many were looked at. */
  readonly forecasts: number;
  /** Median of how far the middle of the range was off, and of how much later than it things came: below 0 they came earlier. */
  readonly errorMillis: number;
  readonly biasMillis: number;
  /** The part that fell between p10 and p90; 0.8 is what the range promises. */
  readonly coverage: number;
}
