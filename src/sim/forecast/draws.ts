/** Random whole numbers below a bound, the same for the same seed on any machine: xorshift, spread by a multiplication (Vigna 2016). */
function dice(seed: number): (below: number) => number {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x6a09e667) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((Math.imul(state, 0x9e3779b1) >>> 0) / 2 ** 32) * below;
  };
}

/** FNV-1a (Fowler, Noll and Vo). */
function hash(text: string): number {
  let found = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) found = Math.imul(found ^ text.charCodeAt(i), 0x01000193);
  return found;
}

/** The standard normal distribution: P(Z < z), by its power series (Marsaglia 2004). */
function normal(z: number): number {
  let [sum, term] = [z, z];
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Where P(Z < z) is `share`, 0 to 1, by halving. */
function normalQuantile(share: number): number {
  let [low, high] = [-5, 5];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (normal(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * What is believed of jobs of one kind is wrong in part alike, or the many jobs before one would make up for each other: this part
 * of the variance they have in common. As it was found in traces, where ranges without it held half as often as they promise.
 */
const ALIKE = 0.25;

/**
 * How much more or less than believed the work of each job comes to, in each of several runs: a factor of mean 1 from a lognormal
 * distribution. Each job has one draw from each of as many equal parts of its distribution as there are runs, in an order of its own
 * (Latin hypercube sampling; McKay, Beckman and Conover 1979), so that few runs do.
 */
export class Draws {
  readonly runs: number;
  readonly #seed: number;
  readonly #middles: readonly number[];
  readonly #orders = new Map<number | string, readonly number[]>();

  constructor(seed: number, runs: number) {
    this.runs = runs;
    this.#seed = seed;
    this.#middles = Array.from({ length: runs }, (_, i) => normalQuantile((i + 0.5) / runs));
  }

  /**
   * @param job a number of its own @param spread standard deviation, relative to the mean
   * @param kind of jobs that are judged by each other, or by their users; null for one that is judged by itself
   */
  factor(run: number, job: number, spread: number, kind: string | null = null): number {
    if (spread === 0) return 1;
    const variance = Math.log1p(spread * spread);
    const own = this.#lot(job, run);
    const z = kind === null ? own : Math.sqrt(1 - ALIKE) * own + Math.sqrt(ALIKE) * this.#lot(kind, run);
    return Math.exp(Math.sqrt(variance) * z - variance / 2);
  }

  #lot(of: number | string, run: number): number {
    return this.#middles[this.#order(of)[run] as number] as number;
  }

  #order(of: number | string): readonly number[] {
    const known = this.#orders.get(of);
    if (known) return known;
    const roll = dice(Math.imul(this.#seed, 0x01000193) ^ (typeof of === "number" ? of : hash(of)));
    const order = this.#middles.map((_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const other = Math.floor(roll(i + 1));
      [order[i], order[other]] = [order[other] as number, order[i] as number];
    }
    this.#orders.set(of, order);
    return order;
  }
}
