import type { Health } from "../../../core/server.ts";
import type { Cancel, Clock, Instant } from "../../../core/time.ts";
import type { Engine } from "./engine.ts";
import { reasonOf } from "./engine.ts";

const EVERY_MILLIS = 2_000;
const DEADLINE_MILLIS = 1_500;
/** One pause alone is no news: an engine that is busy makes them. */
const MISSES_UNTIL_SUSPECT = 2;
const MISSES_UNTIL_DOWN = 3;
/** Who has fallen silent n times within this span must answer 1, 2, 4, 8 … times on end, so that each time comes to two events. */
const FLAP_MILLIS = 300_000;
const MOST_ANSWERS = 16;

/** Asks the engine every few seconds whether it is there, and tells when the answer changes. */
export class HealthWatch {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #tell: (health: Health, reason: string | null, before: Health | null) => void;
  readonly #closing = new AbortController();
  #started = false;
  #misses = 0;
  #answers = 0;
  /** When it fell silent lately. */
  #silences: readonly Instant[] = [];
  #cancel: Cancel = () => undefined;

  constructor(
    engine: Engine,
    clock: Clock,
    tell: (health: Health, reason: string | null, before: Health | null) => void,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Begins to watch; does nothing when it does already. @param known what nobody has to be told */
  start(known: Health | null): void {
    if (this.#started || this.#closing.signal.aborted) return;
    this.#started = true;
    void this.#look(known);
  }

  close(): void {
    this.#closing.abort();
    this.#cancel();
  }

  async #look(before: Health | null): Promise<void> {
    const { signal } = this.#closing;
    const miss = await this.#engine.ping(signal, DEADLINE_MILLIS).then(() => null, reasonOf);
    if (signal.aborted) return;
    this.#misses = miss === null ? 0 : this.#misses + 1;
    this.#answers = miss === null ? this.#answers + 1 : 0;
    const health = this.#judge(before);
    if (before === "up" && health !== "up") this.#silences = [...this.#silences, this.#clock.now()];
    if (health !== before) this.#tell(health, miss, before);
    this.#cancel = this.#clock.at(this.#clock.now() + EVERY_MILLIS, () => void this.#look(health));
  }
  #judge(before: Health | null): Health {
    if (this.#misses >= MISSES_UNTIL_DOWN) return "down";
    if (this.#misses >= MISSES_UNTIL_SUSPECT) return before === "down" ? "down" : "suspect";
    if (this.#misses > 0) return before ?? "suspect";
    return before === null || before === "up" || this.#answers >= this.#answersWanted() ? "up" : before;
  }

  #answersWanted(): number {
    this.#silences = this.#silences.filter((at) => at > this.#clock.now() - FLAP_MILLIS);
    return Math.min(2 ** Math.max(0, this.#silences.length - 1), MOST_ANSWERS);
  }
}
