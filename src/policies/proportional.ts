/** What is asked for, in whole units, and between which bounds. */
export interface Request {
  readonly wanted: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Whole shares of `total` in proportion to what is wanted: each gets `floor(wanted * factor)`, not less than its least and not more than
 * its most, with the greatest factor for which the sum is no more than `total`. Below 1 all shrink so that all fit; above 1 all grow into
 * what is free. What is left then is less than one unit for each that could have more.
 * When not even the least of all fits, that is what each gets.
 *
 * Shares change only at factors that are a whole number over what somebody wants, and are reckoned at those: two that are to grow at the
 * same factor would not do so at once if the factor were rounded.
 */
export function proportional(requests: readonly Request[], total: number): number[] {
  const at = (over: number, under: number): number[] =>
    requests.map(({ wanted, min, max }) => Math.min(max, Math.max(min, Math.floor((wanted * over) / under))));
  const sum = (shares: readonly number[]): number => shares.reduce((all, share) => all + share, 0);
  let best = at(0, 1);
  if (sum(best) > total) return best;
  const most = new Map<number, number>();
  for (const { wanted, max } of requests) most.set(wanted, Math.max(max, most.get(wanted) ?? 0));
  for (const [wanted, max] of most) {
    if (wanted <= 0) continue;
    let [low, high] = [0, max + 1]; // the first fits, the second may not
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (sum(at(middle, wanted)) <= total) low = middle;
      else high = middle;
    }
    const shares = at(low, wanted);
    if (sum(shares) > sum(best)) best = shares;
  }
  return best;
}
