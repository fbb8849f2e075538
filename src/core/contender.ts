import type { Job } from "./job.ts";
import { sizeOf } from "./job.ts";
import { type Pool, poolOf } from "./job-spec.ts";

/** A job for which the policy decides, with the sizes in units of its pool: GPUs, or cores for a job without. */
export interface Contender {
  readonly job: Job;
  /** Any grant lies between these; where both are equal there is nothing to choose. */
  readonly min: number;
  readonly max: number;
  /** What a policy without elasticity gives. */
  readonly preferred: number;
  /** What it has now; 0 when it does not run. */
  readonly size: number;
  readonly isRunning: boolean;
  /** It runs and is to be left as it is: it is in the draft, and can be neither evicted nor resized. */
  readonly isPinned: boolean;
  /** It may be stopped for another now. One that changes its size in place is not pinned, and may still have to be left running for a while. */
  readonly mayYield: boolean;
}

/** @param most that the servers where it could go have for it */
export function waitingContender(job: Job, pool: Pool, most: number): Contender {
  const { min, max, preferred } = job.spec[pool];
  const limit = Math.max(min, most);
  return {
    job,
    min,
    max: Math.min(max, limit),
    preferred: Math.min(preferred, limit),
    size: 0,
    isRunning: false,
    isPinned: false,
    mayYield: false,
  };
}

/** What runs may keep what it has, whatever its spec or the servers have become since. */
export function runningContender(
  job: Job,
  most: number,
  { isPinned, mayYield }: Pick<Contender, "isPinned" | "mayYield">,
): Contender {
  const size = sizeOf(job);
  const { min, max, preferred } = job.spec[poolOf(job.spec)];
  const isFixed = job.spec.elasticity === "none" || min === max;
  if (isFixed) return { job, min: size, max: size, preferred: size, size, isRunning: true, isPinned, mayYield };
  const limit = Math.max(size, min, most);
  return {
    job,
    min,
    max: Math.min(max, limit),
    preferred: Math.min(preferred, limit),
    size,
    isRunning: true,
    isPinned,
    mayYield,
  };
}
