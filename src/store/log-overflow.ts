import type { LogEntry, LogStream } from "./log-lines.ts";

const KEPT_LINES = 1_000;
const KEPT_CHARACTERS = 1_000_000;
const MIB = 1024 * 1024;

/** What a run prints beyond its quota: counted, and the last of it kept in mind, since that is where a program says why it failed. */
export class LogOverflow {
  readonly #last: LogEntry[] = [];
  #characters = 0;
  #leftOut = 0;
  /** By rank. */
  readonly #positions = new Map<number, Partial<Record<LogStream, string>>>();

  add(lines: readonly LogEntry[]): void {
    for (const line of lines) {
      this.#positions.set(line.rank ?? 0, { ...this.positions(line.rank), [line.stream]: line.position });
      this.#last.push(line);
      this.#characters += line.text.length;
      while (this.#last.length > KEPT_LINES || (this.#characters > KEPT_CHARACTERS && this.#last.length > 1)) {
        this.#characters -= this.#last.shift()?.text.length ?? 0;
        this.#leftOut += 1;
      }
    }
  }

  /** Where the reader of that member goes on. */
  positions(rank = 0): Partial<Record<LogStream, string>> {
    return this.#positions.get(rank) ?? {};
  }

  /** What is to be stored of it now that no more comes. */
  end(): LogEntry[] {
    const [first] = this.#last;
    if (!first || this.#leftOut === 0) return [...this.#last];
    const said = `[… ${count(this.#leftOut)} were left out: more than logs.maxRunMiB allows]`;
    return [{ ...plain(first), text: said }, ...this.#last];
  }
}

/** The line that stands where a run has reached its quota. */
export const quotaNotice = (last: LogEntry, maxBytes: number): LogEntry => ({
  ...plain(last),
  text: `[the output of this run has reached logs.maxRunMiB = ${Math.floor(maxBytes / MIB)}: of what follows only the last lines are kept, and come when it is over]`,
});

const plain = ({ continues: _, ...entry }: LogEntry): LogEntry => entry;
const count = (lines: number): string => `${lines.toLocaleString("en")} line${lines === 1 ? "" : "s"}`;
