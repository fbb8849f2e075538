import type { RunRef } from "../core/command.ts";
import type { Clock, Millis } from "../core/time.ts";
import type { Driver } from "../drivers/driver.ts";
import { LineSplitter, type Piece, type Progress, tableLines } from "../progress/index.ts";

const SHORTEST_PAUSE: Millis = 1_000;
const LONGEST_PAUSE: Millis = 30_000;
/** An engine reads a file from its beginning each time: so long a pause for each second that this takes. */
const PAUSE_PER_SPENT = 20;
/** What lies beyond is not read. */
export const MOST_FILE_BYTES = 64 * 1024 * 1024;

/** Reads the file in which a run writes its progress, as it grows. After a restart it is read from its beginning: that tells the same. */
export class ProgressFile {
  readonly #driver: Driver;
  readonly #ref: RunRef;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #take: (told: Progress) => void;
  readonly #over = new AbortController();
  #table = tableLines();
  #splitter = new LineSplitter();
  #offset = 0;

  constructor(driver: Driver, ref: RunRef, path: string, clock: Clock, take: (told: Progress) => void) {
    this.#driver = driver;
    this.#ref = ref;
    this.#path = path;
    this.#clock = clock;
    this.#take = take;
  }

  /** Resolves when the run is over (see `finish`) and all was read, or when nobody listens any more. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isLast = this.#over.signal.aborted;
      const since = this.#clock.now();
      await this.#read(signal).catch(() => undefined); // the server may be away: it is asked again
      if (isLast) this.#tell(this.#splitter.end());
      if (isLast || signal.aborted) return;
      const pause = (this.#clock.now() - since) * PAUSE_PER_SPENT;
      await this.#rest(Math.min(Math.max(pause, SHORTEST_PAUSE), LONGEST_PAUSE), signal);
    }
  }

  /** The run is over: what it wrote is read once more, and that was it. */
  finish(): void {
    this.#over.abort();
  }

  async #read(signal: AbortSignal): Promise<void> {
    for (;;) {
      const most = MOST_FILE_BYTES - this.#offset;
      const part = most > 0 && (await this.#driver.readFile?.(this.#ref, this.#path, this.#offset, most, signal));
      if (!part) return;
      if (part.size < this.#offset) {
        this.#begin(); // it was written anew
        continue;
      }
      this.#offset += part.data.length;
      this.#tell(this.#splitter.push(part.data, 0, ""));
      return;
    }
  }

  #tell(pieces: readonly Piece[]): void {
    for (const { kind, text } of pieces) {
      const told = kind === "line" ? this.#table.read(text) : null;
      if (told) this.#take(told);
    }
  }

  #begin(): void {
    this.#offset = 0;
    this.#splitter = new LineSplitter();
    this.#table = tableLines();
  }

  #rest(millis: Millis, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#over.signal]);
    return new Promise((resolve) => {
      const cancel = this.#clock.at(this.#clock.now() + millis, end);
      function end(): void {
        cancel();
        either.removeEventListener("abort", end);
        resolve();
      }
      if (either.aborted) end();
      else either.addEventListener("abort", end, { once: true });
    });
  }
}
