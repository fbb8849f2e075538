/** On a terminal, a line that is written over; at the end what it took, on stderr. */
export class Progress {
  readonly #name: string;
  readonly #jobs: number;
  readonly #quiet: boolean;

  constructor(name: string, jobs: number, quiet: boolean) {
    this.#name = name;
    this.#jobs = jobs;
    this.#quiet = quiet;
  }

  tell(ended: number): void {
    if (this.#quiet || !process.stderr.isTTY) return;
    process.stderr.write(`\r${this.#name}: ${ended} of ${this.#jobs} jobs`);
  }
  end(text: string): void {
    if (this.#quiet) return;
    process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${this.#name}: ${text}\n`);
  }
}
