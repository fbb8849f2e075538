import { type Contender, runningContender, waitingContender } from "./contender.ts";
import type { Guard } from "./guards.ts";
import { letsGo } from "./holdings.ts";
import type { Job, JobId } from "./job.ts";
import { bySubmission, heldBy, isEligible, isSuspended } from "./job.ts";
import type { Pool } from "./job-spec.ts";
import type { Gpu, GpuId, Placement, Server, ServerId, Share } from "./server.ts";
import { coreCount, leadServer, sizeOn, unfit } from "./server.ts";
import type { Shape } from "./shape.ts";
import { capacityFor, isOpen, largestSize, shapeOf } from "./shape.ts";
import { placeIn } from "./sorted.ts";
import type { Instant } from "./time.ts";
import { Waiting } from "./waiting.ts";

export type { Contender } from "./contender.ts";

/** What is divided, and among whom. Jobs that start, stop, move, or were paused by their users are not asked about. */
export interface PoolView {
  readonly pool: Pool;
  /** Units of all servers that take jobs, without GPUs that are not fit and that nobody holds. */
  readonly total: number;
  /** Units that the contenders that are not pinned could have together: those that are free or will be, and those that they hold. */
  readonly capacity: number;
  /** In the order of submission. */
  readonly running: readonly Contender[];
  readonly waiting: Waiting;
  /** Both, in the order of submission: made when it is asked for, so that who does without costs no more when many wait. */
  readonly contenders: readonly Contender[];
}

/** The same pool for some of its contenders, or with other bounds of theirs; they come in the order of submission. */
export function narrowed({ pool, total, capacity }: PoolView, contenders: readonly Contender[]): PoolView {
  const running = contenders.filter(({ isRunning }) => isRunning);
  const waiting = new Waiting();
  for (const contender of contenders) if (!contender.isRunning) waiting.put(contender);
  return { pool, total, capacity, running, waiting, contenders };
}

class View implements PoolView {
  readonly pool: Pool;
  readonly total: number;
  readonly capacity: number;
  readonly running: readonly Contender[];
  readonly waiting: Waiting;
  #contenders: readonly Contender[] | null = null;

  constructor({ pool, total, capacity, running, waiting }: Omit<PoolView, "contenders">) {
    this.pool = pool;
    this.total = total;
    this.capacity = capacity;
    this.running = running;
    this.waiting = waiting;
  }

  get contenders(): readonly Contender[] {
    this.#contenders ??= merged(this.running, this.waiting.all);
    return this.#contenders;
  }
}

function merged(running: readonly Contender[], waiting: readonly Contender[]): readonly Contender[] {
  const all: Contender[] = [];
  let at = 0;
  for (const contender of running) {
    for (let next = waiting[at]; next && bySubmission(next.job, contender.job) < 0; next = waiting[++at])
      all.push(next);
    all.push(contender);
  }
  for (; at < waiting.length; at++) all.push(waiting[at] as Contender);
  return all;
}

/** A job that holds something, with what was reckoned of it and is so until something changes. */
interface Holder {
  readonly job: Job;
  readonly kept: Placement;
  /** What of it is there still, with these servers. */
  held: Placement;
  servers: number;
  contender: Contender | null;
}

/** The pools, kept from round to round: a job is looked at anew when its record changes, and while it holds something. */
export class Pools {
  readonly #servers: ReadonlyMap<ServerId, Server>;
  readonly #waiting: Readonly<Record<Pool, Waiting>> = { gpus: new Waiting(), cores: new Waiting() };
  /** They would wait, but for a time that has to pass first. */
  readonly #later = new Map<JobId, Job>();
  /** In the order of submission. */
  readonly #holders: Holder[] = [];
  readonly #byJob = new Map<JobId, Holder>();
  /** The most that jobs of a shape can have. */
  readonly #limits = new Map<Shape, number>();
  #open = new Map<ServerId, ReadonlySet<GpuId>>();
  #totals: Readonly<Record<Pool, number>> = { gpus: 0, cores: 0 };
  /** GPUs of open servers that nobody may be given: they count for whoever holds them. */
  #barred: ReadonlySet<GpuId> = new Set();
  /** Counts the changes of servers; those before the last one that was looked at are in `#open`. */
  #changes = 0;
  #looked = -1;
  #isOther = false;

  /** @param servers as they are, always */
  constructor(servers: ReadonlyMap<ServerId, Server>) {
    this.#servers = servers;
  }

  /** Takes a job in, or its new record. */
  put(job: Job): void {
    this.remove(job.id);
    if (isSuspended(job) || isEligible(job, Number.POSITIVE_INFINITY)) this.#later.set(job.id, job);
    else if (!letsGo(job)) {
      const [kept] = heldBy(job);
      if (kept) this.#hold({ job, kept, held: kept, servers: -1, contender: null });
    }
  }

  remove(id: JobId): void {
    this.#later.delete(id);
    this.#waiting.gpus.remove(id);
    this.#waiting.cores.remove(id);
    const holder = this.#byJob.get(id);
    if (!holder) return;
    this.#byJob.delete(id);
    this.#holders.splice(placeIn(this.#holders, holder, inOrder), 1);
  }

  /** A server has come, gone or changed. @param isOther in what it could hold, were it empty */
  serversChanged(isOther: boolean): void {
    this.#changes++;
    this.#isOther ||= isOther;
  }

  /** The pools in which there is anything to decide. */
  views(guard: Guard, now: Instant): readonly PoolView[] {
    this.#lookAtServers();
    for (const job of this.#later.values()) if (isSuspended(job) || isEligible(job, now)) this.#wait(job);
    const running: Record<Pool, Contender[]> = { gpus: [], cores: [] };
    const fixed: Record<Pool, number> = { gpus: 0, cores: 0 };
    let heldThough = 0;
    for (const holder of this.#holders) {
      const { job, kept } = holder;
      const { pool } = shapeOf(job);
      const held = this.#heldBy(holder);
      const isRunning = job.state.status === "running";
      if (this.#barred.size > 0) heldThough += countIn(held, this.#barred);
      if (pool === "gpus") fixed.cores += coreCount(held); // what comes with GPUs is nobody else's
      const isPinned = !isRunning || held !== kept || guard.pins(job);
      if (isRunning) running[pool].push(this.#running(holder, isPinned, !isPinned && guard.mayStop(job)));
      if (isPinned) fixed[pool] += sizeOn(held, pool);
    }
    const views: PoolView[] = [];
    for (const pool of ["gpus", "cores"] as const) {
      const [waiting, total] = [this.#waiting[pool], this.#totals[pool] + (pool === "gpus" ? heldThough : 0)];
      if (running[pool].length + waiting.size === 0) continue;
      const capacity = Math.max(0, total - fixed[pool]);
      views.push(new View({ pool, total, capacity, running: running[pool], waiting }));
    }
    return views;
  }

  #lookAtServers(): void {
    if (this.#looked === this.#changes) return;
    this.#looked = this.#changes;
    this.#open = new Map();
    const totals = { gpus: 0, cores: 0 };
    const barred = new Set<GpuId>();
    for (const server of this.#servers.values()) {
      if (!isOpen(server)) continue;
      this.#open.set(server.id, idsOf(server.gpus));
      for (const gpu of server.gpus) if (unfit(gpu) !== null) barred.add(gpu.id);
      totals.gpus += server.gpus.length;
      totals.cores += server.cores;
    }
    this.#totals = { ...totals, gpus: totals.gpus - barred.size };
    this.#barred = barred;
    if (!this.#isOther) return;
    this.#isOther = false;
    this.#limits.clear();
    for (const holder of this.#holders) holder.contender = null;
    for (const waiting of Object.values(this.#waiting)) {
      const jobs = waiting.all.map(({ job }) => job);
      waiting.clear();
      for (const job of jobs) this.#wait(job);
    }
  }

  #wait(job: Job): void {
    this.#later.delete(job.id);
    const { state } = job;
    const shape = shapeOf(job);
    const own = "on" in state ? this.#servers.get(leadServer(state.on)) : null; // the only one where it can go on
    const most = own ? capacityFor(own, shape) : this.#limitOf(shape);
    this.#waiting[shape.pool].put(waitingContender(job, shape.pool, most));
  }

  #hold(holder: Holder): void {
    this.#byJob.set(holder.job.id, holder);
    this.#holders.splice(placeIn(this.#holders, holder, inOrder), 0, holder);
  }

  #heldBy(holder: Holder): Placement {
    if (holder.servers === this.#changes) return holder.held;
    holder.servers = this.#changes;
    const isThere = ({ server, gpus }: Share): boolean => {
      const ids = this.#open.get(server);
      return ids !== undefined && gpus.every((gpu) => ids.has(gpu));
    };
    const { kept } = holder;
    holder.held = kept.every(isThere) ? kept : kept.flatMap((share) => remains(share, this.#open.get(share.server)));
    return holder.held;
  }

  #running(holder: Holder, isPinned: boolean, mayYield: boolean): Contender {
    const known = holder.contender;
    if (known?.isPinned === isPinned && known.mayYield === mayYield) return known;
    const { job } = holder;
    holder.contender = runningContender(job, this.#limitOf(shapeOf(job)), { isPinned, mayYield });
    return holder.contender;
  }

  #limitOf(shape: Shape): number {
    let most = this.#limits.get(shape);
    if (most === undefined) {
      most = largestSize(this.#servers.values(), shape);
      this.#limits.set(shape, most);
    }
    return most;
  }
}

const inOrder = (a: Holder, b: Holder): number => bySubmission(a.job, b.job);

const known = new WeakMap<readonly Gpu[], ReadonlySet<GpuId>>();

function idsOf(gpus: readonly Gpu[]): ReadonlySet<GpuId> {
  const ids = known.get(gpus) ?? new Set(gpus.map(({ id }) => id));
  known.set(gpus, ids);
  return ids;
}

const countIn = (placement: Placement, ids: ReadonlySet<GpuId>): number =>
  placement.reduce((sum, { gpus }) => sum + gpus.filter((gpu) => ids.has(gpu)).length, 0);

/** What of the share is still there: nothing of a server that takes no jobs, and no GPU that has vanished from its inventory. */
const remains = (share: Share, ids: ReadonlySet<GpuId> | undefined): readonly Share[] =>
  ids ? [{ ...share, gpus: share.gpus.filter((gpu) => ids.has(gpu)) }] : [];
