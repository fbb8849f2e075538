import type { Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";

/** How much each contender of an order is to have, by position; 0 for one that is to wait. */
export type Sizes = Uint32Array;

/** One more unit that speeds a job up by less than this (1 is the speed of one unit) does not speed it up. */
const LEAST_GAIN = 1e-6;

/** Those about whom there is something to decide. */
export const sizable = (order: readonly Contender[]): readonly Contender[] => order.filter(({ isPinned }) => !isPinned);

/** The least that a job runs with: one unit, unless it wants none of what its pool divides; such a job is never kept waiting. */
export const leastOf = ({ min, max }: Contender): number => Math.max(min, Math.min(1, max));

/** To begin with: the least of those that may not be stopped now. */
export function boundSizes(order: readonly Contender[]): Sizes {
  const sizes = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) if (isBound(order[i] as Contender)) sizes[i] = leastOf(order[i] as Contender);
  return sizes;
}

const isBound = ({ isRunning, mayYield }: Contender): boolean => isRunning && !mayYield;

export const sumOf = (sizes: Sizes): number => sizes.reduce((sum, size) => sum + size, 0);

/** Gives each in order all that it asks for, or nothing more; who asks for less may pass who asks for more than is left. Returns what is left. */
export function giveInOrder(
  order: readonly Contender[],
  sizes: Sizes,
  units: number,
  asked: (contender: Contender) => number = leastOf,
): number {
  let left = units;
  for (let i = 0; i < order.length && left > 0; i++) {
    const size = asked(order[i] as Contender);
    const more = size - (sizes[i] as number);
    if (more <= 0 || more > left) continue;
    sizes[i] = size;
    left -= more;
  }
  return left;
}

/** The positions of those that have something. */
export function positionsOf(sizes: Sizes): number[] {
  const positions: number[] = [];
  for (let i = 0; i < sizes.length; i++) if (sizes[i] !== 0) positions.push(i);
  return positions;
}

/**
 * The positions of those about whom an algorithm that is no mere order need think: of those with the same least, as many of the first as
 * would fill the pool, since those behind them are not to have anything before they do.
 * @param always who is thought about in any case
 */
export function promising(
  order: readonly Contender[],
  units: number,
  always: (contender: Contender) => boolean = isBound,
): number[] {
  const positions: number[] = [];
  const filled = new Map<number, number>();
  for (let i = 0; i < order.length; i++) {
    const contender = order[i] as Contender;
    const least = leastOf(contender);
    const before = filled.get(least) ?? 0;
    if (contender.max === 0 || least > units || (before >= units && !always(contender))) continue;
    positions.push(i);
    filled.set(least, before + least);
  }
  return positions;
}

/** Hands out what is left, one unit at a time in turn, to those who have something already and can use more. Returns what nobody can use. */
export function giveInTurn(
  order: readonly Contender[],
  sizes: Sizes,
  units: number,
  canUse: (contender: Contender, size: number) => boolean,
): number {
  let left = units;
  let ring = left > 0 ? positionsOf(sizes) : [];
  while (left > 0 && ring.length > 0)
    ring = ring.filter((i) => {
      const contender = order[i] as Contender;
      const size = (sizes[i] as number) + 1;
      if (left === 0 || size > contender.max || !canUse(contender, size)) return false;
      sizes[i] = size;
      left--;
      return true;
    });
  return left;
}

/** Whether the job is faster with `size` units than with one less. */
export const speedsUp =
  ({ estimates }: Snapshot) =>
  ({ job }: Contender, size: number): boolean => {
    const { speedup } = estimates.of(job);
    return speedup(size) - speedup(size - 1) > LEAST_GAIN;
  };
