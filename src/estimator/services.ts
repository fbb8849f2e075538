import type { Lesson } from "../core/estimates.ts";
import { amount, fieldsOf, listOf } from "./shape.ts";

/** So many newest count. */
const KEPT = 1000;
/** So many are written in one row, so that one more does not write all. */
const CHUNK = 100;
/** One more than are needed for what counts: the one being filled takes the row of the oldest. */
const CHUNKS = KEPT / CHUNK + 1;

const row = fieldsOf<{ first: number; values: number[] }>({ first: amount, values: listOf(amount) });

/** The service of the jobs that completed lately. */
export class Services {
  readonly #name: string;
  /** Oldest first; whole chunks, so up to CHUNK - 1 more than count. */
  #values: number[] = [];
  /** How many there were before those. */
  #gone = 0;
  #sorted: readonly number[] | null = null;
  readonly #dirty = new Set<number>();

  constructor(name: string) {
    this.#name = name;
  }

  add(seconds: number): void {
    this.#dirty.add(Math.floor((this.#gone + this.#values.length) / CHUNK));
    this.#values.push(seconds);
    if (this.#values.length >= KEPT + CHUNK) {
      this.#values.splice(0, CHUNK);
      this.#gone += CHUNK;
    }
    this.#sorted = null;
  }

  ascending(): readonly number[] {
    this.#sorted ??= this.#values.slice(-KEPT).sort((a, b) => a - b);
    return this.#sorted;
  }

  takeChanges(): Lesson[] {
    const changes = [...this.#dirty].map((chunk) => {
      const first = chunk * CHUNK;
      const start = Math.max(0, first - this.#gone);
      const values = this.#values.slice(start, first - this.#gone + CHUNK);
      return { key: `${this.#name}:${chunk % CHUNKS}`, body: { first, values } };
    });
    this.#dirty.clear();
    return changes;
  }

  restore(lessons: readonly Lesson[]): void {
    const chunks = lessons
      .filter(({ key, body }) => key.startsWith(`${this.#name}:`) && row(body))
      .map(({ body }) => ({ first: body.first as number, values: body.values as readonly number[] }))
      .sort((a, b) => a.first - b.first);
    this.#values = chunks.flatMap(({ values }) => values);
    const last = chunks.at(-1);
    this.#gone = last ? Math.max(0, last.first + last.values.length - this.#values.length) : 0;
    this.#sorted = null;
  }
}
