import type { Job } from "../core/job.ts";
import type { Contender } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import type { Waiting } from "../core/waiting.ts";

/**
 * Places among jobs with equally much left, as a list has them that is sorted again and again, each time with ties as they were: who has
 * run until now had more left a moment ago, the more the faster it goes down, and so comes after who waits; of those that wait,
 * who stopped or came first; of those that run, who began last, yet behind all others who never waited, the later the further; and who
 * comes only now is the last of all. The public Tiresias simulator has them so.
 * @param rate at which what is left goes down while it runs
 * @param now Infinity for the place in which a job waits on
 */
export function placeAmongEquals({ job, isRunning, size }: Contender, now: Instant, rate: Rate): readonly number[] {
  if (job.submittedAt === now) return [2, 0, 0, 0, 0];
  if (!isRunning && job.movedAt === now) return [1, Number.POSITIVE_INFINITY, 0, 0, 0]; // for one that stood before it
  const waitedFrom = [job.movedAt ?? job.submittedAt, job.movedAt === null ? 1 : 0];
  const since = isRunning ? sinceOf(job) : now;
  if (since >= now) return [0, 0, 0, ...waitedFrom];
  return [1, rate === "size" ? size : 1, job.submittedAt === since ? since : -since, ...waitedFrom];
}

export type Rate = "time" | "size";

const sinceOf = ({ state }: Job): Instant => ("since" in state ? state.since : 0);

/** The line of those that wait, who began to do so last at its head. */
const NEWEST = { line: "by waiting, newest first" };

/** Those that have begun to wait only now. */
export function comers(waiting: Waiting, now: Instant): readonly Contender[] {
  const found: Contender[] = [];
  for (const { members } of waiting.line(NEWEST, ({ job }) => [-sinceOf(job)]))
    for (const { contender } of members) {
      if (sinceOf(contender.job) < now) break;
      found.push(contender);
    }
  return found;
}
