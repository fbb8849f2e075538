import type { RunOrder } from "../core/command.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";

/** After a resize that went wrong. */
const AGAIN: Millis = 5_000;

/** How long a run may go on using the GPUs that it is to let go of; 0 where it lets go of none. */
export function handoverMillis({ on, leaving, spec }: RunOrder): Millis {
  const kept = new Set(on.flatMap(({ gpus }) => gpus));
  const letsGo = (leaving ?? []).some(({ gpus }) => gpus.some((gpu) => !kept.has(gpu)));
  return letsGo ? spec.checkpoint.graceSeconds * 1_000 : 0;
}

/** How the changes of one run's grant are answered: each order, told again too, once what it takes away is free. */
export class Resizing {
  readonly #clock: Clock;
  readonly #tell: (generation: number) => void;
  readonly #timers = new Set<Cancel>();
  #generation = 1; // the grant that it was started with
  #freeAt: Instant = 0;
  #isOver = false;

  constructor(clock: Clock, tell: (generation: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Not in force yet, as far as this life of the server knows. */
  isNews({ generation }: RunOrder): boolean {
    return generation > this.#generation;
  }

  /** The program can know of it from now on. */
  inForce(order: RunOrder): void {
    if (!this.isNews(order)) return;
    this.#generation = order.generation;
    this.#freeAt = this.#clock.now() + handoverMillis(order);
  }

  answer({ generation }: RunOrder): void {
    this.#at(this.#freeAt, () => this.#tell(generation));
  }

  /** After a while, unless the run is over by then. */
  tryAgain(task: () => void): void {
    this.#at(this.#clock.now() + AGAIN, task);
  }

  /** The run is over, or nobody wants to know any more. */
  end(): void {
    this.#isOver = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #at(when: Instant, task: () => void): void {
    if (this.#isOver) return;
    if (when <= this.#clock.now()) return task();
    const cancel = this.#clock.at(when, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
  }
}
