import type { Pool } from "./job-spec.ts";
import type { Instant, Millis } from "./time.ts";

const HOUR: Millis = 3_600_000;
/** Older use is forgotten: no half-life that anybody would choose makes it count. */
const KEPT_HOURS = 24 * 60;

/** What one user's jobs have had: unit-milliseconds by the hour since the epoch. */
export interface UserUsage {
  readonly user: string;
  readonly hours: Readonly<Record<Pool, Readonly<Record<string, number>>>>;
}

/** Who has used how much, by the hour, so that any half-life can be reckoned from it. */
export class Usage {
  readonly #users = new Map<string, Record<Pool, Map<number, number>>>();
  #dirty = new Set<string>();

  /** Books `units` (GPUs or cores) held from `from` to `to`. */
  add(user: string, pool: Pool, units: number, from: Instant, to: Instant): void {
    if (units <= 0 || to <= from) return;
    const hours = this.#hoursOf(user)[pool];
    for (let at = from; at < to; ) {
      const hour = Math.floor(at / HOUR);
      const end = Math.min(to, (hour + 1) * HOUR);
      hours.set(hour, (hours.get(hour) ?? 0) + units * (end - at));
      at = end;
    }
    const oldest = Math.floor(to / HOUR) - KEPT_HOURS;
    for (const hour of hours.keys()) {
      if (hour >= oldest) break;
      hours.delete(hour);
    }
    this.#dirty.add(user);
  }

  /** Unit-milliseconds, each hour's counted by half for each half-life that has gone by since. */
  decayed(user: string, pool: Pool, now: Instant, halfLifeMillis: Millis): number {
    let sum = 0;
    for (const [hour, units] of this.#users.get(user)?.[pool] ?? []) {
      const age = Math.max(0, now - (hour + 0.5) * HOUR);
      sum += units * 2 ** (-age / halfLifeMillis);
    }
    return sum;
  }

  users(): readonly string[] {
    return [...this.#users.keys()];
  }

  /** Rows of those that have changed since it was last asked. */
  takeChanges(): readonly UserUsage[] {
    const rows = [...this.#dirty].map((user) => this.#row(user));
    this.#dirty = new Set();
    return rows;
  }

  /** Of everybody. */
  rows(): readonly UserUsage[] {
    return this.users().map((user) => this.#row(user));
  }

  restore(rows: readonly UserUsage[]): void {
    for (const { user, hours } of rows) {
      const book = (pool: Pool): Map<number, number> =>
        new Map(Object.entries(hours[pool]).map(([hour, units]) => [Number(hour), units] as const));
      this.#users.set(user, { gpus: book("gpus"), cores: book("cores") });
    }
  }

  #row(user: string): UserUsage {
    const { gpus, cores } = this.#hoursOf(user);
    return { user, hours: { gpus: Object.fromEntries(gpus), cores: Object.fromEntries(cores) } };
  }

  #hoursOf(user: string): Record<Pool, Map<number, number>> {
    const hours = this.#users.get(user) ?? { gpus: new Map(), cores: new Map() };
    this.#users.set(user, hours);
    return hours;
  }
}
