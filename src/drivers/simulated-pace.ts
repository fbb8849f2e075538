import type { Instant, Millis } from "../core/time.ts";

/** A share of the work that falls short by the last bit makes no checkpoint more. */
const ROUNDING = 1e-9;

/** How a run gets on: evenly, but for the moments in which it writes a checkpoint. What is done is reckoned when it is asked for. */
export class Pace {
  /** How much of the work (0 to 1) was done when it last began or ceased to work. */
  done = 0;
  #saved = 0;
  #since: Instant = 0;
  /** What all of the work would take; null while it does not work. */
  #allMillis: Millis | null = null;
  /** How far it had come in its turn of working and writing at `#since`. */
  #turned: Millis = 0;
  readonly #every: Millis;
  readonly #writing: Millis;

  /** @param every it writes a checkpoint after so much work each time, which takes `writing`; 0: never */
  constructor(every: Millis, writing: Millis) {
    this.#every = every;
    this.#writing = writing;
  }

  get isWorking(): boolean {
    return this.#allMillis !== null;
  }

  /** It begins with what an earlier run has saved. */
  begin(done: number): void {
    this.done = done;
    this.#saved = done;
  }

  work(now: Instant, allMillis: Millis): void {
    this.#since = now;
    this.#allMillis = Math.max(0, allMillis);
  }

  stand(now: Instant): void {
    if (this.#allMillis === null) return;
    const [done, saved] = [this.doneBy(now), this.savedBy(now)];
    if (this.#every > 0) this.#turned = (this.#turned + this.#worked(now)) % (this.#every + this.#writing);
    this.done = done;
    this.#saved = saved;
    this.#allMillis = null;
  }

  doneBy(now: Instant): number {
    const all = this.#allMillis;
    if (all === null) return this.done;
    const worked = this.#worked(now);
    if (all === 0) return 1;
    const spent = this.#every === 0 ? worked : this.#training(this.#turned + worked) - this.#training(this.#turned);
    return Math.min(1, this.done + spent / all);
  }

  /** How much of the work (0 to 1) is in the last checkpoint that is whole. */
  savedBy(now: Instant): number {
    const all = this.#allMillis;
    if (all === null || this.#every === 0) return this.#saved;
    const written = Math.floor((this.#turned + this.#worked(now)) / (this.#every + this.#writing));
    if (written === 0) return this.#saved;
    return all === 0 ? 1 : Math.min(1, this.done + (written * this.#every - this.#training(this.#turned)) / all);
  }

  /** When a share (0 to 1) of the work is done, if it works on; a whole millisecond. */
  reaches(share: number): Instant {
    const rest = Math.max(0, share - this.done) * (this.#allMillis ?? 0);
    if (this.#every === 0) return Math.round(this.#since + rest);
    const work = this.#training(this.#turned) + rest;
    const checkpoints = Math.max(0, Math.ceil(work / this.#every - ROUNDING) - 1);
    return Math.round(this.#since + Math.max(0, work + checkpoints * this.#writing - this.#turned));
  }

  /** A resized run begins a little later. */
  #worked(now: Instant): Millis {
    return Math.max(0, now - this.#since);
  }

  /** How much of so much time, from the beginning of a turn, is work. */
  #training(millis: Millis): Millis {
    const turn = this.#every + this.#writing;
    return Math.floor(millis / turn) * this.#every + Math.min(millis % turn, this.#every);
  }
}
