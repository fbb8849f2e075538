import type { LogBatch, LogLine } from "../sdk/index.ts";
import type { Terminal } from "./terminal.ts";

/** A line by which a program tells its progress to the scheduler, as the job contract has it. */
const TOLD = /^\s*\{\s*"schedulearn"\s*:/;

export interface LogPrinterOptions {
  readonly json: boolean;
  /** Leaves out the lines that are meant for the scheduler: a bar shows what they say. */
  readonly hidesProgress?: boolean;
  /** Only what this member of a run over several servers printed. */
  readonly rank?: number | undefined;
  /** Each line begins with the rank of who printed it: the job has several. */
  readonly marksRanks?: boolean;
}

/** Prints a job's output, batch by batch: as text, or as one JSON object a line. */
export class LogPrinter {
  /** It has printed a line, or hidden one. */
  hasPrinted = false;
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #hidesProgress: boolean;
  readonly #rank: number | undefined;
  readonly #marksRanks: boolean;
  /** The line that the last one printed goes on in; null at the beginning of a line. */
  #open: LogLine | null = null;
  /** Likewise of one that was left out. */
  #hidden: LogLine | null = null;

  constructor(terminal: Terminal, { json, hidesProgress = false, rank, marksRanks = false }: LogPrinterOptions) {
    this.#terminal = terminal;
    this.#json = json;
    this.#rank = rank;
    this.#marksRanks = marksRanks && rank === undefined;
    this.#hidesProgress = hidesProgress && !json;
  }

  /** @param out where text goes; standard output unless bars have to be kept below it */
  batch({ lines: all, gap }: LogBatch, out: { write(text: string): unknown } = this.#terminal.io.stdout): void {
    const lines = this.#rank === undefined ? all : all.filter(({ rank }) => rank === this.#rank);
    if (gap) this.#terminal.note(`[… ${gap.reason}]`);
    if (lines.length > 0) this.hasPrinted = true;
    if (this.#json) for (const line of lines) this.#terminal.printJson(line, { pretty: false });
    else {
      const text = lines.map((line) => (this.#hides(line) ? "" : this.text(line))).join("");
      if (text !== "") out.write(text);
    }
  }

  /** The line with its end; a very long one comes in pieces, and only its last piece has an end. */
  text(line: LogLine): string {
    const goesOn = this.#open !== null && isSameOutput(this.#open, line);
    const isCut = this.#open !== null && !goesOn;
    this.#open = line.continues ? line : null;
    const mark = this.#marksRanks && !goesOn ? `[${line.rank}] ` : "";
    return `${isCut ? "\n" : ""}${mark}${this.#terminal.jobText(line.text)}${line.continues ? "" : "\n"}`;
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
