/**
 * Logarithm and exponential of sums and products alone, which every machine rounds alike (IEEE 754): of those built in, the last bit may
 * differ from one engine to the next, and with it a whole workload.
 */

/** Natural logarithm of a positive number: powers of two apart, then the series of the inverse hyperbolic tangent. */
export function ln(x: number): number {
  let [rest, twos] = [x, 0];
  for (; rest >= 1.5; twos++) rest /= 2;
  for (; rest < 0.75; twos--) rest *= 2;
  const ratio = (rest - 1) / (rest + 1);
  let sum = 0;
  for (let n = 1, power = ratio; n < 40; n += 2, power *= ratio * ratio) sum += power / n;
  return 2 * sum + twos * Math.LN2;
}

/** e to that power, for powers of some hundreds at most: powers of two apart, then Taylor's series. */
export function exp(x: number): number {
  const twos = Math.round(x / Math.LN2);
  const rest = x - twos * Math.LN2;
  let sum = 1;
  for (let n = 1, term = rest; n < 24; n++, term *= rest / n) sum += term;
  for (let i = 0; i < Math.abs(twos); i++) sum *= twos > 0 ? 2 : 0.5;
  return sum;
}
