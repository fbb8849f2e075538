import type { Instant } from "../../core/time.ts";

/** What a job does with what it holds: gets ready there, trains, or stops and is saved. */
export type Phase = "start" | "train" | "stop";

/** A time that a job held some rows of the chart that lie side by side. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
  /** The first of them. */
  readonly row: number;
  readonly rows: number;
  /** Its place in the order of submission, from 0. */
  readonly job: number;
  readonly phase: Phase;
}

/** Keeps the largest, by time times rows, and counts the rest. */
export class LargestStretches {
  readonly #most: number;
  #kept: Stretch[] = [];
  #left = 0;
  /** Less than that is not among the largest. */
  #least = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(stretch: Stretch): void {
    if (areaOf(stretch) < this.#least) this.#left++;
    else if (this.#kept.push(stretch) >= 2 * this.#most) this.#prune();
  }

  /** In the order in which they begin, and how many are not among them. */
  taken(): { readonly kept: readonly Stretch[]; readonly left: number } {
    this.#prune();
    return { kept: this.#kept.sort((a, b) => a.from - b.from || a.row - b.row), left: this.#left };
  }

  #prune(): void {
    if (this.#kept.length <= this.#most) return;
    this.#kept.sort((a, b) => areaOf(b) - areaOf(a) || a.from - b.from || a.row - b.row);
    this.#left += this.#kept.length - this.#most;
    this.#kept.length = this.#most;
    this.#least = areaOf(this.#kept.at(-1) as Stretch);
  }
}

const areaOf = ({ from, to, rows }: Stretch): number => (to - from) * rows;
