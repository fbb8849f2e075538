import type { Claim } from "./marginal.ts";
import { growByGain } from "./marginal.ts";
import type { Sizes } from "./sizes.ts";

/** A claim of which exactly one size is chosen. */
export interface Choice extends Claim {
  /** What it has now; 0 for none. */
  readonly size: number;
  /** Whether it may be left with nothing, which is worth `value(0)`. */
  readonly mayWait: boolean;
}

/** So many additions are done at most, about 20 ms. */
const MOST_STEPS = 12_000_000;
/** Of the 53 bits of an exact integer. */
const BITS = 52;

/**
 * One size for each such that the sum of their worth is the greatest that the units allow; among equal sums the one that changes least jobs,
 * then the one that gives most to the first, then to the second, and so on.
 *
 * A multiple-choice knapsack, solved exactly by a dynamic program over the units (Saxena et al., MASCOTS 2020, with a least size, with jobs
 * that may be left out), as long as that takes no more than `mostSteps` additions: 1,000 units for 1,000 jobs of up to 12 units. Beyond,
 * by the upper hulls (`growByGain`), which is at most one step of one job from the optimum.
 * @returns null when those that may not wait do not fit
 */
export function allocate(choices: readonly Choice[], units: number, mostSteps = MOST_STEPS): Sizes | null {
  const sizes = Uint32Array.from(choices, ({ least, mayWait }) => (mayWait ? 0 : least));
  const free = units - sizes.reduce((sum, size) => sum + size, 0);
  if (free < 0) return null;
  if (free === 0) return sizes;
  let steps = 0;
  for (const { least, most, mayWait } of choices) steps += (Math.min(most - least, free) + (mayWait ? 2 : 1)) * free;
  if (steps > mostSteps || free >= 0xffff) growByGain(choices, sizes, free);
  else solve(choices, sizes, free);
  return sizes;
}

/** @param sizes what each has at least; what each is to have in the end @param free how much there is beyond that */
function solve(choices: readonly Choice[], sizes: Sizes, free: number): void {
  const score = scores(choices);
  const row = free + 1;
  /** By choice and units: one more than what it takes of them; 0 when it is left out. */
  const taken = new Uint16Array(choices.length * row);
  let rest = new Float64Array(row);
  let best = new Float64Array(row);
  for (let i = choices.length - 1; i >= 0; i--) {
    const { least, most, mayWait } = choices[i] as Choice;
    const base = sizes[i] as number;
    const left = mayWait ? score(i, 0) : Number.NEGATIVE_INFINITY;
    for (let k = 0; k < row; k++) best[k] = (rest[k] as number) + left;
    for (let take = least - base; take <= Math.min(most - base, free); take++) {
      const worth = score(i, base + take);
      for (let k = take; k < row; k++) {
        const sum = (rest[k - take] as number) + worth;
        if (sum < (best[k] as number)) continue;
        best[k] = sum;
        taken[i * row + k] = take + 1;
      }
    }
    [rest, best] = [best, rest];
  }
  let k = free;
  for (const i of choices.keys()) {
    const take = (taken[i * row + k] as number) - 1;
    if (take < 0) continue;
    sizes[i] = (sizes[i] as number) + take;
    k -= take;
  }
}

/** Worth and number of changes in one whole number, so that sums are exact and ties are true ones. */
function scores(choices: readonly Choice[]): (i: number, size: number) => number {
  let total = 1e-9;
  for (const { least, most, value, mayWait } of choices) {
    let largest = mayWait ? Math.abs(value(0)) : 0;
    for (let size = least; size <= most; size++) largest = Math.max(largest, Math.abs(value(size)));
    total += largest;
  }
  const change = 2 ** Math.ceil(Math.log2(choices.length + 1));
  const scale = 2 ** Math.floor(BITS - 2 - Math.log2(change) - Math.log2(total));
  return (i, size) => {
    const { value, size: had } = choices[i] as Choice;
    return Math.round(value(size) * scale) * change - (size === had ? 0 : 1);
  };
}
