import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { allocate, type Choice } from "./knapsack.ts";
import { byKey } from "./order.ts";
import { prospects } from "./prospect.ts";
import { bySize } from "./realise.ts";
import { leastOf, sizable } from "./sizes.ts";

/**
 * Our own: the sizes with which the jobs come most nearer to their ends. A job's progress is its speed over its length, as `prospects`
 * expects it from what the job and its like have done; a knapsack over the sizes (the shape of Sia, SOSP 2023, with the exploration rule and
 * restart penalty of Pollux, OSDI 2021) makes the sum of it the greatest. To run at all counts for more than any growth, so that nobody waits
 * while others hold more than their least; and growth counts almost by efficiency alone, so that short jobs do not crowd the GPUs
 * at poor speed-ups, which would cost everybody later.
 */
export const goodput: PolicyEntry = {
  key: "goodput",
  description:
    "The sizes with the greatest sum of predicted progress towards the jobs' ends, learned from progress and history: nobody has to say how long a job takes.",
  needs: ["speed-up", "history"],
  isPreemptive: true,
  isElastic: true,
  options: [
    {
      name: "fairness",
      description:
        "how little the length of a job counts when jobs grow: 0 favours the short, 1 looks at their speed-ups alone",
      kind: "number",
      default: 0.9,
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
      const worth = new Worth(sizable(contenders), snapshot, 1 - Number(fairness));
      const order = byKey(worth.contenders, (each) => -worth.density(each));
      const mostOf = (contender: Contender): number => explored(contender, Number(exploration), snapshot);
      const chosen = promising(order, capacity);
      const choices = chosen.map((i) => {
        const contender = order[i] as Contender;
        return choiceOf(contender, mostOf(contender), Number(horizonSeconds), worth, snapshot);
      });
      const sizes = new Uint32Array(order.length);
      for (const [at, size] of (allocate(choices, capacity) ?? []).entries()) sizes[chosen[at] as number] = size;
      return { order, sizes, mostOf };
    }),
};

/** Growth is worth at most this part of what it is worth to run: a gang that makes that much of each of its GPUs waits for nobody's growth. */
const GROWTH = 0.1;

/** What a job's speed is worth: with its least size, and beyond that. */
class Worth {
  readonly contenders: readonly Contender[];
  readonly #snapshot: Snapshot;
  readonly #lengths = new Map<Contender, number>();
  readonly #power: number;
  /** Brings growth below the least that it can be worth to run at all. */
  readonly #scale: number;

  /** @param power of the length by which growth is divided */
  constructor(contenders: readonly Contender[], snapshot: Snapshot, power: number) {
    this.contenders = contenders;
    this.#snapshot = snapshot;
    this.#power = power;
    const lengthOf = prospects(snapshot);
    let [longest, shortest] = [1, Number.POSITIVE_INFINITY];
    for (const contender of contenders) {
      const length = lengthOf(contender.job);
      this.#lengths.set(contender, length);
      longest = Math.max(longest, length);
      shortest = Math.min(shortest, length);
    }
    this.#scale = GROWTH / longest / Math.max(1, shortest) ** -power;
  }

  /** Progress by the second for each unit of speed, with the least size. */
  ofRunning(contender: Contender): number {
    return 1 / this.#length(contender);
  }
  /** The same of what it has beyond that. */
  ofGrowing(contender: Contender): number {
    return this.#scale * this.#length(contender) ** -this.#power;
  }

  /** Progress for each unit of the least size: who comes first when not all fit. */
  density(contender: Contender): number {
    const least = leastOf(contender);
    if (least === 0) return Number.POSITIVE_INFINITY;
    return (this.ofRunning(contender) * this.#snapshot.estimates.of(contender.job).speedup(least)) / least;
  }

  #length(contender: Contender): number {
    return this.#lengths.get(contender) as number;
  }
}

/** The most that is tried: what it asked for, what it has, or so many times what was measured. */
function explored(contender: Contender, times: number, { estimates }: Snapshot): number {
  const { job, max, preferred, size } = contender;
  const estimate = estimates.of(job);
  const least = leastOf(contender);
  let most = Math.min(max, Math.max(Math.floor(estimate.largestMeasured * times), preferred, size));
  while (most > least && estimate.speedup(most) <= estimate.speedup(most - 1)) most--; // more of it would be for nothing
  return Math.max(least, most);
}

function choiceOf(
  contender: Contender,
  most: number,
  horizonSeconds: number,
  worth: Worth,
  { estimates, guard }: Snapshot,
): Choice {
  const { job, size, isRunning, mayYield } = contender;
  const estimate = estimates.of(job);
  const least = leastOf(contender);
  const first = estimate.speedup(least);
  const [running, growing] = [worth.ofRunning(contender), worth.ofGrowing(contender)];
  const lost = isRunning ? (guard.restartMillis(job) / 1000 / horizonSeconds) * estimate.speedup(size) : 0;
  const values = Float64Array.from({ length: most + 1 }, (_, n) => {
    const change = n === size ? 0 : lost;
    if (n === 0) return -running * change;
    return running * first + growing * (estimate.speedup(n) - first - change);
  });
  return { least, most, size, mayWait: !isRunning || mayYield, value: (n) => values[n] as number };
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
