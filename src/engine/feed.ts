import type { EventFilter, Recorded } from "../store/event-log.ts";
import { Sleepers } from "./sleepers.ts";

/** So many of the newest events are kept at hand; older ones are read from the database. */
const RING = 5_000;
const BATCH = 500;

export type ReadEvents = (after: number, limit: number, filter: EventFilter) => Promise<readonly Recorded[]>;

/**
 * The event log as a feed. A reader pulls at its own pace from wherever it is, so a slow one costs no memory and misses
 * nothing.
 */
export class Feed {
  readonly #read: ReadEvents;
  #ring: Recorded[] = [];
  #head: number;
  #wakes = 0;
  readonly #sleepers = new Sleepers();

  constructor(read: ReadEvents, head: number) {
    this.#read = read;
    this.#head = head;
  }

  /** The sequence number of the newest event. */
  get head(): number {
    return this.#head;
  }

  publish(recorded: readonly Recorded[]): void {
    const last = recorded.at(-1);
    if (!last) return;
    this.#ring.push(...recorded);
    if (this.#ring.length > 2 * RING) this.#ring = this.#ring.slice(-RING);
    this.#head = last.seq;
    this.wake();
  }

  /** Lets every follower look again, though nothing was published: something that its `isOver` looks at has changed. */
  wake(): void {
    this.#wakes++;
    this.#sleepers.wake();
  }

  /** Up to `limit` events behind `after` that pass the filter, oldest first. */
  async read(after: number, limit: number, filter: EventFilter = {}): Promise<readonly Recorded[]> {
    const oldest = this.#ring[0];
    if (after >= this.#head) return [];
    if (!oldest || after < oldest.seq - 1) return this.#read(after, limit, filter);
    const found: Recorded[] = [];
    for (let i = after - oldest.seq + 1; i < this.#ring.length && found.length < limit; i++) {
      const recorded = this.#ring[i] as Recorded;
      if (passes(recorded, filter)) found.push(recorded);
    }
    return found;
  }

  /**
   * Batches of events behind `after`, for ever; ends when `signal` aborts, or when `isOver` says so and everything until then was
   * given.
   */
  async *follow(
    after: number,
    filter: EventFilter,
    signal: AbortSignal,
    isOver: () => boolean | Promise<boolean> = () => false,
  ): AsyncGenerator<readonly Recorded[]> {
    for (let at = after; !signal.aborted; ) {
      const head = this.#head;
      const wakes = this.#wakes;
      const over = await isOver(); // asked before reading, so that nothing can come between the last read and the end
      const batch = await this.read(at, BATCH, filter);
      const last = batch.at(-1);
      if (last) {
        at = last.seq;
        yield batch;
      } else if (over) return;
      else {
        at = Math.max(at, head);
        await this.#news(wakes, signal);
      }
    }
  }

  /** Resolves when it was woken since, even if that was before it could go to sleep. */
  #news(wakes: number, signal: AbortSignal): Promise<void> {
    return this.#wakes > wakes ? Promise.resolve() : this.#sleepers.sleep(signal);
  }
}

const passes = ({ event }: Recorded, { job, types }: EventFilter): boolean =>
  (job === undefined || ("job" in event && event.job === job)) && (!types || types.includes(event.type));
