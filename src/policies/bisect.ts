/** How many come before the first of which it is not so; it must be so of none behind that. */
export function countWhile<T>(list: readonly T[], isSo: (each: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
