import { DomainError, type Fault } from "../../core/errors.ts";

/** One value of a table, with the place where it stands. */
export interface Cell {
  readonly text: string;
  /** Where the value begins; both count from 1. */
  readonly line: number;
  readonly column: number;
}

const MOST_FAULTS = 10;

/** Collects what is wrong with a file, so that all of it is told at once. */
export class Faults {
  readonly #file: string;
  readonly #faults: Fault[] = [];
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add({ line, column }: Pick<Cell, "line" | "column">, problem: string): void {
    this.#count++;
    if (this.#faults.length < MOST_FAULTS)
      this.#faults.push({ code: "INVALID_INPUT", message: `${this.#file}:${line}:${column}: ${problem}` });
  }

  /** Throws a DomainError when there was any. */
  tell(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#faults.length;
    const rest: Fault[] = more > 0 ? [{ code: "INVALID_INPUT", message: `${this.#file}: and ${more} more` }] : [];
    throw new DomainError([...this.#faults, ...rest]);
  }
}

/** A table by the names of its columns. */
export class Csv {
  readonly file: string;
  readonly header: readonly string[];
  readonly faults: Faults;
  readonly #lines: readonly string[];

  /** Comma-separated, names in the first line, values in double quotes where they hold a comma. Throws a DomainError. */
  constructor(file: string, text: string) {
    this.file = file;
    this.faults = new Faults(file);
    this.#lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    this.header = split(this.#lines[0] ?? "").map(({ text: name }) => name.toLowerCase());
    if (this.header.length < 2) {
      this.faults.add({ line: 1, column: 1 }, "expected the names of the columns with commas between them");
      this.faults.tell();
    }
  }

  /** The position of the first of these columns that is there; -1 for none. */
  find(names: readonly string[]): number {
    const name = names.find((each) => this.header.includes(each));
    return name === undefined ? -1 : this.header.indexOf(name);
  }

  /** Each row's cells, in the order of the header; a row with too few or too many is told of and left out. */
  *rows(): Generator<readonly Cell[]> {
    const { header, faults } = this;
    for (let i = 1; i < this.#lines.length; i++) {
      const text = this.#lines[i] as string;
      if (text === "") continue;
      const cells = split(text, i + 1);
      if (cells.length === header.length) yield cells;
      else
        faults.add(
          { line: i + 1, column: 1 },
          `expected ${header.length} values (${header.join(",")}), found ${cells.length}`,
        );
    }
  }
}

function split(text: string, line = 1): Cell[] {
  const cells: Cell[] = [];
  if (text.includes('"')) return splitQuoted(text, line);
  for (let from = 0; from <= text.length; ) {
    const comma = text.indexOf(",", from);
    const to = comma < 0 ? text.length : comma;
    cells.push({ text: text.slice(from, to).trim(), line, column: from + 1 });
    from = to + 1;
  }
  return cells;
}

/** A doubled quote within quotes stands for one. */
function splitQuoted(text: string, line: number): Cell[] {
  const cells: Cell[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy;
  for (;;) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found) return cells;
    cells.push({ text: (found[1]?.replaceAll('""', '"') ?? found[2] ?? "").trim(), line, column: at + 1 });
    if (!found[0].endsWith(",")) return cells;
  }
}

/** The number in a cell; null, and told of, when it is none or out of bounds. */
export function numberIn(
  cell: Cell,
  name: string,
  faults: Faults,
  { least, isWhole = false }: { readonly least: number; readonly isWhole?: boolean },
): number | null {
  const value = cell.text === "" ? Number.NaN : Number(cell.text);
  if (Number.isFinite(value) && value >= least && (!isWhole || Number.isInteger(value))) return value;
  faults.add(
    cell,
    `${name} must be a ${isWhole ? "whole " : ""}number of at least ${least}, not ${JSON.stringify(cell.text)}`,
  );
  return null;
}
