import type { Estimate } from "../core/estimates.ts";
import { amount, type Check, tupleOf } from "./shape.ts";

/**
 * Time for the same work with `size` units, when one unit takes 1: `fixed + shared / size + perUnit * (size - 1)`, and `across` more
 * when they are on several servers. None is negative, and `fixed + shared` is 1.
 */
export type Coefficients = readonly [fixed: number, shared: number, perUnit: number, across: number];

const four = tupleOf(amount, amount, amount, amount);
export const coefficientsShape: Check = (value) =>
  four(value) && (value as Coefficients)[0] + (value as Coefficients)[1] > 0;

/** Believed of what was never measured: nearly linear, 7 % less at 4 units and 16 % at 8, and much less over several servers. */
export const COLD: Coefficients = [0.02, 0.98, 0.001, 0.05];

/** Sizes beyond this are taken for it, so that everything stays finite. */
const LARGEST = 1e6;

export const features = (size: number, servers: number): Coefficients => [1, 1 / size, size - 1, servers > 1 ? 1 : 0];

export const timeWith = ([fixed, shared, perUnit, across]: Coefficients, size: number, servers: number): number =>
  fixed + shared / size + perUnit * (size - 1) + (servers > 1 ? across : 0);

/**
 * Speed against size. With coefficients that are not negative, 1 / time rises and is concave from one unit up to the fastest size, the
 * square root of shared / perUnit; more units than that are left unused. Below one unit it is linear.
 */
export function speedupOf(coefficients: Coefficients): Estimate["speedup"] {
  const [fixed, shared, perUnit] = coefficients;
  const one = fixed + shared;
  const fastest = perUnit > 0 ? Math.min(LARGEST, Math.max(1, Math.sqrt(shared / perUnit))) : LARGEST;
  return (size, servers = 1) => {
    if (!(size > 0)) return 0;
    const used = Math.min(Math.max(size, 1), fastest);
    return (Math.min(size, 1) * one) / timeWith(coefficients, used, servers);
  };
}
