import type { Lesson } from "../core/estimates.ts";
import { amount, type Check, fieldsOf, text } from "./shape.ts";

interface Kept<T> {
  readonly slot: number;
  /** Counts the puts: what has the lowest was left alone longest. */
  readonly serial: number;
  readonly state: T;
}

/**
 * States by id, each in a numbered row. A row is used again once its state is gone, and when the shelf is full the state that was left alone
 * longest goes: what is written stays bounded, and no row need ever be removed. States are plain data and are replaced, never changed.
 */
export class Shelf<T> {
  readonly #name: string;
  readonly #check: Check;
  readonly #capacity: number;
  /** Left alone longest first. */
  readonly #kept = new Map<string, Kept<T>>();
  /** Whose row each is; null for a free one. */
  readonly #slots: (string | null)[] = [];
  readonly #dirty = new Set<number>();
  #serial = 0;

  constructor(name: string, check: Check, capacity: number) {
    this.#name = name;
    this.#check = check;
    this.#capacity = capacity;
  }

  get(id: string): T | undefined {
    return this.#kept.get(id)?.state;
  }

  ids(): string[] {
    return [...this.#kept.keys()];
  }

  put(id: string, state: T): void {
    const slot = this.#kept.get(id)?.slot ?? this.#freeSlot();
    this.#keep(id, { slot, serial: ++this.#serial, state });
    this.#dirty.add(slot);
  }

  drop(id: string): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#kept.delete(id);
    this.#slots[kept.slot] = null;
    this.#dirty.add(kept.slot);
  }

  takeChanges(): Lesson[] {
    const changes = [...this.#dirty].map((slot) => ({ key: `${this.#name}:${slot}`, body: this.#body(slot) }));
    this.#dirty.clear();
    return changes;
  }

  /** Takes the rows of this shelf back in; others, and those it cannot read, are none of its business. */
  restore(lessons: readonly Lesson[]): void {
    const read = lessons.flatMap(({ key, body }) => {
      const slot = slotIn(key, this.#name);
      if (slot === null || slot >= this.#capacity || !row(body) || !this.#check(body.state)) return [];
      return [{ id: body.id as string, kept: { slot, serial: body.serial as number, state: body.state as T } }];
    });
    for (const { id, kept } of read.sort((a, b) => a.kept.serial - b.kept.serial)) {
      const stale = this.#kept.get(id);
      if (stale) this.#slots[stale.slot] = null;
      while (this.#slots.length <= kept.slot) this.#slots.push(null);
      this.#keep(id, kept);
      this.#serial = Math.max(this.#serial, kept.serial);
    }
  }

  #keep(id: string, kept: Kept<T>): void {
    this.#kept.delete(id); // so that it goes to the end
    this.#kept.set(id, kept);
    this.#slots[kept.slot] = id;
  }

  #freeSlot(): number {
    if (this.#kept.size >= this.#capacity) this.drop(this.#kept.keys().next().value as string);
    const free = this.#slots.indexOf(null);
    return free < 0 ? this.#slots.length : free;
  }

  #body(slot: number): Lesson["body"] {
    const id = this.#slots[slot];
    const kept = id === null || id === undefined ? undefined : this.#kept.get(id);
    return kept ? { id, serial: kept.serial, state: kept.state } : {};
  }
}

const row = fieldsOf<{ id: string; serial: number }>({ id: text, serial: amount });

/** The number in `name:17`; null when it is another shelf's key. */
function slotIn(key: string, name: string): number | null {
  const slot = key.startsWith(`${name}:`) ? Number(key.slice(name.length + 1)) : Number.NaN;
  return Number.isInteger(slot) && slot >= 0 ? slot : null;
}
