import type { Clock, Instant } from "../core/time.ts";

/** So many seconds' worth may come at once. */
const BURST_SECONDS = 4;
/** Beyond so many addresses those that have rested are forgotten. */
const MOST_KNOWN = 10_000;

/** Requests per address: each has a bucket that fills steadily and is emptied by one a request. */
export class Rate {
  readonly #perSecond: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { left: number; at: Instant }>();

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Takes one request of the address in; false when it has to wait a second. */
  allows(address: string): boolean {
    const now = this.#clock.now();
    const most = this.#perSecond * BURST_SECONDS;
    const bucket = this.#buckets.get(address) ?? { left: most, at: now };
    const left = Math.min(most, bucket.left + (Math.max(0, now - bucket.at) / 1000) * this.#perSecond);
    if (left < 1) return false;
    if (this.#buckets.size >= MOST_KNOWN) this.#forgetRested(now);
    this.#buckets.set(address, { left: left - 1, at: now });
    return true;
  }

  #forgetRested(now: Instant): void {
    for (const [address, { at }] of this.#buckets) if (now - at > BURST_SECONDS * 1000) this.#buckets.delete(address);
  }
}
