import { exponential, geometric, type Random } from "./draw.ts";
import type { Form } from "./forms.ts";

/** Times in seconds: what each way to arrive is called, and its numbers. */
export const ARRIVALS = {
  even: ["gap"],
  poisson: ["gap"],
  daily: ["gap"],
  burst: ["size", "within", "gap"],
  deadline: ["span"],
} as const;
export type Arrivals = Form<keyof typeof ARRIVALS>;

export interface Arrival {
  readonly at: number;
  /** Somebody else than before, with something else. */
  readonly isFresh: boolean;
}

/** When one after the other is submitted, in seconds; `deadline`: in no order. */
export function* arrivals(random: Random, { kind, numbers }: Arrivals): Generator<Arrival, never> {
  const [first = 0, within = 0, gap = 0] = numbers;
  for (let at = 0; ; ) {
    switch (kind) {
      case "even":
        yield { at, isFresh: true };
        at += first;
        break;
      case "poisson":
        yield { at, isFresh: true };
        at += exponential(random, first);
        break;
      case "daily":
        at = later(at, exponential(random, first));
        yield { at, isFresh: true };
        break;
      case "burst": {
        const size = geometric(random, first);
        for (let i = 0, one = at; i < size; i++, one += exponential(random, within))
          yield { at: one, isFresh: i === 0 };
        at += exponential(random, gap);
        break;
      }
      case "deadline": {
        const part = random();
        yield { at: first - first * part * part * part, isFresh: true }; // half of all in the last eighth
        break;
      }
    }
  }
}

/** How much is submitted in each hour of the day, on average 1; a trace begins at midnight. */
const HOURS = [
  0.5, 0.4, 0.3, 0.25, 0.25, 0.3, 0.4, 0.6, 0.9, 1.3, 1.5, 1.5, 1.3, 1.4, 1.6, 1.7, 1.7, 1.6, 1.4, 1.2, 1.1, 1.1, 1.0,
  0.7,
];

/** The time until which so many seconds of an average hour have gone by. */
function later(from: number, seconds: number): number {
  for (let [at, left] = [from, seconds]; ; ) {
    const hour = Math.floor(at / 3600);
    const pace = HOURS[hour % 24] as number;
    const rest = ((hour + 1) * 3600 - at) * pace;
    if (left < rest) return at + left / pace;
    [at, left] = [(hour + 1) * 3600, left - rest];
  }
}
