import type { Job, JobId } from "./job.ts";
import { placementOf } from "./job.ts";
import type { Room } from "./ledger.ts";
import type { Candidate, PlacementRule } from "./placement-rule.ts";
import type { Gpu, Placement, Server, ServerId, Share } from "./server.ts";

/** Owners as the plan sees them: `null` idle, SOON held by a job that is being stopped, else taken. */
const SOON = Symbol("soon");
type Owner = JobId | typeof SOON | null;

interface Draft {
  readonly gpus: Owner[];
  readonly cores: Owner[];
  memoryMiB: number;
}

/** Restricts a placement to one server, bars one, or wants only room that is idle now. */
export interface Bounds {
  readonly only?: ServerId;
  readonly except?: ServerId;
  readonly idleNow?: boolean;
}

/**
 * A draft of the cluster in which a policy tries placements before it decides: cheap to make (only servers that it
 * touches are copied), and each `place` can be taken back. GPUs of jobs that are being stopped count as room, since they will
 * be; the plan waits until they really are.
 */
export class Packer {
  readonly #rooms: ReadonlyMap<ServerId, Room>;
  readonly #jobs: ReadonlyMap<JobId, Job>;
  readonly #rule: PlacementRule;
  readonly #drafts = new Map<ServerId, Draft>();
  /** Shapes for which there was no room; room only shrinks until somebody is evicted. */
  readonly #hopeless = new Set<string>();
  readonly #leaving = new Map<ServerId, boolean>();
  readonly #largest = new Map<string, number>();
  #last: number;

  constructor(
    rooms: ReadonlyMap<ServerId, Room>,
    jobs: ReadonlyMap<JobId, Job>,
    rule: PlacementRule,
    lastServer: ServerId | null,
  ) {
    this.#rooms = rooms;
    this.#jobs = jobs;
    this.#rule = rule;
    this.#last = lastServer === null ? -1 : [...rooms.keys()].indexOf(lastServer);
  }

  /**
   * Takes room for `gpus` GPUs of the job (its cores and memory with them): where it is if that still serves, else where the
   * placement rule says. Null, and nothing taken, when it does not fit.
   */
  place(job: Job, gpus: number, bounds: Bounds = {}): Placement | null {
    const kept = bounds.only || bounds.except ? null : this.#keep(job, gpus);
    if (kept) return kept;
    const shape = `${shapeOf(job)} ${gpus} ${bounds.only} ${bounds.except} ${bounds.idleNow}`;
    if (this.#hopeless.has(shape)) return null;
    const candidates: Candidate[] = [];
    let order = -1;
    for (const room of this.#rooms.values()) {
      order++;
      const { server } = room;
      if (server.health !== "up" || server.draining) continue;
      if ((bounds.only && bounds.only !== server.id) || bounds.except === server.id) continue;
      const candidate = this.#candidate(job, gpus, room, order);
      if (candidate && !(bounds.idleNow && candidate.mustWait)) candidates.push(candidate);
    }
    if (candidates.length === 0) {
      this.#hopeless.add(shape);
      return null;
    }
    const chosen = this.#rule.choose(candidates, job, this.#last);
    this.#last = chosen.order;
    return this.#take(job, gpus, chosen.server);
  }

  /** How many GPUs to ask for when none is to be given or taken on the way: what the job prefers, or the most that any server has. */
  request(job: Job): number {
    const { min, preferred } = job.spec.gpus;
    if (preferred === min) return min;
    const shape = shapeOf(job);
    let most = this.#largest.get(shape);
    if (most === undefined) {
      most = Math.max(
        0,
        ...[...this.#rooms.values()].map(({ server }) => server.gpus.filter((gpu) => gpuSuits(gpu, job)).length),
      );
      this.#largest.set(shape, most);
    }
    return Math.max(min, Math.min(preferred, most));
  }

  /** Gives back what the job holds in this draft, as if it were to be stopped. */
  evict(job: Job): void {
    this.#hopeless.clear();
    for (const share of placementOf(job) ?? []) this.#release(job.id, share, SOON);
  }

  /** Takes back a `place` of this draft. */
  undo(job: Job, placement: Placement): void {
    this.#hopeless.clear();
    for (const share of placement) this.#release(job.id, share, null);
  }

  #keep(job: Job, gpus: number): Placement | null {
    const on = placementOf(job);
    if (!on || on.reduce((sum, share) => sum + share.gpus.length, 0) !== gpus) return null;
    const fits = on.every((share) => {
      const room = this.#rooms.get(share.server);
      const draft = this.#draft(share.server);
      if (!room || !draft) return false;
      const own = (owner: Owner | undefined): boolean => owner === null || owner === SOON || owner === job.id;
      return (
        share.gpus.every((gpu) => own(draft.gpus[room.server.gpus.findIndex(({ id }) => id === gpu)])) &&
        share.cores.every((core) => own(draft.cores[core]))
      );
    });
    if (!fits) return null;
    for (const share of on) this.#write(job.id, share);
    return on;
  }

  #candidate(job: Job, gpus: number, room: Room, order: number): Candidate | null {
    const { server } = room;
    const { spec } = job;
    if (!suits(server, job)) return null;
    if (!this.#drafts.has(server.id) && this.#isFull(room, gpus, spec.cores.min)) return null;
    const draft = this.#draft(server.id) as Draft;
    const fitting = countFree(draft.gpus, server.gpus, job);
    const cores = countFree(draft.cores);
    if (fitting.all < gpus || cores.all < spec.cores.min) return null;
    if (draft.memoryMiB + (spec.memoryMiB ?? 0) > server.memoryMiB) return null;
    return {
      server,
      order,
      gpusLeft: fitting.all - gpus,
      coresLeft: cores.all - spec.cores.min,
      mustWait: fitting.idle < gpus || cores.idle < spec.cores.min,
      hasCheckpoint: job.checkpoint?.server === server.id,
    };
  }

  /** A quick no for a server that nobody has touched in this draft and nobody is leaving. */
  #isFull(room: Room, gpus: number, cores: number): boolean {
    if (room.idleGpus >= gpus && room.idleCores >= cores) return false;
    const { id } = room.server;
    let leaving = this.#leaving.get(id);
    if (leaving === undefined) {
      const leaves = (owner: JobId | null): boolean => owner !== null && this.#leaves(owner);
      leaving = room.gpuOwner.some(leaves) || room.coreOwner.some(leaves);
      this.#leaving.set(id, leaving);
    }
    return !leaving;
  }

  #take(job: Job, gpus: number, server: Server): Placement {
    const draft = this.#draft(server.id) as Draft;
    const usable = server.gpus.map((gpu, i) => (gpuSuits(gpu, job) ? (draft.gpus[i] as Owner) : "unsuitable"));
    const share: Share = {
      server: server.id,
      gpus: pick(usable, gpus).map((i) => (server.gpus[i] as Gpu).id),
      cores: pick(draft.cores, job.spec.cores.min),
      memoryMiB: job.spec.memoryMiB ?? 0,
    };
    this.#write(job.id, share);
    return [share];
  }

  #write(job: JobId, share: Share): void {
    const room = this.#rooms.get(share.server) as Room;
    const draft = this.#draft(share.server) as Draft;
    for (const gpu of share.gpus) draft.gpus[room.server.gpus.findIndex(({ id }) => id === gpu)] = job;
    for (const core of share.cores) draft.cores[core] = job;
    draft.memoryMiB += share.memoryMiB;
  }

  #release(job: JobId, share: Share, to: Owner): void {
    const room = this.#rooms.get(share.server);
    const draft = this.#draft(share.server);
    if (!room || !draft) return;
    for (const gpu of share.gpus) {
      const at = room.server.gpus.findIndex(({ id }) => id === gpu);
      if (draft.gpus[at] === job) draft.gpus[at] = to;
    }
    for (const core of share.cores) if (draft.cores[core] === job) draft.cores[core] = to;
    draft.memoryMiB -= share.memoryMiB;
  }

  #draft(server: ServerId): Draft | null {
    const known = this.#drafts.get(server);
    if (known) return known;
    const room = this.#rooms.get(server);
    if (!room) return null;
    const seen = (owner: JobId | null): Owner => (owner !== null && this.#leaves(owner) ? SOON : owner);
    const draft = {
      gpus: room.gpuOwner.map(seen),
      cores: room.coreOwner.map(seen),
      memoryMiB: room.usedMemoryMiB,
    };
    this.#drafts.set(server, draft);
    return draft;
  }

  #leaves(owner: JobId): boolean {
    const status = this.#jobs.get(owner)?.state.status;
    return status === "preempting" || status === "cancelling";
  }
}

/** Could this server ever run the job, were it empty? */
export function canHold(server: Server, job: Pick<Job, "spec">): boolean {
  const { gpus, cores, memoryMiB } = job.spec;
  return (
    suits(server, job) &&
    server.gpus.filter((gpu) => gpuSuits(gpu, job)).length >= gpus.min &&
    server.cores >= cores.min &&
    server.memoryMiB >= (memoryMiB ?? 0)
  );
}

/** A container needs an image; a process server runs the command with what the machine has. */
const suits = (server: Server, { spec }: Pick<Job, "spec">): boolean =>
  server.driver !== "docker" || spec.image !== null;

const gpuSuits = (gpu: Gpu, { spec }: Pick<Job, "spec">): boolean =>
  (spec.gpus.model === null || gpu.model === spec.gpus.model) &&
  (spec.gpus.memoryMiB === null || (gpu.memoryMiB ?? 0) >= spec.gpus.memoryMiB);

/** Jobs of one shape fit in the same places. */
const shapeOf = ({ spec }: Job): string =>
  `${spec.cores.min} ${spec.memoryMiB} ${spec.gpus.model} ${spec.gpus.memoryMiB} ${spec.image === null}`;

function countFree(owners: readonly Owner[], gpus?: readonly Gpu[], job?: Job): { idle: number; all: number } {
  let idle = 0;
  let soon = 0;
  owners.forEach((owner, i) => {
    if (gpus && job && !gpuSuits(gpus[i] as Gpu, job)) return;
    if (owner === null) idle++;
    else if (owner === SOON) soon++;
  });
  return { idle, all: idle + soon };
}

/** The first `count` positions that are free: idle ones before those that will be. */
function pick(owners: readonly Owner[], count: number): number[] {
  const chosen: number[] = [];
  for (const wanted of [null, SOON])
    for (let i = 0; i < owners.length && chosen.length < count; i++) if (owners[i] === wanted) chosen.push(i);
  return chosen.sort((a, b) => a - b);
}
