import { UnreachableError } from "../../../sdk/index.ts";
import type { Line } from "./pages.ts";
import type { LogSource } from "./source.ts";

/** Lines of one question to the server. */
const STEP = 1_000;
/** More lines than anybody would look through. */
const MOST_FOUND = 100_000;
/** So many of the found lines are held; the rest are fetched again when they are looked at. */
const MOST_HELD = 10_000;
const REST_MILLIS = 1_000;

export type Test = (line: Line) => boolean;

/** Looks through all output for lines that pass a test, from its end to its beginning, and on through what comes. */
export class Scan {
  /** Nothing more is to be looked through, but what comes. */
  isDone = false;
  /** It found more than it keeps: what is earlier was not looked through. */
  isFull = false;
  readonly #source: LogSource;
  readonly #test: Test;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;
  readonly #held = new Map<number, Line>();
  /** Descending, of what was there when it began; and ascending, of what came since. */
  readonly #earlier: number[] = [];
  readonly #later: number[] = [];
  readonly #end: number;
  /** What is below was not looked through yet. */
  #next: number;

  constructor(source: LogSource, test: Test, changed: () => void) {
    this.#source = source;
    this.#test = test;
    this.#changed = changed;
    this.#end = source.last;
    this.#next = source.last + 1;
    this.#unlisten = source.onAppended((line) => {
      if (!test(line)) return;
      this.#later.push(line.number);
      this.#hold(line);
    });
    void this.#run();
  }

  get count(): number {
    return this.#earlier.length + this.#later.length;
  }

  /** How much of what was there when it began is looked through, 0 to 1. */
  get fraction(): number {
    const all = this.#end - this.#source.first + 1;
    return all <= 0 ? 1 : Math.min(1, (this.#end + 1 - this.#next) / all);
  }

  /** Of the found lines the one at this index, the first being 0. */
  numberAt(index: number): number {
    const { length } = this.#earlier;
    return (index < length ? this.#earlier[length - 1 - index] : this.#later[index - length]) ?? 0;
  }

  /** The index of the first found line that has this number or a greater one; `count` when there is none. */
  indexOf(number: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.numberAt(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  heldAt(number: number): Line | undefined {
    return this.#held.get(number);
  }

  /** Looks no further back; what was found stays. */
  cancel(): void {
    this.#stop.abort();
    this.isDone = true;
    this.#changed();
  }

  close(): void {
    this.#stop.abort();
    this.#unlisten();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.#next > this.#source.first) {
      const from = Math.max(this.#source.first, this.#next - STEP);
      try {
        const { lines } = await this.#source.read(
          from,
          this.#next - from,
          AbortSignal.any([signal, this.#source.signal]),
        );
        for (const line of lines.toReversed())
          if (line.number < this.#next && this.#test(line)) {
            this.#earlier.push(line.number);
            this.#hold(line);
          }
        this.#next = from;
        if (this.count >= MOST_FOUND) {
          this.isFull = true;
          break;
        }
        this.#changed();
      } catch (error) {
        if (signal.aborted || this.#source.signal.aborted) return;
        if (!(error instanceof UnreachableError) && !isTooFast(error)) break;
        await new Promise((resolve) => setTimeout(resolve, REST_MILLIS));
      }
    }
    this.isDone = true;
    this.#changed();
  }

  #hold(line: Line): void {
    if (this.#held.size < MOST_HELD) this.#held.set(line.number, line);
  }
}

const isTooFast = (error: unknown): boolean => (error as { readonly code?: unknown }).code === "RATE_LIMIT";
