import { type Choice, choiceOf } from "./because.ts";
import type { Bounds, Cluster, Yielding } from "./cluster.ts";
import type { Demand } from "./draft.ts";
import { type Draft, Drafts, demandOf } from "./draft.ts";
import { Grants } from "./grants.ts";
import { hasImage } from "./image-name.ts";
import type { Job, JobId } from "./job.ts";
import { isSuspended, placementOf } from "./job.ts";
import { mayFreeze } from "./job-spec.ts";
import type { Candidate } from "./placement-rule.ts";
import { packingOf, repack } from "./repack.ts";
import type { Placement, ServerId, Share } from "./server.ts";
import { sizeOn } from "./server.ts";
import type { Shape } from "./shape.ts";
import { isOpen, shapeOf } from "./shape.ts";
import { ownShare, partsOf, without } from "./share.ts";
import type { Witness } from "./witness.ts";

/** A cluster is packed anew at most so often in one round. */
const MOST_REPACKS = 2;

/**
 * A draft of the cluster in which a policy makes its decision: at first every running job is where it is. What the policy
 * leaves in it is what is to run. Room of jobs that are being stopped counts as room, since it will be; the plan waits until it really
 * is. Only servers that are touched are copied.
 */
export class Packer {
  readonly #cluster: Cluster;
  readonly drafts: Drafts;
  /** Where it is noted, from what servers were chosen; and who listens, if anybody does. */
  readonly choices: Map<JobId, Choice> | undefined;
  readonly witness: Witness | null;
  readonly #grants: Grants;
  readonly #defragments = new Map<JobId, JobId>();
  /** From this size up there is no room for the shape; room only shrinks until somebody is evicted. */
  readonly #hopeless = new Map<Shape, number>();
  #repacks = 0;
  #last: number;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const { rooms, lastServer, holdings, witness = null, notesChoices } = cluster;
    this.choices = notesChoices ? new Map() : undefined;
    this.drafts = new Drafts(rooms, holdings);
    this.witness = witness;
    this.#last = lastServer === null ? -1 : [...rooms.keys()].indexOf(lastServer);
    this.#grants = new Grants(holdings.running);
  }

  /** What is to run where: all that the policy has left in the draft. */
  get grants(): Pick<Grants, "changed"> & ReadonlyMap<JobId, Placement> {
    return this.#grants;
  }

  /** Running jobs that go elsewhere so that a waiting one finds room, and which that is. */
  get defragments(): ReadonlyMap<JobId, JobId> {
    return this.#defragments;
  }

  /** How much of what its pool divides the job has in the draft; 0 when it is not to run. */
  sizeOf(job: Job): number {
    const on = this.#grants.get(job.id);
    return on ? sizeOn(on, shapeOf(job).pool) : 0;
  }

  /**
   * Gives the job `size` units (its cores and memory with them): where it is if that serves, else where the placement rule says, on
   * several servers if it may span them. False, and nothing changed, when it does not fit.
   */
  place(job: Job, size: number, bounds: Bounds = {}): boolean {
    if (this.#grants.has(job.id)) return this.resize(job, size);
    return this.find(job, size, bounds) !== null;
  }

  /** The largest size from `most` down to `least` for which there is room; 0 when there is none. */
  placeUpTo(job: Job, most: number, least: number): number {
    for (let size = most; size >= Math.max(1, least); size--) if (this.place(job, size)) return size;
    return 0;
  }

  /** Changes the size of a job in the draft, on its own servers and on further ones if it may span them. False, and nothing changed, when there is no room for it. */
  resize(job: Job, size: number): boolean {
    const on = this.#grants.get(job.id);
    if (!on || size <= 0) return false;
    const shape = shapeOf(job);
    const change = size - sizeOn(on, shape.pool);
    if (change === 0) return true;
    const next = change > 0 ? this.#grow(job, shape, on, change) : this.#shrink(job, shape, on, -change);
    if (next) this.#grants.set(job.id, next);
    return next !== null;
  }

  /** How many more units it could be given where it is in the draft. */
  roomToGrow(job: Job): number {
    const shape = shapeOf(job);
    const on = this.#grants.get(job.id) ?? [];
    return on.reduce((sum, { server }) => sum + (this.drafts.of(server)?.growthFor(shape) ?? 0), 0);
  }

  /** Takes the job out of the draft: it is not to run. */
  evict(job: Job): void {
    const on = this.#grants.get(job.id);
    if (!on) return;
    this.#hopeless.clear();
    this.#grants.delete(job.id);
    for (const share of on) this.drafts.of(share.server)?.give(share, this.#keepsMemory(job));
  }

  /** Makes room by evicting jobs that yield to it, the least and as few as will do, and places it there. */
  makeRoom(job: Job, size: number, yielding: Yielding): boolean {
    if (this.place(job, size)) return true;
    const shape = shapeOf(job);
    if (shape.maxServers > 1) return this.#makeWideRoom(job, size, yielding);
    const demand = demandOf(shape, size);
    let best: { server: ServerId; victims: Job[]; rank: number } | null = null;
    for (const { server } of this.#cluster.rooms.values()) {
      if (!isOpen(server) || (this.#isBound(job) && !ownShare(job, server.id))) continue;
      const victims = this.#victims(server.id, job, demand, yielding);
      const last = victims?.at(-1);
      if (!victims || !last) continue;
      const rank = yielding.rank(last);
      if (!best || rank > best.rank || (rank === best.rank && victims.length < best.victims.length))
        best = { server: server.id, victims, rank };
    }
    if (!best) return false;
    const sizes = best.victims.map((victim) => this.sizeOf(victim));
    for (const victim of best.victims) this.evict(victim);
    for (const [i, victim] of [...best.victims.entries()].slice(0, -1).reverse()) {
      // The least important one may have been needed only until a more important one was found.
      if (this.find(victim, sizes[i] as number) === null) continue;
      if (this.#fitsOn(best.server, job, demand)) continue;
      this.evict(victim);
    }
    return this.place(job, size, { only: best.server });
  }

  /** As `place`, for a job that is not in the draft or is to leave its place; tells where. */
  find(job: Job, size: number, bounds: Bounds = {}): Placement | null {
    const place = this.#seek(job, size, bounds);
    if (place === null) this.witness?.noRoom(job, size);
    return place;
  }
  #seek(job: Job, size: number, bounds: Bounds): Placement | null {
    const shape = shapeOf(job);
    const isFree = !bounds.only && !bounds.except && !bounds.mayUse;
    const kept = isFree ? this.#keep(job, shape, size) : null;
    if (kept) return this.#grant(job, kept);
    if (isFree && this.#isBound(job)) return null;
    if (isFree && !bounds.idleNow && size >= (this.#hopeless.get(shape) ?? Number.POSITIVE_INFINITY)) return null;
    const place = this.#single(job, shape, size, bounds) ?? (bounds.only ? null : this.#span(job, shape, size, bounds));
    if (place) return this.#grant(job, place);
    const repacked = isFree && !bounds.idleNow && this.#repack(job, size);
    if (repacked) return this.#grants.get(job.id) ?? null;
    if (isFree && !bounds.idleNow) this.#hopeless.set(shape, Math.min(size, this.#hopeless.get(shape) ?? size));
    return null;
  }

  #grant(job: Job, placement: Placement): Placement {
    this.#grants.set(job.id, placement);
    return placement;
  }
  /** Where the job is in reality, if all of that is free: exactly so at the same size, else on the same server. */
  #keep(job: Job, shape: Shape, size: number): Placement | null {
    const on = placementOf(job);
    if (!on) return null;
    const isHeld = this.#keepsMemory(job);
    if (sizeOn(on, shape.pool) === size) {
      const taken: Share[] = [];
      for (const share of on) if (this.drafts.of(share.server)?.keepShare(job.id, share, isHeld)) taken.push(share);
      if (taken.length === on.length) return on;
      for (const share of taken) this.drafts.of(share.server)?.give(share, isHeld);
    }
    const [lead] = on;
    const draft = lead && on.length === 1 ? this.drafts.of(lead.server) : null;
    if (!draft || !lead || draft.sizeFor(shape, isHeld) < size) return null;
    return [draft.take(job.id, shape, demandOf(shape, size), lead, isHeld)];
  }

  #single(job: Job, shape: Shape, size: number, bounds: Bounds): Placement | null {
    if (shape.minServers > 1) return null;
    const demand = demandOf(shape, size);
    const candidates: Candidate[] = [];
    let order = -1;
    for (const room of this.#cluster.rooms.values()) {
      order++;
      const { server } = room;
      if (!isOpen(server) || (bounds.only && bounds.only !== server.id) || bounds.except === server.id) continue;
      const draft = this.drafts.of(server.id) as Draft;
      if (draft.freeCores < demand.cores || draft.freeGpus < demand.gpus) continue;
      const isHeld = this.#hasMemory(job, server.id);
      if (draft.sizeFor(shape, isHeld) < size) continue;
      const mustWait = draft.idleSizeFor(shape) < size;
      if ((bounds.idleNow && mustWait) || bounds.mayUse?.(server.id) === false) continue;
      candidates.push({
        server,
        order,
        gpusLeft: draft.gpusFor(shape) - demand.gpus,
        coresLeft: draft.freeCores - demand.cores,
        mustWait,
        hasCheckpoint: job.checkpoint?.server === server.id,
        hasImage: server.images !== undefined && job.spec.image !== null && hasImage(server.images, job.spec.image),
      });
    }
    if (candidates.length === 0) return null;
    const chosen = this.#cluster.rule.choose(candidates, job, this.#last);
    this.choices?.set(job.id, choiceOf(candidates, chosen, this.#cluster.rule, job, this.#last));
    this.#last = chosen.order;
    const { id } = chosen.server;
    const draft = this.drafts.of(id) as Draft;
    return [draft.take(job.id, shape, demand, ownShare(job, id), this.#hasMemory(job, id))];
  }

  /** The fewest servers that will do, those with most room first; a gang that wants several gets at least so many. */
  #span(job: Job, shape: Shape, size: number, bounds: Bounds): Placement | null {
    if (shape.maxServers < 2) return null;
    const roomy = this.#roomyServers(shape, bounds.idleNow).filter(
      ({ draft: { room } }) => room.server.id !== bounds.except && bounds.mayUse?.(room.server.id) !== false,
    );
    for (let count = Math.max(2, shape.minServers); count <= Math.min(shape.maxServers, roomy.length, size); count++) {
      const chosen = roomy.slice(0, count);
      if (chosen.reduce((sum, each) => sum + each.size, 0) < size) continue;
      const room = chosen.map((each) => each.size);
      const parts = partsOf(room, size, shape.minServers > 1);
      return chosen.map(({ draft }, i) =>
        draft.take(job.id, shape, demandOf(shape, parts[i] as number), ownShare(job, draft.room.server.id)),
      );
    }
    return null;
  }

  #grow(job: Job, shape: Shape, on: Placement, by: number): Placement | null {
    let left = by;
    const grown = on.map((share) => {
      const draft = this.drafts.of(share.server);
      const more = Math.min(left, draft?.growthFor(shape) ?? 0);
      if (!draft || more === 0) return share;
      left -= more;
      const demand = { ...demandOf(shape, more), ...(shape.pool === "gpus" && { cores: 0 }), memoryMiB: 0 };
      return draft.joined(share, draft.take(job.id, shape, demand, ownShare(job, share.server)));
    });
    const further = left === 0 ? [] : this.#further(job, shape, on, left);
    if (further) return [...grown, ...further];
    for (const [i, share] of grown.entries()) this.drafts.of(share.server)?.give(without(share, on[i] as Share), true);
    return null;
  }

  /**
   * Shares of servers that a gang does not have in the draft: those that it has in reality, in their ranks, or else those with
   * most room first; null when it may not, or they are too small.
   */
  #further(job: Job, shape: Shape, on: Placement, size: number): Placement | null {
    if (shape.maxServers <= on.length) return null;
    const roomy = this.#roomyServers(shape).filter(
      ({ draft }) => !on.some(({ server }) => server === draft.room.server.id),
    );
    const own = (placementOf(job) ?? []).map(({ server }) => this.drafts.of(server));
    const before = own.flatMap((draft) => roomy.find((each) => each.draft === draft) ?? []);
    const chosen = [[...before, ...roomy.filter((each) => !before.includes(each))], roomy]
      .map((each) => each.slice(0, shape.maxServers - on.length))
      .find((each) => each.reduce((sum, { size: most }) => sum + most, 0) >= size);
    if (!chosen) return null;
    let left = size;
    const shares: Share[] = [];
    for (const { draft, size: most } of chosen) {
      const share = Math.min(most, left);
      if (share > 0)
        shares.push(draft.take(job.id, shape, demandOf(shape, share), ownShare(job, draft.room.server.id)));
      left -= share;
    }
    return shares;
  }

  #roomyServers(shape: Shape, idleNow = false): { readonly draft: Draft; readonly size: number }[] {
    return [...this.#cluster.rooms.values()]
      .filter(({ server }) => isOpen(server))
      .map(({ server }) => this.drafts.of(server.id) as Draft)
      .map((draft) => ({ draft, size: idleNow ? draft.idleSizeFor(shape) : draft.sizeFor(shape) }))
      .filter(({ size }) => size > 0)
      .sort((a, b) => b.size - a.size);
  }

  /** From the last server first. */
  #shrink(job: Job, shape: Shape, on: Placement, by: number): Placement | null {
    const least = shape.minServers > 1 ? on.length : 1;
    if (sizeOn(on, shape.pool) - by < least) return null;
    let left = by;
    this.#hopeless.clear();
    const shrunk = on.toReversed().map((share, i) => {
      const draft = this.drafts.of(share.server) as Draft;
      const count = sizeOn([share], shape.pool);
      const isLast = i === on.length - 1;
      const fewer = Math.min(left, count - (isLast || shape.minServers > 1 ? 1 : 0));
      left -= fewer;
      if (fewer === count) {
        draft.give(share);
        return null;
      }
      if (fewer === 0) return share;
      const rest = draft.shrunk(share, shape.pool, fewer, ownShare(job, share.server));
      draft.give(without(share, rest), true);
      return rest;
    });
    return shrunk.reverse().filter((share) => share !== null);
  }

  /** Those who must yield on this server so that it fits, the last of them the most important; null when that is not enough. */
  #victims(server: ServerId, job: Job, demand: Demand, yielding: Yielding): Job[] | null {
    const victims: Job[] = [];
    let fits = this.#fitsOn(server, job, demand);
    for (const victim of yielding.on(server)) {
      if (fits) break;
      const on = this.#grants.get(victim.id);
      if (!on) continue;
      victims.push(victim);
      this.#drop(victim, on);
      fits = this.#fitsOn(server, job, demand);
    }
    for (const victim of victims) this.#putBack(victim);
    return fits ? victims : null;
  }

  /** As an eviction, to look what would be: `#putBack` undoes it. */
  #drop(victim: Job, on: Placement): void {
    for (const share of on) this.drafts.of(share.server)?.give(share, this.#keepsMemory(victim));
  }
  #putBack(victim: Job): void {
    for (const share of this.#grants.get(victim.id) ?? [])
      this.drafts.of(share.server)?.takeShare(victim.id, share, this.#keepsMemory(victim));
  }

  /** For a gang that may span servers: whoever yields first goes, wherever that is, until it fits. */
  #makeWideRoom(job: Job, size: number, yielding: Yielding): boolean {
    const evicted: { victim: Job; size: number }[] = [];
    let isPlaced = false;
    for (const victim of yielding.all()) {
      if (!this.#grants.has(victim.id)) continue;
      evicted.push({ victim, size: this.sizeOf(victim) });
      this.evict(victim);
      isPlaced = this.place(job, size);
      if (isPlaced) break;
    }
    for (const { victim, size: had } of evicted.reverse()) this.find(victim, had); // for whom there still is room
    return isPlaced;
  }

  #fitsOn(server: ServerId, job: Job, demand: Demand): boolean {
    const shape = shapeOf(job);
    const size = shape.pool === "gpus" ? demand.gpus : demand.cores;
    return (this.drafts.of(server)?.sizeFor(shape, this.#hasMemory(job, server)) ?? 0) >= size;
  }

  /** A job without GPUs is frozen rather than stopped: its memory stays, whether it is in the draft or not. */
  #keepsMemory(job: Job): boolean {
    if (isSuspended(job)) return true;
    return this.#cluster.guard.settings.pauseCores && job.state.status === "running" && mayFreeze(job.spec);
  }

  /** Does it go on having memory there, whatever becomes of it in the draft? */
  #hasMemory(job: Job, server: ServerId): boolean {
    return this.#keepsMemory(job) && ownShare(job, server) !== null;
  }

  /** Can it only be where it is? */
  #isBound(job: Job): boolean {
    return this.#keepsMemory(job) || (job.state.status === "running" && !this.#cluster.guard.mayMigrate(job));
  }

  /** Packs the cluster anew, where the rule can, so that the job fits; running jobs that may be moved are. */
  #repack(job: Job, size: number): boolean {
    if (!packingOf(this.#cluster) || this.#repacks >= MOST_REPACKS || job.state.status === "running") return false;
    this.#repacks++; // also those that come to nothing: they cost as much
    const found = repack({ ...this.#cluster, draft: (id) => this.drafts.of(id), grants: this.#grants }, job, size);
    if (!found) return false;
    const before = found.moves.map(({ job: moved }) => this.#grants.get(moved.id) as Placement);
    for (const { job: moved } of found.moves) this.evict(moved);
    const all = [...found.moves, { job, on: found.on }];
    if (all.every((each) => this.#takeCounts(each.job, each.on))) {
      for (const { job: moved } of found.moves)
        if (moved.state.status === "running") this.#defragments.set(moved.id, job.id);
      return true;
    }
    // On a server with several kinds of GPUs the counts can come out and the devices not.
    for (const each of all) this.evict(each.job);
    for (const [i, { job: moved }] of found.moves.entries()) {
      for (const share of before[i] as Placement) this.drafts.of(share.server)?.takeShare(moved.id, share);
      this.#grants.set(moved.id, before[i] as Placement);
    }
    return false;
  }

  /** Gives the job so much on each of these servers. False when one of them turns out to have less; it has that then. */
  #takeCounts(job: Job, counts: readonly (readonly [ServerId, number])[]): boolean {
    const shape = shapeOf(job);
    const shares = counts.map(([server, count]) =>
      (this.drafts.of(server) as Draft).take(job.id, shape, demandOf(shape, count), ownShare(job, server)),
    );
    this.#grants.set(job.id, shares);
    return counts.every(([, count], i) => shares[i]?.gpus.length === count);
  }
}
