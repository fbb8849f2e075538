/** Milliseconds since the Unix epoch: the wall clock when live, virtual in a simulation. */
export type Instant = number;
/** A span in milliseconds. */
export type Millis = number;
export type Cancel = () => void;

/** The only source of time. The core never holds one: it is told `now`. */
export interface Clock {
  now(): Instant;
  /** Calls `wake` once at `when` (at once if that has passed); the result cancels it. */
  at(when: Instant, wake: () => void): Cancel;
}
