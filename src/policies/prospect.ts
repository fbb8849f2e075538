import { attainedSeconds } from "../core/estimates.ts";
import type { Job } from "../core/job.ts";
import { poolOf } from "../core/job-spec.ts";
import type { Snapshot } from "../core/policy.ts";
import { gittins } from "./gittins.ts";

/** Of a job of which nothing is known, and of which no other has told: as if it were as long as it has run, and at least this. */
const LEAST_SECONDS = 60;
/** Attained service is rounded to steps of this part of it, so that the index need not be reckoned for every job anew. */
const STEP = 0.05;

/** Effective lengths that were reckoned, by the services that they are of. */
const known = new WeakMap<readonly number[], Map<number, number>>();

/**
 * How long a job is as far as deciding about it goes, in seconds on one unit. For one that tells its progress that is what is left. Of
 * one that does not, only the history is known, and the mean of what may be left says too little: many jobs end early. So the mean
 * is scaled by what the whole history makes of it: the reciprocal of Gittins' index with the best quantum over the mean residual life.
 */
export function prospects({ estimates, now }: Snapshot): (job: Job) => number {
  return (job) => {
    const { remainingSeconds, source } = estimates.of(job);
    if (remainingSeconds !== null && (source === "progress" || source === "declared"))
      return Math.max(1, remainingSeconds);
    const attained = attainedSeconds(job, now);
    if (remainingSeconds === null) return Math.max(attained, LEAST_SECONDS);
    return Math.max(1, remainingSeconds * haste(estimates.services(poolOf(job.spec)), attained));
  };
}

/** Effective length over mean residual life, at most 1; 1 while the history is too short. */
function haste(services: readonly number[], attained: number): number {
  const cache = known.get(services) ?? new Map<number, number>();
  known.set(services, cache);
  const step = Math.round(Math.log1p(attained) / STEP);
  let ratio = cache.get(step);
  if (ratio === undefined) {
    ratio = reckon(services, Math.expm1(step * STEP));
    cache.set(step, ratio);
  }
  return ratio;
}

function reckon(services: readonly number[], attained: number): number {
  const index = gittins(services);
  if (!index) return 1;
  let [best, sum, count] = [0, 0, 0];
  for (const service of services) {
    if (service <= attained) continue;
    best = Math.max(best, index(attained, service - attained));
    sum += service - attained;
    count++;
  }
  return best > 0 && sum > 0 ? Math.min(1, 1 / best / (sum / count)) : 1;
}
