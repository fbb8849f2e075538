import { type Holdings, letsGo } from "./holdings.ts";
import type { Job, JobId } from "./job.ts";
import { heldBy } from "./job.ts";
import type { Pool } from "./job-spec.ts";
import type { Room } from "./ledger.ts";
import type { Gpu, GpuId, ServerId, Share } from "./server.ts";
import { mergeShares } from "./server.ts";
import type { Shape } from "./shape.ts";
import { isOpen, suitsGpu, suitsServer } from "./shape.ts";
import { kept } from "./share.ts";

/** Owners as a draft sees them: `null` idle, SOON held by a run that is to let go of it, BARRED not to be given, else taken. */
export const SOON = Symbol("soon");
export const BARRED = Symbol("barred");
export type Owner = JobId | typeof SOON | typeof BARRED | null;

/** What a gang wants of one server. */
export interface Demand {
  readonly gpus: number;
  readonly cores: number;
  readonly memoryMiB: number;
}

export const demandOf = (shape: Shape, size: number): Demand =>
  shape.pool === "gpus"
    ? { gpus: size, cores: shape.cores, memoryMiB: shape.memoryMiB }
    : { gpus: 0, cores: size, memoryMiB: shape.memoryMiB };

/** One server in a draft of the cluster. It keeps counts, so that most questions cost nothing. */
export class Draft {
  readonly room: Room;
  readonly gpus: Owner[];
  readonly cores: Owner[];
  freeGpus: number;
  idleGpus: number;
  freeCores: number;
  idleCores: number;
  /** Without that of runs which are to let go of it: `#soonMemoryMiB`. */
  memoryMiB: number;
  #soonMemoryMiB = 0;

  /** @param loose jobs that are to let go of something, here or elsewhere */
  constructor(room: Room, loose: Iterable<Job>) {
    this.room = room;
    this.gpus = room.gpuOwner.slice();
    if (room.barred) for (const [i, isBarred] of room.barred.entries()) if (isBarred) this.gpus[i] ??= BARRED;
    this.cores = room.coreOwner.slice();
    [this.freeGpus, this.idleGpus] = [room.idleGpus, room.idleGpus];
    [this.freeCores, this.idleCores] = [room.idleCores, room.idleCores];
    for (const job of loose) this.#letGo(job);
    this.memoryMiB = room.usedMemoryMiB - this.#soonMemoryMiB;
  }

  #letGo(job: Job): void {
    const { id } = this.room.server;
    const held = mergeShares(heldBy(job)).find(({ server }) => server === id);
    if (!held) return;
    const kept = keptShare(job, id);
    for (const gpu of held.gpus) {
      const i = this.#position(gpu);
      if (i >= 0 && !kept?.gpus.includes(gpu)) this.#setGpu(i, this.#base(i));
    }
    for (const i of held.cores) if (i < this.cores.length && !kept?.cores.includes(i)) this.#setCore(i, SOON);
    if (!kept) this.#soonMemoryMiB += held.memoryMiB;
  }

  /** GPUs that are free, or will be, for jobs of this shape. */
  gpusFor(shape: Shape): number {
    const { isUniform, server } = this.room;
    if (isUniform) return server.gpus[0] && suitsGpu(server.gpus[0], shape) ? this.freeGpus : 0;
    return this.#count(shape, (owner) => owner === null || owner === SOON);
  }

  #hasMemory(memoryMiB: number): boolean {
    return this.memoryMiB + memoryMiB <= this.room.server.memoryMiB;
  }

  /** How much of its pool a job of this shape could have here; 0 also when its cores or memory do not fit. */
  sizeFor(shape: Shape, memoryIsHeld = false): number {
    const { server } = this.room;
    if (!suitsServer(server, shape)) return 0;
    if (!memoryIsHeld && !this.#hasMemory(shape.memoryMiB)) return 0;
    if (shape.pool === "cores") return this.freeCores;
    return this.freeCores < shape.cores ? 0 : this.gpusFor(shape);
  }

  /** As `sizeFor`, of what nobody uses any more. */
  idleSizeFor(shape: Shape): number {
    const most = this.sizeFor(shape);
    if (!this.#hasMemory(this.#soonMemoryMiB + shape.memoryMiB)) return 0;
    if (shape.pool === "cores") return Math.min(most, this.idleCores);
    if (this.idleCores < shape.cores) return 0;
    return Math.min(most, this.room.isUniform ? this.idleGpus : this.#count(shape, (owner) => owner === null));
  }

  /** How many more units a job of this shape that is here already could be given. */
  growthFor(shape: Shape): number {
    if (!isOpen(this.room.server)) return 0;
    return shape.pool === "cores" ? this.freeCores : this.gpusFor(shape);
  }

  /** Takes idle units before those that will be; `own` (what the job has here in reality) before both. The caller knows that it fits. */
  take(job: JobId, shape: Shape, { gpus, cores, memoryMiB }: Demand, own: Share | null, memoryIsHeld = false): Share {
    const { server, position } = this.room;
    const usable = (i: number): boolean => isFree(this.gpus[i]) && suitsGpu(server.gpus[i] as Gpu, shape);
    const ownGpus = (own?.gpus ?? []).map((id) => position.get(id) ?? -1);
    const gpuAt = pick(this.gpus, gpus, usable, ownGpus);
    const coreAt = pick(this.cores, cores, (i) => isFree(this.cores[i]), own?.cores ?? []);
    for (const i of gpuAt) this.#setGpu(i, job);
    for (const i of coreAt) this.#setCore(i, job);
    if (!memoryIsHeld) this.memoryMiB += memoryMiB;
    return { server: server.id, gpus: gpuAt.map((i) => (server.gpus[i] as Gpu).id), cores: coreAt, memoryMiB };
  }

  /** Takes exactly this, when all of it is free; false, and nothing taken, when not. */
  keepShare(job: JobId, share: Share, memoryIsHeld: boolean): boolean {
    return (memoryIsHeld || this.#hasMemory(share.memoryMiB)) && this.takeShare(job, share, memoryIsHeld);
  }

  /** The same, of what was given a moment ago: there is memory for it, or never was. */
  takeShare(job: JobId, share: Share, memoryIsHeld = false): boolean {
    const gpuAt = share.gpus.map((id) => this.#position(id));
    if (
      !gpuAt.every((i) => isFree(this.gpus[i]) || this.#mayStay(i, job)) ||
      !share.cores.every((i) => isFree(this.cores[i]))
    )
      return false;
    for (const i of gpuAt) this.#setGpu(i, job);
    for (const i of share.cores) this.#setCore(i, job);
    if (!memoryIsHeld) this.memoryMiB += share.memoryMiB;
    return true;
  }

  give(share: Share, keepMemory = false): void {
    for (const id of share.gpus) {
      const i = this.#position(id);
      if (i >= 0) this.#setGpu(i, this.#base(i));
    }
    for (const i of share.cores) if (i < this.cores.length) this.#setCore(i, baseOf(this.room.coreOwner[i]));
    if (!keepMemory) this.memoryMiB -= share.memoryMiB;
  }

  /** Both as one share, in the order of the devices. */
  joined(a: Share, b: Share): Share {
    const gpus = [...a.gpus, ...b.gpus].sort((x, y) => this.#position(x) - this.#position(y));
    return { ...a, gpus, cores: [...a.cores, ...b.cores].sort((x, y) => x - y) };
  }

  /** The share with fewer units: first goes what is not fit, then what a run is still to let go of, then what is idle, then what the job has in reality. */
  shrunk(share: Share, pool: Pool, fewer: number, own: Share | null): Share {
    if (pool === "cores") {
      const worth = (i: number): number => (own?.cores.includes(i) ? 2 : isIdle(this.room.coreOwner[i]) ? 1 : 0);
      return { ...share, cores: kept(share.cores, fewer, worth) };
    }
    const worth = (id: GpuId): number => {
      const at = this.#position(id);
      if (this.room.barred?.[at]) return -1;
      return own?.gpus.includes(id) ? 2 : isIdle(this.room.gpuOwner[at]) ? 1 : 0;
    };
    return { ...share, gpus: kept(share.gpus, fewer, worth) };
  }

  /** Who holds a GPU may keep it, whatever its condition. */
  #mayStay(i: number, job: JobId): boolean {
    return this.gpus[i] === BARRED && this.room.gpuOwner[i] === job;
  }
  /** Of a GPU that nobody in the draft has. */
  #base(i: number): Owner {
    return this.room.barred?.[i] ? BARRED : baseOf(this.room.gpuOwner[i]);
  }
  #position(id: GpuId): number {
    return this.room.position.get(id) ?? -1;
  }
  #setGpu(i: number, owner: Owner): void {
    this.#countGpu(this.gpus[i] as Owner, -1);
    this.gpus[i] = owner;
    this.#countGpu(owner, 1);
  }
  #setCore(i: number, owner: Owner): void {
    this.#countCore(this.cores[i] as Owner, -1);
    this.cores[i] = owner;
    this.#countCore(owner, 1);
  }
  #countGpu(owner: Owner, by: number): void {
    if (owner === null) this.idleGpus += by;
    if (isFree(owner)) this.freeGpus += by;
  }
  #countCore(owner: Owner, by: number): void {
    if (owner === null) this.idleCores += by;
    if (isFree(owner)) this.freeCores += by;
  }
  #count(shape: Shape, which: (owner: Owner) => boolean): number {
    let count = 0;
    for (let i = 0; i < this.gpus.length; i++)
      if (which(this.gpus[i] as Owner) && suitsGpu(this.room.server.gpus[i] as Gpu, shape)) count++;
    return count;
  }
}

/** The servers as they are in a draft of the cluster; only those that are asked for are copied. */
export class Drafts {
  readonly #rooms: ReadonlyMap<ServerId, Room>;
  readonly #holdings: Holdings;
  readonly #drafts = new Map<ServerId, Draft>();

  constructor(rooms: ReadonlyMap<ServerId, Room>, holdings: Holdings) {
    this.#rooms = rooms;
    this.#holdings = holdings;
  }

  of(server: ServerId): Draft | null {
    const known = this.#drafts.get(server);
    if (known) return known;
    const room = this.#rooms.get(server);
    if (!room) return null;
    const draft = new Draft(room, this.#holdings.loose);
    this.#drafts.set(server, draft);
    return draft;
  }
}

export const isFree = (owner: Owner | undefined): boolean => owner === null || owner === SOON;

const isIdle = (owner: JobId | null | undefined): boolean => owner === null;
/** Before anything is taken in the draft, of what is not somebody's to keep: what is held will be free. */
const baseOf = (owner: JobId | null | undefined): Owner => (isIdle(owner) ? null : SOON);

/** What a job is going to keep of what it holds on a server. */
const keptShare = (job: Job, server: string): Share | null =>
  letsGo(job) ? null : (heldBy(job)[0]?.find((share) => share.server === server) ?? null);

/** The first `count` positions that are usable: preferred ones, then idle ones, then those that will be. */
function pick(
  owners: readonly Owner[],
  count: number,
  usable: (i: number) => boolean,
  preferred: readonly number[],
): number[] {
  const chosen: number[] = [];
  for (const i of preferred) if (chosen.length < count && usable(i)) chosen.push(i);
  for (const wanted of [null, SOON])
    for (let i = 0; i < owners.length && chosen.length < count; i++)
      if (owners[i] === wanted && usable(i) && !chosen.includes(i)) chosen.push(i);
  return chosen.sort((a, b) => a - b);
}
