import { countWhile } from "../core/sorted.ts";

/** Of a life S and an age: P(S > age), E[(S - age)+] and E[(S - age)+ squared]. Mixtures of lives add these up. */
export interface Tail {
  readonly alive: number;
  readonly first: number;
  readonly second: number;
}

/** Half a job stands for lives unlike any that were seen. */
const UNSEEN = 0.5;
/** What a wider circle of jobs counts against the first job of this one; it counts less with each more. */
const WIDER = 0.1;
/** What a user declares counts as so many jobs that ended. */
const DECLARED = 10;
/** Seconds; a work of nothing would divide by zero. */
const SHORTEST = 0.001;

/** Jobs that ended, by how many seconds they lived. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  /** Summed over all of them. */
  tail(age: number): Tail;
}

/** One life alone. */
export const oneLife = (seconds: number): Sample => ({
  count: 1,
  sum: seconds,
  tail(age) {
    const rest = Math.max(0, seconds - age);
    return { alive: rest > 0 ? 1 : 0, first: rest, second: rest * rest };
  },
});

/** Many lives; asked often, so their sums are made once. */
export class Lives implements Sample {
  readonly count: number;
  readonly sum: number;
  readonly #ascending: readonly number[];
  /** Sums of what comes from each position on, and of the squares. */
  readonly #sums: readonly number[];
  readonly #squares: readonly number[];

  constructor(seconds: readonly number[]) {
    const ascending = [...seconds].sort((a, b) => a - b);
    const [sums, squares] = [
      [...ascending, 0],
      [...ascending, 0],
    ];
    for (let i = ascending.length - 1; i >= 0; i--) {
      const life = ascending[i] as number;
      sums[i] = life + (sums[i + 1] as number);
      squares[i] = life * life + (squares[i + 1] as number);
    }
    this.count = ascending.length;
    this.sum = sums[0] as number;
    this.#ascending = ascending;
    this.#sums = sums;
    this.#squares = squares;
  }

  tail(age: number): Tail {
    const over = countWhile(this.#ascending, (seconds) => seconds <= age);
    const alive = this.count - over;
    const sum = this.#sums[over] as number;
    const second = (this.#squares[over] as number) - age * (2 * sum - age * alive);
    return { alive, first: Math.max(0, sum - age * alive), second: Math.max(0, second) };
  }
}

/**
 * The lives of jobs that ended, each with its weight, mixed with half a one from Lomax's distribution of the same mean (shape 3) for what was not
 * seen yet, so that the tail never ends, and a little of the lives in a wider circle.
 * @returns `wider` when there are no such jobs
 */
export function tailOf(
  seen: readonly (readonly [Sample, weight: number])[],
  age: number,
  wider: Tail | null,
): Tail | null {
  let [weight, sum] = [0, 0];
  for (const [sample, each] of seen) {
    weight += each * sample.count;
    sum += each * sample.sum;
  }
  if (weight === 0) return wider;
  const outside = wider ? WIDER / weight : 0;
  const total = weight + UNSEEN + outside;
  let tail = withPart(NOBODY, lomax(Math.max(SHORTEST, sum / weight), age), UNSEEN / total);
  for (const [sample, each] of seen) tail = withPart(tail, sample.tail(age), each / total);
  return wider ? withPart(tail, wider, outside / total) : tail;
}

/** The life that its user declares: what is known of others counts little until it is outlived, and then alone. */
export function declaredTail(seconds: number, age: number, others: Tail | null): Tail {
  const declared = oneLife(seconds);
  if (!others) return tailOf([[declared, DECLARED]], age, null) as Tail;
  const outside = WIDER / (DECLARED + WIDER);
  return withPart(withPart(NOBODY, declared.tail(age), 1 - outside), others, outside);
}

const NOBODY: Tail = { alive: 0, first: 0, second: 0 };

const withPart = (tail: Tail, part: Tail, counts: number): Tail => ({
  alive: tail.alive + counts * part.alive,
  first: tail.first + counts * part.first,
  second: tail.second + counts * part.second,
});

function lomax(mean: number, age: number): Tail {
  const reach = 2 * mean + age;
  const alive = ((2 * mean) / reach) ** 3;
  return { alive, first: (alive * reach) / 2, second: alive * reach * reach };
}

/** Mean residual life E[S - age | S > age], and its standard deviation relative to it. */
export function residualLife({ alive, first, second }: Tail): { readonly seconds: number; readonly spread: number } {
  const seconds = first / alive;
  return { seconds, spread: Math.sqrt(Math.max(0, second / alive - seconds * seconds)) / seconds };
}
