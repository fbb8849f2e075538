import type { Instant, Millis } from "../../core/time.ts";

/** At the end between half and all of them are in use. */
const MOST_BINS = 512;

/**
 * Sums over time of several rows, in bins of equal width. How long it will go on need not be known: when the time runs out of the
 * last bin, two bins become one. So it takes the same room for an hour and for a year.
 */
export class TimeBins {
  /** Where the first bin begins. */
  readonly begin: Instant;
  readonly #rows: readonly Float64Array[];
  #width: Millis = 1;

  constructor(begin: Instant, rows: number) {
    this.begin = begin;
    this.#rows = Array.from({ length: rows }, () => new Float64Array(MOST_BINS));
  }

  get width(): Millis {
    return this.#width;
  }

  /** Adds a value that holds for a while, times that while in milliseconds. */
  addSpan(row: number, from: Instant, to: Instant, value: number): void {
    if (to <= from || value === 0) return;
    this.#reach(to);
    const [bins, width] = [this.#rows[row] as Float64Array, this.#width];
    const [first, last] = [Math.floor((from - this.begin) / width), Math.ceil((to - this.begin) / width) - 1];
    for (let bin = first; bin <= last; bin++) {
      const begin = this.begin + bin * width;
      const overlap = Math.min(to, begin + width) - Math.max(from, begin);
      bins[bin] = (bins[bin] as number) + value * overlap;
    }
  }

  /** Adds a value at an instant. */
  addPoint(row: number, at: Instant, value: number): void {
    this.#reach(at + 1);
    const bins = this.#rows[row] as Float64Array;
    const bin = Math.floor((at - this.begin) / this.#width);
    bins[bin] = (bins[bin] as number) + value;
  }

  /** The sums of a row, until then. */
  sums(row: number, end: Instant): Float64Array {
    return (this.#rows[row] as Float64Array).slice(0, Math.ceil((end - this.begin) / this.#width));
  }

  /** What a row's value was on average in each bin, until then; the last bin may be shorter. */
  means(row: number, end: Instant): Float64Array {
    return this.sums(row, end).map((sum, bin) => {
      const begin = this.begin + bin * this.#width;
      return sum / (Math.min(end, begin + this.#width) - begin);
    });
  }

  #reach(until: Instant): void {
    while (until > this.begin + MOST_BINS * this.#width) {
      this.#width *= 2;
      for (const bins of this.#rows) {
        for (let i = 0; i < MOST_BINS / 2; i++) bins[i] = (bins[2 * i] as number) + (bins[2 * i + 1] as number);
        bins.fill(0, MOST_BINS / 2);
      }
    }
  }
}
