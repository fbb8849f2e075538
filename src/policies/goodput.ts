import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { allocate, type Choice } from "./knapsack.ts";
import { byKey } from "./order.ts";
import { prospects } from "./prospect.ts";
import { bySize } from "./realise.ts";
import { leastOf, sizable } from "./sizes.ts";

/**
 * Our own: the sizes with which most jobs come most nearer to their ends. A job's progress with n units is its speed over what is
 * left of it, learned from what it and its like have done; the knapsack of Sia and Pollux maximises the sum of it, under a
 * fairness exponent, with what a restart costs, what the network costs a gang on several servers, and no size beyond `exploration` times the largest measured.
 */
export const goodput: PolicyEntry = {
  key: "goodput",
  description:
    "Sizes with the greatest sum of predicted progress towards the jobs' ends, learned from progress and history: nobody has to say how long a job takes.",
  needs: ["speed-up", "history"],
  isPreemptive: true,
  isElastic: true,
  options: [
    {
      name: "fairness",
      description: "0: whoever can end soonest goes first; 1: the length of a job does not count, only how well it uses its GPUs",
      kind: "number",
      default: 0,
      min: 0,
      max: 1,
    },
    {
      name: "exploration",
      description: "a job is given at most so many times the largest size at which it or its like was measured",
      kind: "number",
      default: 2,
      min: 1,
      max: 1024,
    },
    {
      name: "horizonSeconds",
      description: "the time within which a change must win back the work that its restart costs",
      kind: "number",
      default: 600,
      min: 1,
      max: 604_800,
    },
  ],
  create: ({ fairness, exploration, horizonSeconds }) =>
    bySize(({ contenders, capacity }, snapshot) => {
      const lengthOf = prospects(snapshot);
      const power = 1 - Number(fairness);
      const weights = new Map<Contender, number>();
      for (const each of contenders) weights.set(each, lengthOf(each.job) ** -power);
      const weightOf = (contender: Contender): number => weights.get(contender) as number;
      const order = byKey(sizable(contenders), (each) => -density(each, weightOf(each), snapshot));
      const chosen = promising(order, capacity);
      const choices = chosen.map((i) => {
        const contender = order[i] as Contender;
        return choiceOf(contender, weightOf(contender), Number(exploration), Number(horizonSeconds), snapshot);
      });
      const sizes = new Uint32Array(order.length);
      for (const [at, size] of (allocate(choices, capacity) ?? []).entries()) sizes[chosen[at] as number] = size;
      return { order, sizes };
    }),
};

/** Progress per unit with the least size: who comes first when not all fit. */
function density(contender: Contender, weight: number, { estimates }: Snapshot): number {
  const least = leastOf(contender);
  return least === 0 ? Number.POSITIVE_INFINITY : (weight * estimates.of(contender.job).speedup(least)) / least;
}

function choiceOf(
  contender: Contender,
  weight: number,
  exploration: number,
  horizonSeconds: number,
  { estimates, guard }: Snapshot,
): Choice {
  const { job, max, preferred, size, isRunning } = contender;
  const estimate = estimates.of(job);
  const least = leastOf(contender);
  const measured = Math.max(estimate.largestMeasured * exploration, preferred, size);
  const most = Math.max(least, Math.min(max, Math.floor(measured)));
  const lost = (guard.restartMillis(job) / 1000 / horizonSeconds) * (isRunning ? estimate.speedup(size) : 0);
  const worth = Float64Array.from({ length: most + 1 }, (_, n) => {
    if (n === 0) return isRunning ? -weight * lost : 0;
    return weight * (estimate.speedup(n) - (isRunning && n !== size ? lost : 0));
  });
  return { least, most, size, mayWait: true, value: (n) => worth[n] as number };
}

/**
 * Positions of the first whose least would fill the pool twice, and of those behind them that run. Who is considered may not depend on who
 * runs: else a job that runs is stopped for one that is no longer considered when it does not, and is started again.
 */
function promising(order: readonly Contender[], units: number): number[] {
  let sum = 0;
  return [...order.keys()].filter((i) => {
    const contender = order[i] as Contender;
    sum += leastOf(contender);
    return sum <= 2 * units || contender.isRunning;
  });
}
