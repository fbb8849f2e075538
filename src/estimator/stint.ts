import type { Instant, Millis } from "../core/time.ts";
import { amount, fieldsOf, flag, listOf, number, orNull, positive } from "./shape.ts";

/** So much was done at an instant, in the job's own unit. */
export interface Mark {
  readonly at: Instant;
  readonly done: number;
}

/**
 * A stretch of training at one size. It is replaced a few times at its beginning and then once a window, never at every line of progress,
 * since each change is written.
 */
export interface Stint {
  readonly since: Instant;
  readonly size: number;
  readonly servers: number;
  /** Nothing was done before it. */
  readonly isFirst: boolean;
  /** The first samples: warm-up, measured from only where nothing better comes. */
  readonly early: readonly Mark[];
  /** Where the window under way began; null while the job warms up. */
  readonly settled: Mark | null;
  /** Seconds per unit in the last windows, oldest first. */
  readonly recent: readonly number[];
  /** Robust mean of all windows. */
  readonly seconds: number;
  readonly windows: number;
}

/** How fast it goes, and what that is known from. */
export interface Pace {
  /** For one unit of work. */
  readonly seconds: number;
  /** Whole windows measured; 0 when it is known from early samples only. */
  readonly windows: number;
  /** Units done while it was measured. */
  readonly covered: number;
}

const WARM_UP_SAMPLES = 2;
const WARM_UP: Millis = 30_000;
const WINDOW: Millis = 30_000;
const RECENT = 5;
const SMOOTHING = 0.3;
/** Seconds for one unit of work, some thirty years: what seems slower has done nothing. What is reckoned from it is far below MOST. */
const SLOWEST = 1e9;

const mark = fieldsOf<Mark>({ at: number, done: amount });
export const stintShape = fieldsOf<Stint>({
  since: number,
  size: positive,
  servers: positive,
  isFirst: flag,
  early: listOf(mark),
  settled: orNull(mark),
  recent: listOf(amount),
  seconds: amount,
  windows: amount,
});
export const paceShape = fieldsOf<Pace>({ seconds: positive, windows: amount, covered: amount });

export const newStint = (since: Instant, size: number, servers: number, isFirst: boolean): Stint => ({
  since,
  size,
  servers,
  isFirst,
  early: [],
  settled: null,
  recent: [],
  seconds: 0,
  windows: 0,
});

/**
 * The stint after one more sample; the same object when that changes nothing.
 * @param before what was done at the last sample of this stint; null for the first
 */
export function advanced(stint: Stint, sample: Mark, before: number | null): Stint {
  const { early, settled } = stint;
  const last = settled ?? early.at(-1);
  if (sample.done === before || (last && sample.at <= last.at)) return stint; // told again; a clock that was set back
  if (last && sample.done < last.done) {
    // It counts anew, and the marks are worth nothing. One that jumps to and fro is not followed at every line.
    const isSoon = early.length > 1 && sample.at - last.at < WINDOW;
    return isSoon ? stint : { ...stint, isFirst: false, early: [sample], settled: null };
  }
  if (early.length < WARM_UP_SAMPLES) return { ...stint, early: [...early, sample] };
  if (!settled) return sample.at - stint.since < WARM_UP ? stint : { ...stint, settled: sample };
  const pace = between(settled, sample);
  if (pace === null || sample.at - settled.at < WINDOW) return stint;
  const recent = [...stint.recent, pace].slice(-RECENT);
  const usual = median(recent);
  const seconds = stint.windows === 0 ? usual : stint.seconds + SMOOTHING * (usual - stint.seconds);
  return { ...stint, settled: sample, recent, seconds, windows: stint.windows + 1 };
}

/** Its pace by the newest sample, as far as it can be known; null before there are two samples, or one in a job's first stint. */
export function paceOf(stint: Stint, sample: Mark | null): Pace | null {
  const { early, settled, windows, seconds, since } = stint;
  const start: Mark = { at: since, done: 0 };
  const marks = [...(stint.isFirst ? [start] : []), ...early, ...(settled ? [settled] : [])];
  const newest = sample ?? settled;
  if (windows > 0 && newest) return { seconds, windows, covered: Math.max(0, newest.done - (early[0]?.done ?? 0)) };
  if (!sample) return null;
  // The later a mark, the less of the warm-up is behind it; but it must be far enough back to measure from.
  const usable = marks.filter((mark) => between(mark, sample) !== null);
  const from = usable.findLast(({ at }) => 4 * (sample.at - at) >= sample.at - since) ?? usable[0];
  const pace = from && between(from, sample);
  if (!from || !pace) return null;
  return { seconds: pace, windows: 0, covered: from === start ? 0 : sample.done - from.done };
}

/** Seconds for one unit of work; null when nothing was done, or next to nothing. */
function between(from: Mark, to: Mark): number | null {
  const [millis, done] = [to.at - from.at, to.done - from.done];
  const seconds = millis / 1000 / done;
  return millis > 0 && done > 0 && seconds <= SLOWEST ? seconds : null;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
