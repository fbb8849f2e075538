import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { BY_SUBMISSION, front } from "./line.ts";
import { bySize, type Sizing } from "./realise.ts";
import { boundSizes, giveInOrder, giveInTurn, type Sizes, sizable, speedsUp, sumOf } from "./sizes.ts";

/** First in, first out with sizes: everyone's least in order, then what is left in turn. Jobs that got nothing wait, whatever is left. */
export const elasticFifo: PolicyEntry = {
  key: "elastic-fifo",
  description:
    "Each its least in order of submission, smaller jobs passing larger ones that do not fit; then one more in turn while that still speeds a job up.",
  needs: ["speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [],
  create: () =>
    bySize((pool, snapshot) => {
      const { among } = front(pool, BY_SUBMISSION);
      return { by: "submission", ...leastThenInTurn(sizable(among), pool.capacity, snapshot), among };
    }),
};

/** The least of each in order; then one at a time in turn. */
export function leastThenInTurn(order: readonly Contender[], units: number, snapshot: Snapshot): Omit<Sizing, "by"> {
  const redo = (asking: readonly Contender[]): Sizes => {
    const sizes = boundSizes(asking);
    const left = giveInOrder(asking, sizes, units - sumOf(sizes));
    giveInTurn(asking, sizes, left, speedsUp(snapshot));
    return sizes;
  };
  return { order, sizes: redo(order), redo };
}
