import type { Guard } from "./guards.ts";
import type { Job, JobId } from "./job.ts";
import { heldBy, isEligible, isSuspended, sizeOf } from "./job.ts";
import { type Pool, poolOf } from "./job-spec.ts";
import type { Gpu, GpuId, Server, ServerId, Share } from "./server.ts";
import { coreCount, leadServer, sizeOn } from "./server.ts";
import type { Shape } from "./shape.ts";
import { capacityFor, isOpen, largestSize, shapeOf } from "./shape.ts";
import type { Instant } from "./time.ts";

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

/** What is divided, and among whom. */
export interface PoolView {
  readonly pool: Pool;
  /** Units of all servers that take jobs. */
  readonly total: number;
  /** Units that the contenders that are not pinned could have together: those that are free or will be, and those that they hold. */
  readonly capacity: number;
  /** In the order of submission. Jobs that start, stop, move, or were paused by their users are not asked about. */
  readonly contenders: readonly Contender[];
}

/** The pools in which there is anything to decide. */
export function poolsOf(
  jobs: ReadonlyMap<JobId, Job>,
  servers: ReadonlyMap<ServerId, Server>,
  guard: Guard,
  now: Instant,
): readonly PoolView[] {
  const contenders: Record<Pool, Contender[]> = { gpus: [], cores: [] };
  const fixed: Record<Pool, number> = { gpus: 0, cores: 0 };
  const largest = new Map<Shape, number>();
  const limitOf = (shape: Shape): number => {
    let most = largest.get(shape);
    if (most === undefined) {
      most = largestSize(servers.values(), shape);
      largest.set(shape, most);
    }
    return most;
  };
  const open = new Map<ServerId, ReadonlySet<GpuId>>();
  for (const server of servers.values()) if (isOpen(server)) open.set(server.id, idsOf(server.gpus));
  const isThere = ({ server, gpus }: Share): boolean => {
    const ids = open.get(server);
    return ids !== undefined && gpus.every((gpu) => ids.has(gpu));
  };
  for (const job of jobs.values()) {
    const { state } = job;
    const shape = shapeOf(job);
    const { pool } = shape;
    if (isSuspended(job) || isEligible(job, now)) {
      const own = "on" in state ? servers.get(leadServer(state.on)) : null; // the only one where it can go on
      contenders[pool].push(waitingContender(job, pool, own ? capacityFor(own, shape) : limitOf(shape)));
      continue;
    }
    if (state.status === "pending" || state.status === "preempting" || state.status === "cancelling") continue;
    const kept = state.status === "running" ? state.on : heldBy(job)[0];
    if (!kept) continue;
    const held = kept.every(isThere) ? kept : kept.flatMap((share) => remains(share, open.get(share.server)));
    if (pool === "gpus") fixed.cores += coreCount(held); // what comes with GPUs is nobody else's
    const isPinned = state.status !== "running" || held !== kept || guard.pins(job);
    if (state.status === "running") {
      const mayYield = !isPinned && guard.mayStop(job);
      contenders[pool].push(runningContender(job, limitOf(shape), { isPinned, mayYield }));
    }
    if (isPinned) fixed[pool] += sizeOn(held, pool);
  }
  const views: PoolView[] = [];
  for (const pool of ["gpus", "cores"] as const) {
    if (contenders[pool].length === 0) continue;
    let total = 0;
    for (const id of open.keys()) {
      const server = servers.get(id) as Server;
      total += pool === "gpus" ? server.gpus.length : server.cores;
    }
    views.push({ pool, total, capacity: Math.max(0, total - fixed[pool]), contenders: contenders[pool] });
  }
  return views;
}

const known = new WeakMap<readonly Gpu[], ReadonlySet<GpuId>>();

function idsOf(gpus: readonly Gpu[]): ReadonlySet<GpuId> {
  const ids = known.get(gpus) ?? new Set(gpus.map(({ id }) => id));
  known.set(gpus, ids);
  return ids;
}

/** What of the share is still there: nothing of a server that takes no jobs, and no GPU that has vanished from its inventory. */
const remains = (share: Share, ids: ReadonlySet<GpuId> | undefined): readonly Share[] =>
  ids ? [{ ...share, gpus: share.gpus.filter((gpu) => ids.has(gpu)) }] : [];

function waitingContender(job: Job, pool: Pool, most: number): Contender {
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
function runningContender(job: Job, most: number, bonds: Pick<Contender, "isPinned" | "mayYield">): Contender {
  const size = sizeOf(job);
  const { min, max, preferred } = job.spec[poolOf(job.spec)];
  const isFixed = job.spec.elasticity === "none" || min === max;
  if (isFixed) return { job, min: size, max: size, preferred: size, size, isRunning: true, ...bonds };
  const limit = Math.max(size, min, most);
  return {
    job,
    min,
    max: Math.min(max, limit),
    preferred: Math.min(preferred, limit),
    size,
    isRunning: true,
    ...bonds,
  };
}
