import { open } from "node:fs/promises";
import { NEWLINE, READ_BYTES } from "./log-lines.ts";

/** Of every so many lines it is kept in mind where they begin. */
const SPAN = 1_000;

/** Which line of an append-only file begins where: its line ends are counted once, and on from there as it grows. */
export class LineIndex {
  readonly #path: string;
  /** Where the lines 0, SPAN, 2 SPAN, … begin. */
  readonly #marks = [0];
  #lines = 0;
  /** Behind the last line that was counted. */
  #counted = 0;
  #counting: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** How many lines end at or before each offset. @param offsets ascending, each between two lines */
  async linesBefore(offsets: readonly number[]): Promise<number[]> {
    const [first, last] = [offsets[0], offsets.at(-1)];
    if (first === undefined || last === undefined) return [];
    await this.#countTo(last);
    let mark = this.#marks.length - 1;
    while ((this.#marks[mark] as number) > first) mark -= 1;
    const counts: number[] = [];
    let lines = mark * SPAN;
    await this.#eachEnd(this.#marks[mark] as number, last, (end) => {
      while ((offsets[counts.length] ?? Number.POSITIVE_INFINITY) < end) counts.push(lines);
      lines += 1;
      return true;
    });
    while (counts.length < offsets.length) counts.push(lines);
    return counts;
  }

  /** Where the line begins that has `before` lines in front of it; null when there are not as many up to `size`. */
  async startOf(before: number, size: number): Promise<number | null> {
    await this.#countTo(size);
    if (before > this.#lines) return null;
    const mark = Math.floor(before / SPAN);
    let [start, missing] = [this.#marks[mark] as number, before % SPAN];
    if (missing > 0)
      await this.#eachEnd(start, this.#counted, (end) => {
        start = end;
        missing -= 1;
        return missing > 0;
      });
    return start;
  }

  /** Counts what has come up to `size`; one caller after the other. */
  #countTo(size: number): Promise<unknown> {
    const count = async (): Promise<void> => {
      if (size <= this.#counted) return;
      await this.#eachEnd(this.#counted, size, (end) => {
        this.#lines += 1;
        this.#counted = end;
        if (this.#lines % SPAN === 0) this.#marks.push(end);
        return true;
      });
    };
    this.#counting = this.#counting.then(count, count);
    return this.#counting;
  }

  /** Calls with the offset behind each line end between the two, until there is enough. */
  async #eachEnd(from: number, to: number, found: (end: number) => boolean): Promise<void> {
    if (from >= to) return;
    const handle = await open(this.#path, "r");
    try {
      const bytes = Buffer.alloc(Math.min(READ_BYTES, to - from));
      for (let at = from; at < to; ) {
        const { bytesRead } = await handle.read(bytes, 0, Math.min(bytes.length, to - at), at);
        if (bytesRead === 0) return;
        const part = bytes.subarray(0, bytesRead);
        for (let end = part.indexOf(NEWLINE); end >= 0; end = part.indexOf(NEWLINE, end + 1))
          if (!found(at + end + 1)) return;
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  }
}
