/** How many come before the first of which it is not so; it must be so of none behind that. By halving. */
export function countWhile<T>(list: ArrayLike<T>, isSo: (each: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the item stands in a sorted list, or would. */
export const placeIn = <T>(sorted: readonly T[], item: T, compare: (a: T, b: T) => number): number =>
  countWhile(sorted, (each) => compare(each, item) < 0);
