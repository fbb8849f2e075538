import { seeded } from "../../../placement/random.ts";
import { exp, ln } from "./elementary.ts";

/** Numbers from 0 to below 1. */
export type Random = () => number;

/** A sequence of its own for each purpose, so that to change one thing of a workload does not change all others. */
export function sequence(seed: number, purpose: string): Random {
  let mixed = 0x811c9dc5; // FNV-1a
  for (const letter of `${seed} ${purpose}`) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193);
  return seeded(mixed | 0);
}

export const exponential = (random: Random, mean: number): number => -mean * ln(1 - random());

export const between = (random: Random, least: number, most: number): number => least + random() * (most - least);

/** Marsaglia's polar method. */
export function normal(random: Random): number {
  for (;;) {
    const [x, y] = [between(random, -1, 1), between(random, -1, 1)];
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
  }
}

/** How many tries until the first success, when it takes so many on average. */
export const geometric = (random: Random, mean: number): number =>
  mean <= 1 ? 1 : 1 + Math.floor(ln(1 - random()) / ln(1 - 1 / mean));

/** Things with how likely each is, beside the others. */
export type Weights<T> = readonly (readonly [thing: T, weight: number])[];

export function pick<T>(random: Random, weights: Weights<T>): T {
  let left = random() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [thing, weight] of weights) {
    left -= weight;
    if (left < 0) return thing;
  }
  const last = weights.at(-1); // what rounding has left over
  if (!last) throw new RangeError("there is nothing to pick from");
  return last[0];
}

/** The value of which the part `at` lies below: between the points that are given, on a line through their logarithms. */
export function quantile(points: readonly (readonly [part: number, value: number])[], at: number): number {
  const above = Math.max(
    1,
    points.findIndex(([part]) => part > at),
  );
  const [[low, small], [high, large]] = [points[above - 1], points[above]] as [[number, number], [number, number]];
  return exp(ln(small) + ((ln(large) - ln(small)) * (at - low)) / (high - low));
}
