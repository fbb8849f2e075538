import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { type Claim, growByGain } from "./marginal.ts";
import { byKey } from "./order.ts";
import { queueFaults, queueOptions, queuesOf } from "./queues.ts";
import { bySize } from "./realise.ts";
import { giveInOrder, leastOf, type Sizes, sizable } from "./sizes.ts";

/**
 * Tiresias for elastic jobs, after EDL (Wu et al., TPDS 2021): its queues say who gets what it asks for; when many wait, those that have
 * had their share shrink to their least for them (compaction), in the order of the queues; what is left goes one step at a time to
 * whoever gains most speed by it, running or waiting (expansion).
 */
export const elasticTiresias: PolicyEntry = {
  key: "elastic-tiresias",
  description:
    "Queues by attained service, as tiresias; jobs that have had their share shrink when many wait, and what is left goes to whoever gains most speed by it.",
  needs: ["speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [
    ...queueOptions,
    {
      name: "compactionPending",
      description: "When more jobs than this would wait, those below the first queue are cut to their least.",
      kind: "number",
      default: 10,
      min: 0,
      max: 1_000_000,
      isWhole: true,
    },
  ],
  check: queueFaults,
  create({ thresholds, promoteKnob, compactionPending }) {
    const limits = thresholds as readonly number[];
    return bySize((pool, snapshot) => {
      const { levelOf, keys, verdict } = queuesOf(pool, limits, Number(promoteKnob), snapshot.now);
      const order = sizable(byKey(pool.contenders, levelOf, ...keys));
      const sizes = new Uint32Array(order.length);
      const asked = (contender: Contender): number => Math.max(leastOf(contender), contender.preferred);
      let left = giveInOrder(order, sizes, pool.capacity, asked);
      if (waiting(order, sizes) > Number(compactionPending)) {
        left += compact(order, sizes, levelOf);
        left = giveInOrder(order, sizes, left, asked);
      }
      expand(order, sizes, left, snapshot);
      return { order, sizes, verdict };
    });
  },
};

const waiting = (order: readonly Contender[], sizes: Sizes): number =>
  order.reduce((count, { max }, i) => count + (sizes[i] === 0 && max > 0 ? 1 : 0), 0);

/** Cuts whoever is below the first queue to its least. Returns what that frees. */
function compact(order: readonly Contender[], sizes: Sizes, levelOf: (contender: Contender) => number): number {
  let freed = 0;
  for (const [i, contender] of order.entries()) {
    const size = sizes[i] as number;
    const least = leastOf(contender);
    if (size <= least || levelOf(contender) === 0) continue;
    sizes[i] = least;
    freed += size - least;
  }
  return freed;
}

/** A waiting job competes with its speed per unit at its least; of them only as many are looked at as could begin. */
function expand(order: readonly Contender[], sizes: Sizes, units: number, { estimates }: Snapshot): void {
  const at: number[] = [];
  let begun = 0;
  for (const [i, contender] of order.entries()) {
    if (sizes[i] === 0) begun += leastOf(contender);
    if (sizes[i] !== 0 || begun <= units) at.push(i);
  }
  const claims = at.map((i): Claim => {
    const contender = order[i] as Contender;
    const estimate = estimates.of(contender.job);
    return { least: leastOf(contender), most: contender.max, value: (size) => estimate.speedup(size) };
  });
  const grown = Uint32Array.from(at, (i) => sizes[i] as number);
  growByGain(claims, grown, units);
  for (const [k, i] of at.entries()) sizes[i] = grown[k] as number;
}
