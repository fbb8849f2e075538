import { styleText } from "node:util";
import { safeLine, safeWord } from "./safe-text.ts";
import { type Cell, type Column, records, type Style, table, wrapTo } from "./table.ts";

/** The outside of a command: in a test, something else than the process. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

type Format = Parameters<typeof styleText>[0];

/** Below so many columns a value stands under its name. */
const NARROW = 40;

/** What a command says, and how: colours and cut tables for eyes, plain and whole text for pipes. */
export class Terminal {
  readonly io: Io;
  readonly isTty: boolean;
  /** What was printed can be drawn over: bars, and a view that changes in its place. */
  readonly canDraw: boolean;
  /** Signs beyond ASCII can be shown. */
  readonly hasSigns: boolean;
  readonly #json: boolean;
  readonly #colours: boolean;
  #captured: string[] | null = null;

  constructor(io: Io, { json = false }: { readonly json?: boolean } = {}) {
    this.io = io;
    this.isTty = io.stdout.isTTY === true;
    this.canDraw = this.isTty && io.env.TERM !== "dumb";
    this.hasSigns = hasSigns(io.env);
    this.#json = json;
    this.#colours = this.canDraw && !io.env.NO_COLOR;
  }

  /** Words of our own. */
  print(line: string): void {
    if (this.#captured) this.#captured.push(this.signs(line));
    else this.io.stdout.write(`${this.signs(line)}\n`);
  }

  /** The lines that are printed meanwhile, in place of printing them. */
  captured(act: () => void): string[] {
    const lines: string[] = [];
    this.#captured = lines;
    try {
      act();
    } finally {
      this.#captured = null;
    }
    return lines;
  }

  printJson(value: unknown, { pretty = true } = {}): void {
    this.io.stdout.write(`${JSON.stringify(value, null, pretty && this.isTty ? 2 : undefined)}\n`);
  }

  /** Beside the result: never mixed into what a pipe reads. */
  note(line: string): void {
    if (this.#json) this.io.stderr.write(`${JSON.stringify({ note: line })}\n`);
    else for (const part of toErrors(this.io, line)) this.io.stderr.write(`${part}\n`);
  }

  /** Resolves once the reader of the output has taken what was written: whoever prints much waits for it. */
  drained(): Promise<void> {
    const { stdout } = this.io;
    if (!(stdout as NodeJS.WritableStream & { readonly writableNeedDrain?: boolean }).writableNeedDrain)
      return Promise.resolve();
    return new Promise((resolve) => stdout.once("drain", resolve));
  }

  /** How many columns of text fit; null: nobody looks, and everything stays whole. */
  get width(): number | null {
    return this.isTty ? (this.io.stdout.columns ?? 80) : null;
  }

  /** A row in a line; where a terminal is too narrow for that, each row as a list of its cells. */
  printTable(columns: readonly Column[], rows: readonly (readonly (string | Cell)[])[]): void {
    for (const line of this.tableLines(columns, rows)) this.print(line);
  }

  /** The lines of that, to be drawn where they belong. */
  tableLines(columns: readonly Column[], rows: readonly (readonly (string | Cell)[])[]): readonly string[] {
    const { width } = this;
    const safe = rows.map((row) =>
      row.map((cell): Cell => {
        const { text, style } = typeof cell === "string" ? { text: cell, style: (same: string) => same } : cell;
        return { text: this.signs(safeWord(text)), style };
      }),
    );
    const title = this.style("bold");
    return table(columns, safe, { width, title, cut: this.cutSign }) ?? records(columns, safe, { width, title });
  }

  /** Names and values; a long value goes on below itself on a terminal. Empty values are left out. */
  printFacts(facts: readonly (readonly [name: string, value: string | null])[]): void {
    const shown = facts.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
    const { width } = this;
    const dim = this.style("dim");
    const isNarrow = width !== null && width < NARROW;
    const indent = isNarrow ? 2 : Math.max(0, ...shown.map(([name]) => name.length)) + 2;
    for (const [name, value] of shown) {
      const safe = this.signs(safeWord(value));
      const lines = width === null ? [safe] : wrapTo(safe, Math.max(1, width - indent));
      if (isNarrow && name !== "") this.print(dim(name));
      lines.forEach((line, i) => {
        this.print(`${dim((i === 0 && !isNarrow ? name : "").padEnd(indent))}${line}`);
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

  /** What stands where something is cut off. */
  get cutSign(): string {
    return this.hasSigns ? "…" : "~";
  }

  /** Our own words with the signs that this terminal can show. */
  signs(text: string): string {
    return this.hasSigns || !this.isTty ? text : text.replace(/[…→█░▲▼·✓✗]/g, (sign) => PLAIN_SIGNS[sign] ?? "?");
  }
}

const PLAIN_SIGNS: Readonly<Record<string, string>> = {
  "…": "~",
  "→": ">",
  "█": "#",
  "░": ".",
  "▲": "^",
  "▼": "v",
  "·": "-",
  "✓": "+",
  "✗": "x",
};

/** By the locale that is set; a terminal without any can show them, unless it is the bare console. */
function hasSigns({ LC_ALL, LC_CTYPE, LANG, TERM }: Io["env"]): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return TERM !== "linux" && TERM !== "dumb" && (!locale || /utf-?8/i.test(locale));
}

/** The text in lines for the standard error: whole in a pipe, wrapped between words on a terminal. */
export function toErrors({ stderr }: Pick<Io, "stderr">, text: string): string[] {
  const safe = safeWord(text);
  return stderr.isTTY ? wrapTo(safe, Math.max(20, stderr.columns ?? 80)) : [safe];
}
