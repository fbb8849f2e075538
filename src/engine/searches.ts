import type { Effort } from "../core/packing.ts";
import type { Clock, Millis } from "../core/time.ts";

/** A round, for which everything waits, lets a placement search so long; the steps are a bound for a clock that is set back. */
const SEARCH: Millis = 150;
export const SEARCH_STEPS = 1_000_000;

/** For each search, after how many questions for the time it was cut short; null: it was not. */
export type Cuts = readonly (number | null)[];

/** Bounds searches by the clock, and notes where it cut them short: so they can be held again and come to the same. */
export class Searches {
  readonly #clock: Clock;
  #cuts: (number | null)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  effort(): Effort {
    const end = this.#clock.now() + SEARCH;
    const cuts = this.#cuts;
    const place = cuts.push(null) - 1;
    let asked = 0;
    const expired = (): boolean => {
      asked++;
      const isLate = this.#clock.now() >= end;
      if (isLate) cuts[place] ??= asked;
      return isLate;
    };
    return { steps: SEARCH_STEPS, expired };
  }

  /** Those since it was last asked; null when none was cut short. */
  takeCuts(): Cuts | null {
    const cuts = this.#cuts;
    this.#cuts = [];
    return cuts.every((cut) => cut === null) ? null : cuts;
  }
}

/** Cuts searches short where they were before. */
export class SearchesAgain {
  #cuts: Cuts = [];
  #next = 0;

  effort(): Effort {
    const cut = this.#cuts[this.#next++] ?? Number.POSITIVE_INFINITY;
    let asked = 0;
    return { steps: SEARCH_STEPS, expired: () => ++asked >= cut };
  }

  hold(cuts: Cuts | null): void {
    this.#cuts = cuts ?? [];
    this.#next = 0;
  }
}
