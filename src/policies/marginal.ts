import { Heap } from "./heap.ts";
import type { Sizes } from "./sizes.ts";

/** The sizes that a job may have, and what each is worth. */
export interface Claim {
  readonly least: number;
  readonly most: number;
  value(size: number): number;
}

/** A gain per unit that is less than this is none. */
const LEAST_GAIN = 1e-9;

/**
 * Hands out units to whoever gains most by each, the earlier one where that is equal, until nobody gains or none is left; a claim that has
 * nothing begins with its least. Where worth stands still and then jumps, the step that pays best per unit is taken whole, so that
 * nobody is left in front of a plateau. That goes along the upper hull of each claim's worth, which is optimal but for the last step.
 * In `steps * log(claims)` with a heap.
 * @param sizes what each has at first; what each has in the end
 * @returns the units that are left
 */
export function growByGain(claims: readonly Claim[], sizes: Sizes, units: number): number {
  const gains = new Float64Array(claims.length);
  const next = new Uint32Array(claims.length);
  let left = units;

  /** The step that pays best of those there are units for. */
  const look = (i: number): boolean => {
    const { least, most, value } = claims[i] as Claim;
    const size = sizes[i] as number;
    const worth = value(size);
    const last = Math.min(most, size + left);
    let best = LEAST_GAIN;
    let to = 0;
    for (let more = Math.max(size + 1, least); more <= last; more++) {
      const gain = (value(more) - worth) / (more - size);
      if (gain <= best * (1 + LEAST_GAIN)) continue;
      best = gain;
      to = more;
    }
    gains[i] = best;
    next[i] = to;
    return to > 0;
  };

  const heap = new Heap<number>(
    (a, b) => (gains[a] as number) > (gains[b] as number) || (gains[a] === gains[b] && a < b),
  );
  for (const i of claims.keys()) if (look(i)) heap.push(i);
  for (let i = heap.first; i !== undefined && left > 0; i = heap.first) {
    const step = (next[i] as number) - (sizes[i] as number);
    if (step <= left) {
      sizes[i] = next[i] as number;
      left -= step;
    }
    if (look(i)) heap.settle();
    else heap.pop();
  }
  return left;
}
