import type { Cancel, Clock, Instant } from "../core/time.ts";

interface Alarm {
  readonly at: Instant;
  readonly rank: number;
  readonly serial: number;
  /** Null once it has rung or was cancelled. */
  wake: (() => void) | null;
}

/** Cancelled alarms are swept out when there are so many, and most are. */
const MANY_DEAD = 1_024;

/**
 * Time that passes only when it is told to. Alarms ring by time, those of one instant by rank, those of one rank in the order in
 * which they were set: a binary heap.
 */
export class VirtualClock implements Clock {
  #now: Instant;
  #heap: Alarm[] = [];
  #serial = 0;
  #dead = 0;
  #background = 0;

  /** @param now what it shows at first */
  constructor(now: Instant = 0) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  /** @param rank lower rings first within an instant; 0 when not given */
  at(when: Instant, wake: () => void, rank = 0): Cancel {
    if (when <= this.#now) {
      wake();
      return () => {};
    }
    const alarm: Alarm = { at: when, rank, serial: this.#serial++, wake };
    this.#push(alarm);
    return () => {
      if (!alarm.wake) return;
      alarm.wake = null;
      this.#dead++;
      if (this.#dead > MANY_DEAD && this.#dead * 2 > this.#heap.length) this.#sweep();
    };
  }

  /** For what matters only as long as something else is to come: it rings before that, and never alone. */
  background(when: Instant, wake: () => void): void {
    this.#background++;
    this.at(when, () => {
      this.#background--;
      wake();
    });
  }

  /** Goes to the next instant for which an alarm is set and rings all that are due then. False when none is set. */
  advance(): boolean {
    const next = this.#peek();
    if (!next || this.#heap.length - this.#dead === this.#background) return false;
    this.#now = next.at;
    for (let due = this.#peek(); due && due.at <= this.#now; due = this.#peek()) {
      this.#pop();
      const { wake } = due;
      due.wake = null;
      wake?.();
    }
    return true;
  }

  /** The next alarm that has not been cancelled. */
  #peek(): Alarm | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (!top || top.wake) return top;
      this.#pop();
      this.#dead--;
    }
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(alarm);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Alarm;
      if (!isBefore(alarm, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = alarm;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Alarm;
    if (heap.length > 0) this.#sink(last, 0);
  }

  #sink(alarm: Alarm, from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Alarm, heap[child] as Alarm)) child++;
      if (!isBefore(heap[child] as Alarm, alarm)) break;
      heap[at] = heap[child] as Alarm;
      at = child;
    }
    heap[at] = alarm;
  }

  #sweep(): void {
    this.#heap = this.#heap.filter(({ wake }) => wake);
    this.#dead = 0;
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(this.#heap[at] as Alarm, at);
  }
}

const isBefore = (a: Alarm, b: Alarm): boolean => (a.at - b.at || a.rank - b.rank || a.serial - b.serial) < 0;
