import { type Column, namesOf } from "./columns.ts";
import { Entries, type Entry } from "./entry.ts";
import { Faults, type Place } from "./faults.ts";
import type { Trace } from "./trace.ts";

/** One object of a file, with the place where it begins. */
export interface Item extends Place {
  readonly value: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** JSON lines: one job in each line, with our columns as keys (or the other simulators'). Throws a DomainError. */
export function readJsonLines(file: string, text: string): Trace {
  const faults = new Faults(file);
  return readItems(linesOf(text, faults), faults);
}

/** The same objects in one JSON list. Throws a DomainError. */
export function readJsonList(file: string, text: string): Trace {
  const faults = new Faults(file);
  return readItems(itemsOf(text, faults), faults);
}

function readItems(items: Iterable<Item>, faults: Faults): Trace {
  const entries = new Entries(faults, false);
  for (const item of items) entries.add(new ObjectEntry(item));
  return entries.trace();
}

class ObjectEntry implements Entry {
  readonly #item: Item;
  constructor(item: Item) {
    this.#item = item;
  }
  get line(): number {
    return this.#item.line;
  }
  name(column: Column): string {
    const names = namesOf(column, null);
    return names.find((each) => this.#item.value[each] !== undefined) ?? (names[0] as string);
  }
  value(column: Column): unknown {
    return this.#item.value[this.name(column)];
  }
  place(column: Column): Place {
    const { text, line, column: start } = this.#item;
    const at = text.indexOf(JSON.stringify(this.name(column)));
    return at < 0 ? { line, column: start } : placeIn(text, at, this.#item);
  }
}

function* linesOf(text: string, faults: Faults): Generator<Item> {
  for (let at = 0, line = 1; at < text.length; line++) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const item = parsed(text.slice(at, end), { line, column: 1 }, faults);
    if (item) yield item;
    at = end + 1;
  }
}

const [QUOTE, BACKSLASH, NEWLINE] = [34, 92, 10];

/** The objects of a list one by one, so that a file of a hundred megabytes never lies in memory as objects. */
export function* itemsOf(text: string, faults: Faults): Generator<Item> {
  let line = 1;
  let lineStart = 0;
  let depth = 0;
  let start: Place = { line: 1, column: 1 };
  let startAt = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE) {
      line++;
      lineStart = at + 1;
    } else if (code === QUOTE) {
      at = closing(text, at);
    } else if (code === 91 || code === 123) {
      if (++depth === 2) [start, startAt] = [{ line, column: at - lineStart + 1 }, at];
    } else if (code === 93 || code === 125) {
      if (--depth === 1) {
        const item = parsed(text.slice(startAt, at + 1), start, faults);
        if (item) yield item;
      } else if (depth === 0) {
        const rest = /\S/.exec(text.slice(at + 1, at + 1000));
        if (rest) faults.add({ line, column: at - lineStart + 2 }, "expected nothing behind the end of the list");
        return;
      }
    } else if (depth === 1 && code !== 44 && code > 32) {
      faults.add({ line, column: at - lineStart + 1 }, "expected an object of a job, between { and }");
      return;
    }
  }
  faults.add({ line, column: text.length - lineStart + 1 }, "expected more: the list has no end");
}

/** Where the text that begins there ends. */
function closing(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

function parsed(text: string, start: Place, faults: Faults): Item | null {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown>, text, ...start };
    faults.add(start, "expected an object of a job, between { and }");
  } catch (error) {
    const { message } = error as Error;
    const at = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
    faults.add(placeIn(text, at, start), `expected JSON: ${message.replace(/ \(line .*| in JSON at position.*/, "")}`);
  }
  return null;
}

/** The place of a character of an item. */
function placeIn(text: string, at: number, start: Place): Place {
  const before = text.slice(0, at).split("\n");
  const last = before.at(-1) as string;
  return before.length === 1
    ? { line: start.line, column: start.column + at }
    : { line: start.line + before.length - 1, column: last.length + 1 };
}
