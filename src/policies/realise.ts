import { placementOf } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { Policy, Snapshot, Verdict } from "../core/policy.ts";
import { type Contender, narrowed, type PoolView } from "../core/pool.ts";
import { growInTurn } from "./leftovers.ts";
import { perPool } from "./per-pool.ts";
import { leastOf, positionsOf, type Sizes, speedsUp } from "./sizes.ts";
import { Refusals } from "./walk.ts";

export interface Sizing {
  /** What the order goes by, in words. */
  readonly by: string;
  /** More important first: it is placed, and grows, rather than who comes later. Without the pinned ones. */
  readonly order: readonly Contender[];
  readonly sizes: Sizes;
  /** The order with those who are not considered, in their places; when not said, it is of all already. */
  readonly everybody?: readonly Contender[];
  /** Of the pool's contenders those who could begin at all, in the order of submission; all when not said. */
  readonly among?: readonly Contender[];
  readonly verdict?: Verdict;
  /** The most that a job may have when it grows into what is left over; its own limit when not said. */
  mostOf?(contender: Contender): number;
  /** The sizes with some of the order left out, where that is less work than to decide anew. */
  redo?(order: readonly Contender[]): Sizes;
}

/** So often at most it is decided because somebody finds no place. */
const MOST_TRIES = 8;

/**
 * A policy that decides how much each job has; where, and how much of it can be, is the packer's. When somebody is to run and finds no place, even
 * with all others at their least, it is decided anew without those: nothing is taken from others for a job that cannot run. What is left
 * because servers are too small for the sizes starts others, stays with whoever had it, and then goes to whoever can use it.
 */
export const bySize = (decide: (pool: PoolView, snapshot: Snapshot) => Sizing): Policy =>
  perPool((pool, packer, snapshot) => {
    const refused = new Set<Contender>();
    let sizing = decide(pool, snapshot);
    const { among = pool.contenders, everybody = sizing.order } = sizing;
    packer.witness?.line(sizing.by, sizing.order, leastOf);
    for (let tries = 1; !begin(sizing, packer, refused) && tries < MOST_TRIES; tries++) {
      putBack(sizing, packer);
      const isLeft = (contender: Contender): boolean => !refused.has(contender);
      const order = sizing.order.filter(isLeft);
      if (sizing.redo) sizing = { ...sizing, order, sizes: sizing.redo(order) };
      else sizing = decide(narrowed(pool, among.filter(isLeft)), snapshot);
    }
    const { order, sizes, verdict, mostOf } = sizing;
    let left = pool.capacity;
    for (const i of positionsOf(sizes)) left -= grow(order[i] as Contender, sizes[i] as number, packer, snapshot);
    left = beginOthers(everybody, left, packer);
    if (left === 0) return verdict;
    for (const contender of everybody) if (contender.isRunning) growHere(contender, contender.size, packer);
    const isFaster = speedsUp(snapshot);
    growInTurn(everybody, packer, (each, size) => size <= (mostOf?.(each) ?? each.max) && isFaster(each, size));
    return verdict;
  });

/**
 * Takes from the running what they are not to have, and places who is to run. Returns whether a place was found for all of them.
 * @param refused those for whom there was none, with all that come after them and ask as much of the same
 */
function begin({ order, sizes }: Sizing, packer: Packer, refused: Set<Contender>): boolean {
  for (let i = 0; i < order.length; i++) {
    const { job, isRunning, mayYield, max, size: had } = order[i] as Contender;
    const size = sizes[i] as number;
    if (!isRunning || size >= had) continue;
    if (size > 0) packer.resize(job, size);
    else if (max > 0 && mayYield) packer.evict(job);
  }
  const alike = new Refusals();
  let areAll = true;
  for (let i = 0; i < order.length; i++) {
    const contender = order[i] as Contender;
    const size = sizes[i] as number;
    if (size === 0 ? areAll : packer.grants.has(contender.job.id)) continue;
    const least = leastOf(contender);
    const isAlike = alike.covers(contender.job, least, 0);
    if (!isAlike && (size === 0 || place(contender, size, order, packer))) continue;
    packer.witness?.noRoom(contender.job, least);
    alike.add(contender.job, least, 0);
    refused.add(contender);
    if (size > 0) areAll = false;
  }
  return areAll;
}

/** As much of the size as there is room for; its least also at the cost of others. False, and nothing changed, when that does not help. */
function place(contender: Contender, size: number, order: readonly Contender[], packer: Packer): boolean {
  const { job } = contender;
  const least = leastOf(contender);
  return packer.placeUpTo(job, size, least) > 0 || placeAmongExtras(contender, least, order, packer);
}

/** Others give up what they have beyond their least, the last of the order first, until it fits. */
function placeAmongExtras({ job }: Contender, least: number, order: readonly Contender[], packer: Packer): boolean {
  const given: { readonly giver: Contender; readonly had: number }[] = [];
  for (let i = order.length - 1; i >= 0; i--) {
    const giver = order[i] as Contender;
    const had = packer.sizeOf(giver.job);
    if (had <= leastOf(giver) || !packer.resize(giver.job, leastOf(giver))) continue;
    given.push({ giver, had });
    if (packer.place(job, least)) return true;
  }
  // Running ones first: they get back what is theirs.
  given.sort((a, b) => Number(b.giver.isRunning) - Number(a.giver.isRunning));
  for (const { giver, had } of given) packer.resize(giver.job, had);
  return false;
}

/** Undoes what `begin` did: everybody is where it is. All let go first, or one gets back what is another's. */
function putBack({ order }: Sizing, packer: Packer): void {
  const displaced = order.filter(({ job, isRunning }) => {
    const on = packer.grants.get(job.id) ?? null;
    return on !== (isRunning ? placementOf(job) : null);
  });
  for (const { job } of displaced) packer.evict(job);
  for (const { job, isRunning, size } of displaced) if (isRunning) packer.place(job, size);
}

/**
 * Where it is, as far as there is room; a running job that cannot grow there at all goes where all of it is idle, if that is worth the move.
 * Returns what it has then.
 */
function grow(contender: Contender, size: number, packer: Packer, { guard }: Snapshot): number {
  const { job, mayYield } = contender;
  const had = packer.sizeOf(job);
  if (had >= size || !packer.grants.has(job.id)) return had;
  if (growHere(contender, size, packer)) return packer.sizeOf(job);
  if (!mayYield || !guard.mayMigrate(job) || !guard.isWorthMigrating(job, size)) return had;
  packer.evict(job);
  if (packer.find(job, size, { idleNow: true })) return size;
  packer.place(job, had);
  return had;
}

function growHere({ job, min }: Contender, size: number, packer: Packer): boolean {
  for (let next = size; next > packer.sizeOf(job) && next >= min; next--) if (packer.resize(job, next)) return true;
  return false;
}

/** Starts with its least whoever fits on what is left; running jobs for which nothing was meant may go on. Returns what is left then. */
function beginOthers(contenders: readonly Contender[], units: number, packer: Packer): number {
  let left = units;
  for (const contender of contenders) {
    const least = leastOf(contender);
    if (least > left || packer.grants.has(contender.job.id)) continue;
    if (packer.place(contender.job, least)) left -= least;
  }
  return left;
}
