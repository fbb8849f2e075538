import { DomainError, type Fault } from "../../core/errors.ts";

/** Where something stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const MOST_FAULTS = 10;

/** Collects what is wrong with a file, so that all of it is told at once. */
export class Faults {
  readonly #file: string;
  readonly #faults: Fault[] = [];
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add({ line, column }: Place, problem: string): void {
    this.#count++;
    if (this.#faults.length < MOST_FAULTS)
      this.#faults.push({ code: "INVALID_INPUT", message: `${this.#file}:${line}:${column}: ${problem}` });
  }

  /** Throws a DomainError when there was any. */
  tell(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#faults.length;
    const rest: Fault[] = more > 0 ? [{ code: "INVALID_INPUT", message: `${this.#file}: and ${more} more` }] : [];
    throw new DomainError([...this.#faults, ...rest]);
  }
}
