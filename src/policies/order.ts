import { bySubmission } from "../core/job.ts";
import type { Contender } from "../core/pool.ts";

/**
 * The contenders by the first key, the least first; equal ones by the next key, and in the end in the order of submission in
 * which they come. Keys are asked once each, and are never NaN. `Infinity` goes last.
 */
export function byKey(
  contenders: readonly Contender[],
  ...keys: readonly ((contender: Contender, index: number) => number)[]
): readonly Contender[] {
  let order = new Uint32Array(contenders.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (const key of keys.toReversed()) {
    const column = new Float64Array(contenders.length);
    for (let i = 0; i < column.length; i++) column[i] = key(contenders[i] as Contender, i) + 0; // no -0
    order = sorted(order, column);
  }
  return Array.from(order, (i) => contenders[i] as Contender);
}

/** Which half of a number's bits has the sign in it. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer)[0] === 0 ? 1 : 0;
const SIGN = 0x80000000;

/**
 * Indices by their numbers, the least first; equal ones stay as they are. A radix sort, byte by byte: with as many jobs as may wait,
 * it takes a third of the time of a sort that compares.
 * @param column is used up
 */
function sorted(order: Uint32Array<ArrayBuffer>, column: Float64Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(column.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const isNegative = (words[i + HIGH] as number) >= SIGN; // then more bits mean less
    words[i + 1 - HIGH] = (words[i + 1 - HIGH] as number) ^ (isNegative ? -1 : 0);
    words[i + HIGH] = (words[i + HIGH] as number) ^ (isNegative ? -1 : SIGN);
  }
  let [from, to] = [order, new Uint32Array(order.length)];
  const places = new Uint32Array(256);
  for (let byte = 0; byte < 8; byte++) {
    const word = byte < 4 ? 1 - HIGH : HIGH;
    const shift = (byte % 4) * 8;
    const digitOf = (i: number): number => ((words[2 * i + word] as number) >>> shift) & 255;
    places.fill(0);
    for (let i = 0; i < from.length; i++) {
      const digit = digitOf(i);
      places[digit] = (places[digit] as number) + 1;
    }
    if (places[digitOf(0)] === from.length) continue; // all alike in this byte
    let place = 0;
    for (let digit = 0; digit < places.length; digit++) {
      const count = places[digit] as number;
      places[digit] = place;
      place += count;
    }
    for (let i = 0; i < from.length; i++) {
      const index = from[i] as number;
      const digit = digitOf(index);
      to[places[digit] as number] = index;
      places[digit] = (places[digit] as number) + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

export const inSubmissionOrder = (contenders: readonly Contender[]): readonly Contender[] =>
  contenders.toSorted((a, b) => bySubmission(a.job, b.job));
