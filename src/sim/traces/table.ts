import { COLUMNS, type Column, type Dialect, isPhillys, namesOf, OUR_NAMES, REQUIRED } from "./columns.ts";
import { Csv, type Row } from "./csv.ts";
import { Entries, type Entry } from "./entry.ts";
import type { Place } from "./faults.ts";
import type { Trace } from "./trace.ts";

/**
 * A trace as a table with the names of its columns in the first line: ours, the Tiresias simulator's or Philly's; null: whichever they
 * are. Throws a DomainError that names file, line and column.
 */
export function readTable(file: string, text: string, dialect: Dialect | null): Trace {
  const csv = new Csv(file, text);
  const at = Object.fromEntries(COLUMNS.map((column) => [column, csv.find(namesOf(column, dialect))])) as Record<
    Column,
    number
  >;
  const name = (column: Column): string => csv.header[at[column]] ?? namesOf(column, dialect)[0] ?? OUR_NAMES[column];
  for (const column of REQUIRED)
    if (at[column] < 0) csv.faults.add({ line: 1, column: 1 }, `there is no column ${name(column)}`);
  csv.faults.tell();
  const entries = new Entries(csv.faults, isPhillys(name("submit")));
  const entry = new RowEntry(at, name);
  for (const row of csv.rows()) entries.add(entry.of(row));
  return entries.trace();
}

class RowEntry implements Entry {
  readonly #at: Readonly<Record<Column, number>>;
  readonly name: (column: Column) => string;
  #row!: Row;

  constructor(at: Readonly<Record<Column, number>>, name: (column: Column) => string) {
    this.#at = at;
    this.name = name;
  }

  of(row: Row): this {
    this.#row = row;
    return this;
  }
  get line(): number {
    return this.#row.line;
  }
  value(column: Column): string {
    return this.#row.text(this.#at[column]);
  }
  place(column: Column): Place {
    return this.#row.place(this.#at[column]);
  }
}
