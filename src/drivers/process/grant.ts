import type { RunOrder } from "../../core/command.ts";
import type { Clock } from "../../core/time.ts";
import { Resizing } from "../resizing.ts";
import type { RunFolder } from "./run-folder.ts";

/** The grant of one run that is under way, as it changes: what is told of it, and what its supervisor has made of that. */
export class RunGrant {
  readonly #folder: RunFolder;
  readonly #resizing: Resizing;
  /** The last generation that this life of the server has told. */
  #told = 1;
  #unanswered: readonly RunOrder[] = [];

  /** @param tell of a generation whose grant is in force */
  constructor(clock: Clock, folder: RunFolder, tell: (generation: number) => void) {
    this.#folder = folder;
    this.#resizing = new Resizing(clock, tell);
  }

  /** Takes an order that `look` will answer. @param pass hands it on to the supervisor, if it is news there */
  async take(order: RunOrder, pass: () => Promise<void>): Promise<void> {
    if (order.generation > Math.max(this.#told, await this.#granted())) {
      await pass();
      this.#told = order.generation;
    }
    this.#unanswered = [...this.#unanswered, order];
  }

  tryAgain(task: () => void): void {
    this.#resizing.tryAgain(task);
  }

  /** Answers the orders that the supervisor has carried out. */
  async look(): Promise<void> {
    if (this.#unanswered.length === 0) return;
    const granted = await this.#granted();
    const due = this.#unanswered.filter(({ generation }) => generation <= granted);
    this.#unanswered = this.#unanswered.filter((order) => !due.includes(order));
    for (const order of due) {
      this.#resizing.inForce(order);
      this.#resizing.answer(order);
    }
  }

  /** Answers nothing more. */
  end(): void {
    this.#resizing.end();
  }

  async #granted(): Promise<number> {
    return (await this.#folder.read("granted.json"))?.generation ?? 1;
  }
}
