import type { Row } from "./pages.ts";
import type { Scan } from "./scan.ts";
import type { LogSource } from "./source.ts";

/** The rows that are shown: all lines, or those that were found. */
export interface Rows {
  readonly count: number;
  numberAt(row: number): number;
  /** The row of the line, or of the next one that is shown. */
  rowOf(number: number): number;
  at(row: number): Row | undefined;
  /** These rows are looked at. */
  look(from: number, to: number): void;
}

export function allRows(source: LogSource): Rows {
  return {
    get count() {
      return Math.max(0, source.last - source.first + 1);
    },
    numberAt: (row) => source.first + row,
    rowOf: (number) => number - source.first,
    at: (row) => source.at(source.first + row),
    look: (from, to) => source.look([[source.first + from, source.first + to]]),
  };
}

export function foundRows(source: LogSource, scan: Scan): Rows {
  const at = (row: number): Row | undefined => {
    const number = scan.numberAt(row);
    return scan.heldAt(number) ?? source.at(number);
  };
  return {
    get count() {
      return scan.count;
    },
    numberAt: (row) => scan.numberAt(row),
    rowOf: (number) => scan.indexOf(number),
    at,
    look(from, to) {
      const missing: [number, number][] = [];
      for (let row = Math.max(0, from); row <= Math.min(to, scan.count - 1); row++)
        if (!scan.heldAt(scan.numberAt(row))) missing.push([scan.numberAt(row), scan.numberAt(row)]);
      source.look(missing);
    },
  };
}
