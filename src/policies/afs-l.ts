import type { Job } from "../core/job.ts";
import { bySubmission } from "../core/job.ts";
import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import { byLength, lengths } from "./length.ts";
import { front } from "./line.ts";
import { byKey } from "./order.ts";
import { bySize, type Sizing } from "./realise.ts";
import { boundSizes, leastOf, positionsOf, promising, type Sizes, sizable } from "./sizes.ts";
import { playForUnits } from "./tournament.ts";

export const afsL: PolicyEntry = {
  key: "afs-l",
  description:
    "Unit by unit to the winner of a tournament: the shorter job, unless the longer one makes sufficiently more of it. A job of which nothing is known counts as longer than the others.",
  needs: ["estimates", "speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [
    {
      name: "hysteresis",
      description:
        "a running job is left as it is where its share would make it faster or slower by no more than this fraction, and there are units for that; 0 follows every change",
      kind: "number",
      default: 0.1,
      min: 0,
      max: 1,
    },
  ],
  create: ({ hysteresis }) => bySize((pool, snapshot) => shares(pool, snapshot, Number(hysteresis))),
};

function shares(pool: PoolView, snapshot: Snapshot, hysteresis: number): Sizing {
  const { capacity } = pool;
  const { among } = front(pool, byLength(snapshot));
  const asking = sizable(among);
  const left = lengths(asking, snapshot);
  const lengthOf = new Map(asking.map((contender, i) => [contender, left[i] as number]));
  const order = byKey(asking, (_, i) => left[i] as number);
  const redo = (players: readonly Contender[]): Sizes => {
    const sizes = play(players, capacity, (each) => lengthOf.get(each) as number, snapshot);
    keepClose(players, sizes, capacity, snapshot, hysteresis);
    return sizes;
  };
  return { by: "work left", order, sizes: redo(order), redo, among };
}

/** They play in the order of submission, which stays the same while lengths change. */
function play(
  order: readonly Contender[],
  units: number,
  lengthOf: (contender: Contender) => number,
  { estimates }: Snapshot,
): Sizes {
  const jobAt = (i: number): Job => (order[i] as Contender).job;
  const chosen = promising(order, units).sort((a, b) => bySubmission(jobAt(a), jobAt(b)));
  const bound = boundSizes(order);
  const players = chosen.map((i) => {
    const contender = order[i] as Contender;
    const { speedup: speed } = estimates.of(contender.job);
    const [least, length] = [leastOf(contender), lengthOf(contender)];
    return { least, most: contender.max, length, speed, has: bound[i] as number };
  });
  const sizes = new Uint32Array(order.length);
  for (const [at, size] of playForUnits(players, units).entries()) sizes[chosen[at] as number] = size;
  return sizes;
}

/**
 * Lets running jobs keep what they have where that is nearly as fast as their share. Those that hold more than it give it back when there are
 * not units enough, the greatest gap first. With sizes that are settled in this way it changes nothing.
 */
function keepClose(
  order: readonly Contender[],
  sizes: Sizes,
  units: number,
  { estimates }: Snapshot,
  hysteresis: number,
): void {
  const kept: { readonly at: number; readonly share: number; readonly gap: number }[] = [];
  let free = units;
  for (const at of positionsOf(sizes)) {
    const { job, size } = order[at] as Contender;
    const share = sizes[at] as number;
    const { speedup } = estimates.of(job);
    const gap = size > 0 ? Math.abs(speedup(share) / speedup(size) - 1) : Number.POSITIVE_INFINITY;
    if (gap <= hysteresis) sizes[at] = size;
    if (gap <= hysteresis && size > share) kept.push({ at, share, gap });
    free -= sizes[at] as number;
  }
  kept.sort((a, b) => b.gap - a.gap || b.at - a.at);
  for (const { at, share } of kept) {
    if (free >= 0) return;
    free += (sizes[at] as number) - share;
    sizes[at] = share;
  }
}
