import type { LabelValues } from "prom-client";

/** So many names of users and types are told apart; further ones are `other`. */
const MOST_NAMES = 50;
const OTHER = "other";

/** Keeps a label that users fill in from growing without end: what came first has its name. */
export class Names {
  readonly #known = new Set<string>();

  of(name: string): string {
    if (!this.#known.has(name)) {
      if (this.#known.size >= MOST_NAMES) return OTHER;
      this.#known.add(name);
    }
    return name;
  }
}

/** Counts by label values. */
export class Tally<T extends string> {
  readonly #counts = new Map<string, { readonly labels: LabelValues<T>; count: number }>();

  add(labels: LabelValues<T>, count = 1): void {
    const key = JSON.stringify(labels);
    const known = this.#counts.get(key);
    if (known) known.count += count;
    else this.#counts.set(key, { labels, count });
  }

  /** Takes the place of all that the gauge has. */
  into(gauge: { reset(): void; set(labels: LabelValues<T>, value: number): void }): void {
    gauge.reset();
    for (const { labels, count } of this.#counts.values()) gauge.set(labels, count);
  }
}
