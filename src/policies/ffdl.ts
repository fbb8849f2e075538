import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { allocate, type Choice } from "./knapsack.ts";
import { front } from "./line.ts";
import { byKey } from "./order.ts";
import { bySize } from "./realise.ts";
import { boundSizes, giveInOrder, leastOf, positionsOf, promising, type Sizes, sizable, sumOf } from "./sizes.ts";

/**
 * The optimiser of FfDL's elastic scaling (Saxena et al., MASCOTS 2020): the greatest sum of speed-ups. Of the waiting jobs only so many of the
 * first are considered as would fill the pool with their least; the knapsack says how large a sum is still solved exactly.
 */
export const ffdl: PolicyEntry = {
  key: "ffdl",
  description:
    "The sizes with the greatest sum of speed-ups. All that fit with their least run, the newest ones wait; with mayWait whoever brings least waits.",
  needs: ["speed-up", "priorities"],
  isPreemptive: true,
  isElastic: true,
  options: [
    {
      name: "mayWait",
      description:
        "whether a job may be left out so that others gain more; large gangs can then starve behind small jobs",
      kind: "flag",
      default: false,
    },
    {
      name: "chargeRestarts",
      description: "whether a change of a running job counts with what its restart costs, as measured",
      kind: "flag",
      default: true,
    },
    {
      name: "horizonSeconds",
      description: "the time within which a change must win back the work that its restart costs",
      kind: "number",
      default: 600,
      min: 1,
      max: 604_800,
    },
    {
      name: "weightByPriority",
      description: "whether speed counts by priority: times 1 + priority, below 0 divided by 1 - priority",
      kind: "flag",
      default: false,
    },
  ],
  create({ mayWait, chargeRestarts, horizonSeconds, weightByPriority }) {
    const name = {};
    const weigh = weightByPriority === true ? weightOf : () => 1;
    const by = mayWait === true ? "speed-up per unit" : weightByPriority === true ? "priority" : "submission";
    return bySize((pool, snapshot) => {
      const { capacity } = pool;
      const horizon = chargeRestarts === true ? Number(horizonSeconds) : Number.POSITIVE_INFINITY;
      const rank = mayWait === true ? density(snapshot, weigh) : weigh;
      const epoch = mayWait === true ? snapshot.estimates.epoch : null;
      const { among } = front(pool, { name, keysOf: (contender) => [-rank(contender)], epoch });
      const order = byKey(sizable(among), (each) => -rank(each));
      const redo = (asking: readonly Contender[]): Sizes => {
        const chosen = mayWait === true ? promising(asking, capacity, isRunning) : admitted(asking, capacity);
        const choices = chosen.map((i) => {
          const contender = asking[i] as Contender;
          const choice = choiceOf(contender, weigh(contender), horizon, snapshot);
          return { ...choice, mayWait: mayWait === true && (contender.mayYield || !contender.isRunning) };
        });
        const sizes = new Uint32Array(asking.length);
        for (const [at, size] of (allocate(choices, capacity) ?? []).entries()) sizes[chosen[at] as number] = size;
        return sizes;
      };
      return { by, order, sizes: redo(order), redo, among };
    });
  },
};

function choiceOf(
  contender: Contender,
  weight: number,
  horizonSeconds: number,
  { estimates, guard }: Snapshot,
): Omit<Choice, "mayWait"> {
  const { job, max, size, isRunning } = contender;
  const { speedup } = estimates.of(job);
  const least = leastOf(contender);
  let most = max;
  while (most > Math.max(least, size) && speedup(most) <= speedup(most - 1)) most--; // more of it would be for nothing
  const cost = isRunning ? (guard.restartMillis(job) / 1000 / horizonSeconds) * speedup(size) : 0;
  const worth = Float64Array.from({ length: most + 1 }, (_, n) => weight * (speedup(n) - (n === size ? 0 : cost)));
  return { least, most, size, value: (n) => worth[n] as number };
}

const isRunning = (contender: Contender): boolean => contender.isRunning;

/** What a job brings for each unit of its least. */
const density =
  ({ estimates }: Snapshot, weigh: (contender: Contender) => number) =>
  (contender: Contender): number => {
    const least = leastOf(contender);
    return least === 0 ? 0 : (weigh(contender) * estimates.of(contender.job).speedup(least)) / least;
  };

const weightOf = ({ job }: Contender): number => {
  const { priority } = job.spec;
  return priority >= 0 ? 1 + priority : 1 / (1 - priority);
};

/** Positions of all that fit with their least, the newest left out first. */
function admitted(order: readonly Contender[], units: number): number[] {
  const sizes = boundSizes(order);
  giveInOrder(order, sizes, units - sumOf(sizes));
  return positionsOf(sizes);
}
