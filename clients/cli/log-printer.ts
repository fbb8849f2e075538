import type { LogBatch, LogLine } from "../sdk/index.ts";
import type { Terminal } from "./terminal.ts";

/** A line by which a program tells its progress to the scheduler, as the job contract has it. */
const TOLD = /^\s*\{\s*"schedulearn"\s*:/;

export interface LogPrinterOptions {
  readonly json: boolean;
  /** Leaves out the lines that are meant for the scheduler: a bar shows what they say. */
  readonly hidesProgress?: boolean;
  /** Lines that are to be printed; all unless given. */
  readonly passes?: ((line: LogLine) => boolean) | undefined;
  /** Each line begins with the rank of who printed it: the job has several. */
  readonly marksRanks?: boolean;
  /** Each line begins with the time when it was printed. */
  readonly timestamps?: boolean;
  /** Each line begins with this, since others print between; then no line is left open for its next piece. */
  readonly prefix?: string;
  /** Likewise in JSON. */
  readonly job?: string;
}

/** Prints a job's output, batch by batch: as text, or as one JSON object a line. */
export class LogPrinter {
  /** It has printed a line, or hidden one. */
  hasPrinted = false;
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #hidesProgress: boolean;
  readonly #passes: (line: LogLine) => boolean;
  readonly #marksRanks: boolean;
  readonly #timestamps: boolean;
  readonly #prefix: string;
  readonly #job: string | null;
  /** The line that the last one printed goes on in; null at the beginning of a line. */
  #open: LogLine | null = null;
  /** Likewise of one that was left out. */
  #hidden: LogLine | null = null;

  constructor(terminal: Terminal, options: LogPrinterOptions) {
    const { json, hidesProgress = false, passes, marksRanks = false, timestamps = false, prefix = "", job } = options;
    this.#terminal = terminal;
    this.#json = json;
    this.#passes = passes ?? (() => true);
    this.#marksRanks = marksRanks;
    this.#timestamps = timestamps;
    this.#prefix = prefix;
    this.#job = job ?? null;
    this.#hidesProgress = hidesProgress && !json;
  }

  /** Nothing is done to a line but to end it. */
  get isPlain(): boolean {
    return !this.#json && !this.#hidesProgress && !this.#marksRanks && !this.#timestamps && this.#prefix === "";
  }

  /** @param out where text goes; standard output unless bars have to be kept below it */
  batch({ lines: all, gap }: LogBatch, out: { write(text: string): unknown } = this.#terminal.io.stdout): void {
    const lines = all.filter(this.#passes);
    if (gap) this.#terminal.note(`[… ${gap.reason}]`);
    if (lines.length > 0) this.hasPrinted = true;
    if (this.#json) for (const line of lines) this.#terminal.printJson(this.inJson(line), { pretty: false });
    else {
      const text = lines.map((line) => (this.#hides(line) ? "" : this.text(line))).join("");
      if (text !== "") out.write(text);
    }
  }

  inJson(line: LogLine): object {
    return this.#job === null ? line : { job: this.#job, ...line };
  }

  /** The line with its end; a very long one comes in pieces, and only its last piece has an end. */
  text(line: LogLine): string {
    const goesOn = this.#open !== null && isSameOutput(this.#open, line);
    const isCut = this.#open !== null && !goesOn;
    if (this.#prefix !== "") return `${this.#prefix}${this.#marks(line)}${this.#terminal.jobText(line.text)}\n`;
    this.#open = line.continues ? line : null;
    const mark = goesOn ? "" : this.#marks(line);
    return `${isCut ? "\n" : ""}${mark}${this.#terminal.jobText(line.text)}${line.continues ? "" : "\n"}`;
  }

  #marks({ at, rank }: LogLine): string {
    return `${this.#timestamps ? `${at} ` : ""}${this.#marksRanks ? `[${rank}] ` : ""}`;
  }

  #hides(line: LogLine): boolean {
    if (!this.#hidesProgress) return false;
    const goesOn = (before: LogLine | null): boolean => before !== null && isSameOutput(before, line);
    if (!goesOn(this.#hidden) && (goesOn(this.#open) || !TOLD.test(line.text))) return false;
    this.#hidden = line.continues ? line : null;
    return true;
  }
}

const isSameOutput = (a: LogLine, b: LogLine): boolean =>
  a.stream === b.stream && a.rank === b.rank && a.attempt === b.attempt;
