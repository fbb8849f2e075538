import type { LogBatch, LogLine } from "../sdk/index.ts";
import type { Terminal } from "./terminal.ts";

/** Prints a job's output, batch by batch: as text, or as one JSON object a line. */
export class LogPrinter {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  /** The line that the last one printed goes on in; null at the beginning of a line. */
  #open: LogLine | null = null;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
  }

  /** @param out where text goes; standard output unless bars have to be kept below it */
  batch({ lines, gap }: LogBatch, out: { write(text: string): unknown } = this.#terminal.io.stdout): void {
    if (gap) this.#terminal.note(`lines are missing here: ${gap.reason}`);
    if (this.#json) for (const line of lines) this.#terminal.printJson(line, { pretty: false });
    else if (lines.length > 0) out.write(lines.map((line) => this.text(line)).join(""));
  }

  /** The line with its end; a very long one comes in pieces, and only its last piece has an end. */
  text(line: LogLine): string {
    const open = this.#open;
    const isCut = open !== null && (open.stream !== line.stream || open.attempt !== line.attempt);
    this.#open = line.continues ? line : null;
    return `${isCut ? "\n" : ""}${this.#terminal.jobText(line.text)}${line.continues ? "" : "\n"}`;
  }
}
