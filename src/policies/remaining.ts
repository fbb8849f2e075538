import { attainedSeconds } from "../core/estimates.ts";
import type { Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";

/**
 * What orders by remaining time sort by, in seconds. A job of which nothing is known is `Infinity`: it never sorts first, and
 * among its like the one goes first that has attained least.
 */
export const remaining = ({ estimates, now }: Snapshot) => ({
  /** Work left, on one unit. */
  work: ({ job }: Contender): number => estimates.of(job).remainingSeconds ?? Number.POSITIVE_INFINITY,
  /** Time left at the preferred size. */
  time: ({ job, preferred }: Contender): number => timeAt(estimates.of(job), preferred),
  /** Unit-seconds left at the preferred size. */
  service: ({ job, preferred }: Contender): number => timeAt(estimates.of(job), preferred) * preferred,
  /** Time left at another size; Infinity for none. */
  timeAt: ({ job }: Contender, size: number): number => timeAt(estimates.of(job), size),
  /** Unit-seconds had so far. */
  attained: ({ job }: Contender): number => attainedSeconds(job, now),
});

function timeAt(estimate: ReturnType<Snapshot["estimates"]["of"]>, size: number): number {
  if (estimate.remainingSeconds === null) return Number.POSITIVE_INFINITY;
  const speed = estimate.speedup(size);
  return speed > 0 ? estimate.remainingSeconds / speed : Number.POSITIVE_INFINITY;
}
