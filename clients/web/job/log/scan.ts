import { type LogFilter, type NumberedLogBatch, UnreachableError } from "../../../sdk/index.ts";
import type { Line } from "./pages.ts";
import type { LogSource } from "./source.ts";

/** Lines of one answer at most. */
const STEP = 1_000;
/** More lines than anybody would look through. */
const MOST_FOUND = 100_000;
/** So many of the found lines are held; the rest are fetched again when they are looked at. */
const MOST_HELD = 10_000;
const REST_MILLIS = 1_000;

/** What lines are looked for: as the server is asked for them, and as those are known that come meanwhile. */
export interface Wanted {
  readonly filter: LogFilter;
  passes(line: Line): boolean;
}

/** Looks through all output for some of its lines, from its beginning to its end, and on through what comes. */
export class Scan {
  /** Nothing more is to be looked through, but what comes. */
  isDone = false;
  /** It found more than it keeps: what is behind that was not looked through. */
  isFull = false;
  /** Why it went no further; null when there is nothing to say. */
  problem: string | null = null;
  readonly #source: LogSource;
  readonly #wanted: Wanted;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;
  readonly #held = new Map<number, Line>();
  /** Of what was there when it began, and of what came since; ascending. */
  readonly #earlier: number[] = [];
  readonly #later: number[] = [];
  readonly #end: number;
  /** The last line that was looked at. */
  #looked: number;

  constructor(source: LogSource, wanted: Wanted, changed: () => void) {
    this.#source = source;
    this.#wanted = wanted;
    this.#changed = changed;
    this.#end = source.last;
    this.#looked = source.first - 1;
    this.#unlisten = source.onAppended((line) => {
      if (!wanted.passes(line)) return;
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
    return all <= 0 ? 1 : Math.min(1, (this.#looked - this.#source.first + 1) / all);
  }

  /** Of the found lines the one at this index, the first being 0. */
  numberAt(index: number): number {
    const { length } = this.#earlier;
    return (index < length ? this.#earlier[index] : this.#later[index - length]) ?? 0;
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
    const signal = AbortSignal.any([this.#stop.signal, this.#source.signal]);
    for (let after: string | null = null; this.#looked < this.#end && !this.isFull && !signal.aborted; ) {
      try {
        const page: NumberedLogBatch = await this.#source.search(this.#wanted.filter, after, STEP, signal);
        for (const line of page.lines)
          if (line.number <= this.#end) {
            this.#earlier.push(line.number);
            this.#hold(line);
          }
        after = page.cursor;
        this.#looked = page.hasMore ? page.linesToCursor : this.#end;
        this.isFull = this.count >= MOST_FOUND;
        this.#changed();
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof UnreachableError) && !isTooFast(error)) {
          this.problem = (error as Error).message;
          break;
        }
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
