/** A binary heap: whoever is before all others is at the top. For a certain order no two may be equal. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean, items: Iterable<T> = []) {
    this.#isBefore = isBefore;
    for (const item of items) this.push(item);
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.#isBefore(item, items[up] as T); up = (at - 1) >> 1) {
      items[at] = items[up] as T;
      at = up;
    }
    items[at] = item;
  }

  pop(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.settle();
  }

  /** To be called when the first one has changed: it goes where it belongs now. */
  settle(): void {
    const items = this.#items;
    const item = items[0] as T;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && this.#isBefore(items[down + 1] as T, items[down] as T)) down++;
      if (!this.#isBefore(items[down] as T, item)) break;
      items[at] = items[down] as T;
      at = down;
    }
    items[at] = item;
  }
}
