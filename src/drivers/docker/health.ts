import type { Health } from "../../core/server.ts";
import type { Cancel, Clock } from "../../core/time.ts";
import type { Engine } from "./engine.ts";
import { reasonOf } from "./engine.ts";

const EVERY_MILLIS = 2_000;
const DEADLINE_MILLIS = 1_500;
const MISSES_UNTIL_DOWN = 3;

/** Asks the engine every few seconds whether it is there, and tells when the answer changes. */
export class HealthWatch {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #tell: (health: Health, reason: string | null, before: Health | null) => void;
  readonly #closing = new AbortController();
  #started = false;
  #misses = 0;
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
    const health = this.#misses === 0 ? "up" : this.#misses < MISSES_UNTIL_DOWN ? "suspect" : "down";
    if (health !== before) this.#tell(health, miss, before);
    this.#cancel = this.#clock.at(this.#clock.now() + EVERY_MILLIS, () => void this.#look(health));
  }
}
