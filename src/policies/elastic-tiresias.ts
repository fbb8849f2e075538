import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { KeysOf } from "../core/waiting.ts";
import { front } from "./line.ts";
import { type Claim, growByGain } from "./marginal.ts";
import { byKey } from "./order.ts";
import { queueFaults, queueing, queueOptions } from "./queues.ts";
import { bySize } from "./realise.ts";
import { boundSizes, giveInOrder, leastOf, positionsOf, type Sizes, sizable, sumOf } from "./sizes.ts";

/**
 * Tiresias for elastic jobs, after EDL (Wu et al., TPDS 2021). Its queues say who gets what it asks for. When many wait (compaction), they
 * begin with their least in the order of the queues, and those that have had their share give up what they have beyond their least, but not for
 * queues after theirs. What is left goes to whoever gains most speed by it, running or waiting (expansion).
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
      description:
        "When more jobs than this would wait, those below the first queue shrink so that waiting ones of no later queue can begin.",
      kind: "number",
      default: 10,
      min: 0,
      max: 1_000_000,
      isWhole: true,
    },
  ],
  check: queueFaults,
  create({ thresholds, promoteKnob, compactionPending }) {
    const queuesOf = queueing(thresholds as readonly number[], Number(promoteKnob));
    return bySize((pool, snapshot) => {
      const { levelOf, placeOf, apart, verdict } = queuesOf(pool, snapshot.now);
      const keysOf: KeysOf = (contender) => [levelOf(contender), ...placeOf(contender)];
      const { among, hidden } = front(pool, { name: queuesOf, keysOf, apart });
      const order = sizable(byKey(among, levelOf, (contender) => placeOf(contender)[0] as number));
      const redo = (asking: readonly Contender[]): Sizes => {
        const sizes = boundSizes(asking);
        let left = giveInOrder(asking, sizes, pool.capacity - sumOf(sizes), asked);
        if (hidden + waiting(asking, sizes) > Number(compactionPending)) left = compact(asking, sizes, left, levelOf);
        expand(asking, sizes, left, snapshot);
        return sizes;
      };
      return { by: "attained service", order, sizes: redo(order), redo, verdict, among };
    });
  },
};

const asked = (contender: Contender): number => Math.max(leastOf(contender), contender.preferred);

const waiting = (order: readonly Contender[], sizes: Sizes): number =>
  order.reduce((count, { max }, i) => count + (sizes[i] === 0 && max > 0 ? 1 : 0), 0);

/** The last of the order give first, and no more than it takes. Returns what is left. */
function compact(
  order: readonly Contender[],
  sizes: Sizes,
  units: number,
  levelOf: (contender: Contender) => number,
): number {
  const extraAt = (i: number): number => Math.max(0, (sizes[i] as number) - leastOf(order[i] as Contender));
  /** What the queues from this one on could give. */
  const extras: number[] = [];
  for (const i of positionsOf(sizes))
    for (let level = levelOf(order[i] as Contender); level >= 1; level--)
      extras[level] = (extras[level] ?? 0) + extraAt(i);
  let left = units;
  let given = 0;
  let giver = order.length - 1;
  for (const [i, contender] of order.entries()) {
    const least = leastOf(contender);
    const could = (extras[Math.max(1, levelOf(contender))] ?? 0) - given;
    if (sizes[i] !== 0 || contender.max === 0 || least > left + could) continue;
    for (; left < least; giver--) {
      const cut = Math.min(extraAt(giver), least - left);
      sizes[giver] = (sizes[giver] as number) - cut;
      left += cut;
      given += cut;
      if (left === least) break;
    }
    sizes[i] = least;
    left -= least;
  }
  return left;
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
