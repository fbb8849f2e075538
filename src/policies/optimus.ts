import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { lengths } from "./length.ts";
import { BY_SUBMISSION, front } from "./line.ts";
import { growByGain } from "./marginal.ts";
import { bySize } from "./realise.ts";
import { boundSizes, giveInOrder, leastOf, positionsOf, type Sizes, sizable, sumOf } from "./sizes.ts";

/** The greedy of Optimus (Peng et al., EuroSys 2018), with units in place of its workers and parameter servers. */
export const optimus: PolicyEntry = {
  key: "optimus",
  description:
    "Each its least in order of submission; then unit by unit to the job whose remaining time it shortens most. A job of which nothing is known counts as longer than the others.",
  needs: ["estimates", "speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [],
  create: () =>
    bySize((pool, snapshot) => {
      const { among } = front(pool, BY_SUBMISSION);
      const order = sizable(among);
      const redo = (asking: readonly Contender[]): Sizes => leastThenByTime(asking, pool.capacity, snapshot);
      return { by: "submission", order, sizes: redo(order), redo, among };
    }),
};

function leastThenByTime(order: readonly Contender[], units: number, snapshot: Snapshot): Sizes {
  const sizes = boundSizes(order);
  const free = giveInOrder(order, sizes, units - sumOf(sizes));
  const positions = positionsOf(sizes);
  const growing = positions.map((i) => order[i] as Contender);
  const left = lengths(growing, snapshot);
  const claims = growing.map((contender, at) => {
    const { speedup } = snapshot.estimates.of(contender.job);
    const value = (size: number): number => -(left[at] as number) / speedup(size);
    return { least: leastOf(contender), most: contender.max, value };
  });
  const grown = Uint32Array.from(positions, (i) => sizes[i] as number);
  growByGain(claims, grown, free);
  for (const [at, i] of positions.entries()) sizes[i] = grown[at] as number;
  return sizes;
}
