/** What is asked for, and between which bounds. */
export interface Request {
  readonly wanted: number;
  readonly min: number;
  readonly max: number;
}

/** Halvings of the factor: as fine as numbers are. */
const HALVINGS = 64;

/**
 * Whole shares of `total` in proportion to what is wanted: each gets `floor(wanted * factor)`, not less than its least and not more than
 * its most, with the greatest factor for which the sum is no more than `total`. Below 1 all shrink so that all fit; above 1 all grow into
 * what is free. What is left then is less than one unit for each that could have more.
 * When not even the least of all fits, that is what each gets.
 */
export function proportional(requests: readonly Request[], total: number): number[] {
  const at = (factor: number): number[] =>
    requests.map(({ wanted, min, max }) => Math.min(max, Math.max(min, Math.floor(wanted * factor))));
  const fits = (shares: readonly number[]): boolean => shares.reduce((sum, share) => sum + share, 0) <= total;
  let low = 0;
  let high = Math.max(1, ...requests.map(({ wanted, max }) => (max + 1) / Math.max(1, wanted)));
  if (fits(at(high))) return at(high);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (fits(at(middle))) low = middle;
    else high = middle;
  }
  return at(low);
}
