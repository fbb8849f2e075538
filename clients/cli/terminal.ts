import { styleText } from "node:util";
import { safeLine, safeWord } from "./safe-text.ts";
import { type Cell, type Column, type Style, table, wrapTo } from "./table.ts";

/** The outside of a command: in a test, something else than the process. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

type Format = Parameters<typeof styleText>[0];

/** What a command says, and how: colours and cut tables for eyes, plain and whole text for pipes. */
export class Terminal {
  readonly io: Io;
  readonly isTty: boolean;
  readonly #colours: boolean;

  constructor(io: Io) {
    this.io = io;
    this.isTty = io.stdout.isTTY === true;
    this.#colours = this.isTty && !io.env.NO_COLOR && io.env.TERM !== "dumb";
  }

  /** Words of our own. */
  print(line: string): void {
    this.io.stdout.write(`${line}\n`);
  }

  printJson(value: unknown, { pretty = true } = {}): void {
    this.print(JSON.stringify(value, null, pretty && this.isTty ? 2 : undefined));
  }

  /** Beside the result: never mixed into what a pipe reads. */
  note(line: string): void {
    this.io.stderr.write(`${safeWord(line)}\n`);
  }

  /** How many columns of text fit; null: nobody looks, and everything stays whole. */
  get width(): number | null {
    return this.isTty ? (this.io.stdout.columns ?? 80) : null;
  }

  printTable(columns: readonly Column[], rows: readonly (readonly (string | Cell)[])[]): void {
    const { width } = this;
    const safe = rows.map((row) =>
      row.map((cell) => (typeof cell === "string" ? safeWord(cell) : { ...cell, text: safeWord(cell.text) })),
    );
    for (const line of table(columns, safe, { width, title: this.style("bold") })) this.print(line);
  }

  /** Names and values; a long value goes on below itself on a terminal. Empty values are left out. */
  printFacts(facts: readonly (readonly [name: string, value: string | null])[]): void {
    const shown = facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
    const indent = Math.max(0, ...shown.map(([name]) => name.length)) + 2;
    for (const [name, value] of shown) {
      const safe = safeWord(value);
      const lines = this.width === null ? [safe] : wrapTo(safe, Math.max(20, this.width - indent));
      lines.forEach((line, i) => {
        this.print(`${this.style("dim")((i === 0 ? name : "").padEnd(indent))}${line}`);
      });
    }
  }

  /** Text from a job: made harmless for a terminal, as it is for a pipe. */
  jobText(text: string): string {
    return this.isTty ? safeLine(text) : text;
  }

  style(format: Format): Style {
    return this.#colours ? (text) => styleText(format, text, { validateStream: false }) : (text) => text;
  }
}
