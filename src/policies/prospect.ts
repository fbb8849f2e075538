import { attainedSeconds } from "../core/estimates.ts";
import type { Job } from "../core/job.ts";
import type { Snapshot } from "../core/policy.ts";

/** Of a job of which nothing is known, and of which no other has told: as if it were as long as it has run, and at least this. */
const LEAST_SECONDS = 60;

/**
 * How long a job is as far as deciding about it goes, in seconds on one unit: what is left by the estimates, which learn it from progress
 * and from those that have ended.
 */
export const prospects =
  ({ estimates, now }: Snapshot) =>
  (job: Job): number => {
    const { remainingSeconds } = estimates.of(job);
    return remainingSeconds === null
      ? Math.max(attainedSeconds(job, now), LEAST_SECONDS)
      : Math.max(1, remainingSeconds);
  };
