import { type Job, sincePromotion } from "../core/job.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import type { Queues } from "./queues.ts";

/**
 * The queues of `dlas-gpu` as the public Tiresias simulator has them. A gang's next jump is reckoned as (limit - seconds) / GPUs, not as
 * limit / GPUs - seconds, so it is noticed early or late; a job falls one queue at a time; and a queue is a list: who comes to it goes to
 * its tail, and after each walk those that run are moved before those that wait. What the list remembers is found in the jobs' records.
 */
export const queueingAsInReference = (limits: readonly number[]) => (pool: PoolView, now: Instant) =>
  queuesAsInReference(pool, limits, now);

function queuesAsInReference({ contenders }: PoolView, limits: readonly number[], now: Instant): Queues {
  const levels = new Map<Contender, number>();
  const places = new Map<Contender, readonly number[]>();
  const requeue: { job: string; level: number; promoted: boolean }[] = [];
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const contender of contenders) {
    const { job, isRunning, size } = contender;
    const before = job.queue?.level ?? 0;
    const seconds = sincePromotion(job, now).serviceMillis / 1000;
    const falls = isRunning && enteredAt(job) < now && seconds * size >= (limits[before] ?? Number.POSITIVE_INFINITY);
    const level = falls ? before + 1 : before;
    levels.set(contender, level);
    places.set(contender, falls || enteredAt(job) === now ? [2, 0, 0] : placeOf(contender));
    if (falls) requeue.push({ job: job.id, level, promoted: false });
    const limit = limits[level];
    if (isRunning && limit !== undefined) wakeAt = Math.min(wakeAt, now + Math.floor((limit - seconds) / size) * 1000);
  }
  return {
    levelOf: (contender) => levels.get(contender) ?? 0,
    placeOf: (contender) => places.get(contender) ?? [0, 0, 0],
    apart: [],
    verdict: { wakeAt, requeue },
  };
}

/** First those that run, since when they do so here; then those that wait: preempted ones, the last one first, and new ones. */
function placeOf({ job, isRunning }: Contender): readonly number[] {
  const { movedAt, serviceMillis, state } = job;
  const since = "since" in state ? state.since : 0;
  const entered = enteredAt(job);
  if (isRunning) return [0, Math.max(since, entered), placeAmongWaiting(movedAt ?? 0, entered)];
  return [1, placeAmongWaiting(since, entered), since > entered ? -serviceMillis : 0];
}

const placeAmongWaiting = (preemptedAt: Instant, entered: Instant): number =>
  preemptedAt > entered ? -preemptedAt : entered;

const enteredAt = ({ queue, submittedAt }: Job): Instant => queue?.enteredAt ?? submittedAt;
