import { attainedSeconds } from "../core/estimates.ts";
import type { Job } from "../core/job.ts";
import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { allocate, type Choice } from "./knapsack.ts";
import { front } from "./line.ts";
import { byKey } from "./order.ts";
import { bySize } from "./realise.ts";
import { leastOf, sizable } from "./sizes.ts";

/**
 * Our own: the sizes with which the jobs come most nearer to their ends. A job's progress is its speed over its length,
 * as it is expected from what the job and its like have done; a knapsack over the sizes (the shape of Sia, SOSP 2023, with the exploration rule and
 * restart penalty of Pollux, OSDI 2021) makes the sum of it the greatest. To run at all counts for more than to grow, among jobs of like
 * length, and growth counts more by efficiency than by length, so that short jobs do not crowd the GPUs at poor speed-ups, which would
 * cost everybody later; but a long job waits where the short ones make much of its place.
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
      default: 0.5,
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
    bySize((pool, snapshot) => {
      const { capacity } = pool;
      const lengthOf = lengthsOf(snapshot);
      const rank = (each: Contender): number => -density(each, lengthOf(each.job), snapshot);
      const standing = { name: goodput, keysOf: (each: Contender) => [rank(each)], epoch: snapshot.estimates.epoch };
      const { among } = front(pool, standing, HOPELESS);
      const everybody = byKey(sizable(among), rank);
      const { order, sure, hopeful } = coreOf(everybody, capacity);
      const worth = new Worth(order, hopeful, lengthOf, 1 - Number(fairness));
      const mostOf = (contender: Contender): number => explored(contender, Number(exploration), snapshot);
      const choices = order.map((each, i) => ({
        ...choiceOf(each, mostOf(each), Number(horizonSeconds), worth, snapshot),
        mayWait: i >= sure && (!each.isRunning || each.mayYield),
      }));
      const sizes = allocate(choices, capacity) ?? new Uint32Array(order.length);
      return { by: "expected progress per unit", order, sizes, everybody, mostOf, among };
    }),
};

/** Of a job of which nothing is known: as if it were as long as it has run, and at least this. */
const LEAST_SECONDS = 60;

/** What is left of a job, in seconds on one unit, as far as deciding about it goes. */
const lengthsOf =
  ({ estimates, now }: Snapshot) =>
  (job: Job): number => {
    const { remainingSeconds } = estimates.of(job);
    return remainingSeconds === null
      ? Math.max(attainedSeconds(job, now), LEAST_SECONDS)
      : Math.max(1, remainingSeconds);
  };

/** Progress by the second for each unit of the least size: who comes first when not all fit. */
function density(contender: Contender, length: number, { estimates }: Snapshot): number {
  const least = leastOf(contender);
  return least === 0 ? Number.POSITIVE_INFINITY : estimates.of(contender.job).speedup(least) / least / length;
}

/** A job of average length makes so much of growth of what it makes of running at all. */
const GROWTH = 0.2;

/** What a job's speed is worth: with its least size, and beyond that. */
class Worth {
  readonly #lengths: ReadonlyMap<Contender, number>;
  readonly #power: number;
  readonly #scale: number;

  /**
   * @param hopeful the average is of so many of the first
   * @param power of the length by which growth is divided
   */
  constructor(contenders: readonly Contender[], hopeful: number, lengthOf: (job: Job) => number, power: number) {
    this.#lengths = new Map(contenders.map((each) => [each, lengthOf(each.job)]));
    this.#power = power;
    const sum = [...this.#lengths.values()].slice(0, hopeful).reduce((logs, length) => logs + Math.log(length), 0);
    const average = Math.exp(sum / Math.max(1, hopeful));
    this.#scale = GROWTH * average ** (power - 1);
  }

  /** Progress by the second for each unit of speed, with the least size. */
  ofRunning(contender: Contender): number {
    return 1 / this.lengthOf(contender);
  }
  /** The same of what it has beyond that. */
  ofGrowing(contender: Contender): number {
    return this.#scale * this.lengthOf(contender) ** -this.#power;
  }

  lengthOf(contender: Contender): number {
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
  snapshot: Snapshot,
): Omit<Choice, "mayWait"> {
  const { job, size, isRunning } = contender;
  const estimate = snapshot.estimates.of(job);
  const least = leastOf(contender);
  const first = estimate.speedup(least);
  const [running, growing] = [worth.ofRunning(contender), worth.ofGrowing(contender)];
  const lost = isRunning ? lostBy(contender, worth.lengthOf(contender), horizonSeconds, snapshot) : 0;
  const values = Float64Array.from({ length: most + 1 }, (_, n) => {
    const change = n === size ? 0 : lost;
    if (n === 0) return -running * change;
    return running * first + growing * (estimate.speedup(n) - first - change);
  });
  return { least, most, size, value: (n) => values[n] as number };
}

/** It is worth so much of the time that is left to a job to change it: the rest it has to be made up for in. */
const MADE_UP_WITHIN = 0.5;

/** The speed that a change costs a running job, as if its restart went on for all the time in which it is made up for. */
function lostBy(
  { job, size }: Contender,
  length: number,
  horizonSeconds: number,
  { estimates, guard }: Snapshot,
): number {
  const restart = guard.restartMillis(job) / 1000;
  const speed = estimates.of(job).speedup(size);
  const within = Math.min(horizonSeconds, (MADE_UP_WITHIN * length) / speed);
  return (restart / within) * speed;
}

/** Of the pool: who fits into this part with the least sizes of all before it runs for sure; who begins beyond that part waits for sure. */
const SURE = 0.75;
const HOPELESS = 1.5;

/**
 * The core of the knapsack (Balas and Zemel, 1980): only for those around the place in the order where the pool is full is it in doubt whether
 * they run. Who is considered may not depend on who runs, but that all that run are: else a job is stopped for one that is no longer
 * considered when it does not, and is started again. What growth is worth may not depend on who runs at all, for the same reason: it goes by
 * the hopeful alone.
 * @returns all that are considered, how many of the first run for sure, and how many are considered though they do not run
 */
function coreOf(
  all: readonly Contender[],
  units: number,
): { readonly order: readonly Contender[]; readonly sure: number; readonly hopeful: number } {
  let [sum, sure, hopeful] = [0, 0, 0];
  const order = all.filter((contender, i) => {
    sum += leastOf(contender);
    if (sum <= SURE * units) sure = i + 1;
    if (sum <= HOPELESS * units) hopeful = i + 1;
    return sum <= HOPELESS * units || contender.isRunning;
  });
  return { order, sure, hopeful };
}
