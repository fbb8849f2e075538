import { Faults, type Place } from "./faults.ts";

/** One value of a table, with the place where it stands. */
export interface Cell extends Place {
  readonly text: string;
}

/** A table by the names of its columns. Values are cut out of the text when they are asked for, a row at a time. */
export class Csv {
  readonly file: string;
  readonly header: readonly string[];
  readonly faults: Faults;
  readonly #text: string;
  /** Where the first row begins. */
  readonly #start: number;

  /** Comma-separated, names in the first line, values in double quotes where they hold a comma. Throws a DomainError. */
  constructor(file: string, text: string) {
    this.file = file;
    this.faults = new Faults(file);
    this.#text = text;
    const names = new Row(text);
    this.#start = names.read(0, 1);
    this.header = Array.from({ length: names.length }, (_, i) => names.text(i).toLowerCase());
    if (this.header.length < 2)
      this.faults.add({ line: 1, column: 1 }, "expected the names of the columns with commas between them");
    this.faults.tell();
  }

  /** The position of the first of these columns that is there; -1 for none. One that is there twice is told of. */
  find(names: readonly string[]): number {
    const name = names.find((each) => this.header.includes(each));
    if (name === undefined) return -1;
    const at = this.header.indexOf(name);
    if (this.header.includes(name, at + 1)) this.faults.add({ line: 1, column: 1 }, `there are two columns ${name}`);
    return at;
  }

  /** Each row in turn, always in the same object; one with too few or too many values is told of and left out. */
  *rows(): Generator<Row> {
    const { header, faults } = this;
    const row = new Row(this.#text);
    for (let at = this.#start, line = 2; at < this.#text.length; line++) {
      at = row.read(at, line);
      if (row.isEmpty) continue;
      if (row.unclosed > 0) faults.add({ line, column: row.unclosed }, "the quote that begins here has no end");
      else if (row.length === header.length) yield row;
      else {
        const problem = `expected ${header.length} values (${header.join(",")}), found ${row.length}`;
        faults.add({ line, column: 1 }, problem);
      }
    }
  }
}

const COMMA = 44;
const QUOTE = 34;

/** The values of one line. */
export class Row {
  readonly #text: string;
  /** Begin and end of each value; what is in quotes is kept with them until it is asked for. */
  readonly #bounds: number[] = [];
  #from = 0;
  line = 0;
  length = 0;
  isEmpty = true;
  /** The column of a quote without an end; 0 for none. */
  unclosed = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes the line that begins there and returns where the next one does. */
  read(from: number, line: number): number {
    const text = this.#text;
    const newline = text.indexOf("\n", from);
    const next = newline < 0 ? text.length + 1 : newline + 1;
    const end = next - 1 - (text[next - 2] === "\r" && next - 2 >= from ? 1 : 0);
    this.#from = from;
    this.line = line;
    this.length = 0;
    this.unclosed = 0;
    this.isEmpty = end === from;
    for (let at = from; at <= end; ) {
      let to = at;
      if (text.charCodeAt(at) === QUOTE) to = this.#quoteEnd(at, end);
      while (to < end && text.charCodeAt(to) !== COMMA) to++;
      this.#bounds[2 * this.length] = at;
      this.#bounds[2 * this.length + 1] = to;
      this.length++;
      at = to + 1;
    }
    return next;
  }

  /** Behind the closing quote; a doubled quote within stands for one. */
  #quoteEnd(open: number, end: number): number {
    for (let at = open + 1; at < end; at++) {
      if (this.#text.charCodeAt(at) !== QUOTE) continue;
      if (this.#text.charCodeAt(at + 1) !== QUOTE) return at + 1;
      at++;
    }
    this.unclosed = open - this.#from + 1;
    return end;
  }

  /** Empty for a column that is not there. */
  text(i: number): string {
    if (i < 0 || i >= this.length) return "";
    const value = this.#text.slice(this.#bounds[2 * i], this.#bounds[2 * i + 1]).trim();
    return value.startsWith('"') && value.endsWith('"') && value.length > 1
      ? value.slice(1, -1).replaceAll('""', '"').trim()
      : value;
  }

  cell(i: number): Cell {
    return { text: this.text(i), ...this.place(i) };
  }
  place(i: number): Place {
    return { line: this.line, column: (this.#bounds[2 * i] ?? this.#from) - this.#from + 1 };
  }
}

export interface NumberBounds {
  readonly least: number;
  readonly most?: number;
  readonly isWhole?: boolean;
}

/** The number in a cell; null, and told of, when it is none or out of bounds. */
export function numberIn(cell: Cell, name: string, faults: Faults, bounds: NumberBounds): number | null {
  const value = cell.text === "" ? Number.NaN : Number(cell.text);
  if (isWithin(value, bounds)) return value;
  faults.add(cell, `${name} must be ${inWords(bounds, cell.text)}`);
  return null;
}

export const isWithin = (value: number, { least, most = Number.POSITIVE_INFINITY, isWhole }: NumberBounds): boolean =>
  Number.isFinite(value) && value >= least && value <= most && (!isWhole || Number.isInteger(value));

/** What was expected of a number, as far as it is not: `a whole number of at least 1`. */
export function inWords({ least, most, isWhole }: NumberBounds, given: unknown): string {
  const isTooMuch = most !== undefined && Number(given) > most;
  const range = isTooMuch ? ` of at most ${most}` : Number.isFinite(least) ? ` of at least ${least}` : "";
  return `a ${isWhole ? "whole " : ""}number${range}, not ${shown(given)}`;
}

/** A value in a message, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
