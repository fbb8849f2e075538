import { type JobId, sincePromotion } from "../core/job.ts";
import type { Pool } from "../core/job-spec.ts";
import type { Packer } from "../core/packer.ts";
import type { PoolView } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import type { Queues } from "./queues.ts";

/**
 * The queues of `dlas-gpu` as the public Tiresias simulator has them. A gang's next jump is reckoned as (limit - seconds) / GPUs, not as
 * limit / GPUs - seconds, so it is noticed early or late; a job falls one queue at a time; and a queue is a list: who comes to it goes to
 * its tail, and after each walk those that run are moved before those that wait. No record holds these lists, so they are kept
 * here from round to round, which no other policy may do: for comparisons in simulations.
 */
export function queueingAsInReference(limits: readonly number[]): (pool: PoolView, now: Instant) => Queues {
  const lists: Record<Pool, JobId[][]> = { gpus: limits.map(() => []), cores: limits.map(() => []) };
  for (const queues of Object.values(lists)) queues.push([]);
  return ({ pool, contenders }, now) => {
    const byId = new Map(contenders.map((contender) => [contender.job.id, contender]));
    const queues = lists[pool].map((queue) => queue.filter((id) => byId.has(id)));
    lists[pool] = queues;
    const known = new Set(queues.flat());
    for (const { job } of contenders) if (!known.has(job.id)) queues[job.queue?.level ?? 0]?.push(job.id);

    const levels = new Map(queues.flatMap((queue, level) => queue.map((id) => [id, level] as const)));
    const requeue: { job: JobId; level: number; promoted: boolean }[] = [];
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const { job, isRunning, size } of contenders) {
      if (!isRunning) continue;
      const before = levels.get(job.id) as number;
      const seconds = sincePromotion(job, now).serviceMillis / 1000;
      const falls = job.queue?.enteredAt !== now && seconds * size >= (limits[before] ?? Number.POSITIVE_INFINITY);
      const level = falls ? before + 1 : before;
      if (falls) {
        queues[before] = (queues[before] as JobId[]).filter((id) => id !== job.id);
        queues[level]?.push(job.id);
        levels.set(job.id, level);
        requeue.push({ job: job.id, level, promoted: false });
      }
      const limit = limits[level];
      if (limit !== undefined) wakeAt = Math.min(wakeAt, now + Math.floor((limit - seconds) / size) * 1000);
    }

    const places = new Map(queues.flatMap((queue) => queue.map((id, place) => [id, place] as const)));
    return {
      levelOf: ({ job }) => levels.get(job.id) ?? 0,
      placeOf: ({ job }) => [places.get(job.id) ?? 0],
      apart: [],
      verdict: { wakeAt, requeue },
      settle({ grants }: Packer) {
        for (const [level, queue] of queues.entries()) {
          const runs = (id: JobId): boolean => grants.has(id);
          queues[level] = [...queue.filter(runs), ...queue.filter((id) => !runs(id))];
        }
      },
    };
  };
}
