import type { Contender } from "../core/pool.ts";

/**
 * The contenders by key, the least first; equal ones by the second key, then in the order of submission in which they come.
 * Keys are asked once each. `Infinity` goes last.
 */
export function byKey(
  contenders: readonly Contender[],
  key: (contender: Contender) => number,
  second?: (contender: Contender) => number,
): readonly Contender[] {
  const count = contenders.length;
  const first = new Float64Array(count);
  const next = second ? new Float64Array(count) : null;
  for (let i = 0; i < count; i++) {
    first[i] = key(contenders[i] as Contender);
    if (next && second) next[i] = second(contenders[i] as Contender);
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => compare(first[a], first[b]) || (next ? compare(next[a], next[b]) : 0) || a - b);
  return Array.from(order, (i) => contenders[i] as Contender);
}

const compare = (a = 0, b = 0): number => (a < b ? -1 : a > b ? 1 : 0);
