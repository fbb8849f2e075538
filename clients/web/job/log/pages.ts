import type { LogLine } from "../../../sdk/index.ts";

/** A line with its number in the whole output of its job, from 1. */
export interface Line extends LogLine {
  readonly number: number;
}

/** What stands where a line was that is not there any more. */
export interface Removed {
  readonly number: number;
  readonly reason: string;
}

export type Row = Line | Removed;

export const isLine = (row: Row | undefined): row is Line => row !== undefined && "text" in row;

/** Lines of one page. */
export const PAGE = 500;
/** So many pages are kept; those not looked at for longest go first. */
const KEPT_PAGES = 40;

/** The part of a job's output that is held here: pages around what was looked at last, and no more, however long it is. */
export class Pages {
  /** The page looked at last is the last one. */
  readonly #pages = new Map<number, (Row | undefined)[]>();

  at(number: number): Row | undefined {
    return this.#pages.get(pageOf(number))?.[(number - 1) % PAGE];
  }

  put(row: Row): void {
    const page = pageOf(row.number);
    let rows = this.#pages.get(page);
    if (!rows) {
      rows = new Array<Row | undefined>(PAGE);
      this.#pages.set(page, rows);
      if (this.#pages.size > KEPT_PAGES) this.#pages.delete(this.#pages.keys().next().value as number);
    }
    rows[(row.number - 1) % PAGE] = row;
  }

  /** Keeps the pages of these lines longest. @returns those of which a line is missing, as the numbers of their first lines */
  touch(from: number, to: number): number[] {
    const missing: number[] = [];
    for (let page = pageOf(from); page <= pageOf(to); page++) {
      const rows = this.#pages.get(page);
      if (rows) {
        this.#pages.delete(page);
        this.#pages.set(page, rows);
      }
      const first = page * PAGE + 1;
      for (let number = Math.max(from, first); number <= Math.min(to, first + PAGE - 1); number++)
        if (!rows?.[number - first]) {
          missing.push(first);
          break;
        }
    }
    return missing;
  }

  /** How many lines are held. */
  get size(): number {
    return this.#pages.size * PAGE;
  }

  clear(): void {
    this.#pages.clear();
  }
}

const pageOf = (number: number): number => Math.floor((number - 1) / PAGE);
