import type { JobId } from "../core/job.ts";
import type { Instant, Millis } from "../core/time.ts";
import type { ForecastSummary, JobForecastView } from "./types/forecast.ts";

/**
 * What it comes to for all jobs, by the middle of each range.
 * @param submittedAt of a job; undefined when it is over by now
 */
export function summaryOf(
  forecasts: readonly JobForecastView[],
  submittedAt: (job: JobId) => Instant | undefined,
): ForecastSummary {
  const waits: Millis[] = [];
  const completions: Millis[] = [];
  let makespan: Millis | null = null;
  for (const { job, at, startsAt, endsAt } of forecasts) {
    if (startsAt && startsAt.p50 !== null) waits.push(startsAt.p50 - at);
    const submitted = job === null ? undefined : submittedAt(job);
    if (!endsAt || endsAt.p50 === null || submitted === undefined) continue;
    completions.push(endsAt.p50 - submitted);
    makespan = Math.max(makespan ?? 0, endsAt.p50 - at);
  }
  return { told: completions.length, meanWait: meanOf(waits), meanJct: meanOf(completions), makespan };
}

const meanOf = (values: readonly Millis[]): Millis | null =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
