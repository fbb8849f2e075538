import { type Bar, MultiBar } from "cli-progress";
import type { Failure, Outcome } from "./trial.ts";

/** Where there is no terminal, a line so seldom. */
const SELDOM_MILLIS = 10_000;
const FORMAT = "{bar} {percentage} % of {total} jobs, {through} of {trials} runs through, {eta_formatted} to go";

/** How far a comparison is, on stderr: one bar for all of it on a terminal, and a line for each run that is through. */
export class Progress {
  readonly #jobs: number;
  readonly #trials: number;
  readonly #isQuiet: boolean;
  readonly #bars: MultiBar | null;
  readonly #bar: Bar | null;
  readonly #ended = new Map<object, number>();
  #sum = 0;
  #through = 0;
  #toldAt = performance.now();

  /** @param jobs all that are to end, in so many trials */
  constructor(jobs: number, trials: number, isQuiet: boolean) {
    [this.#jobs, this.#trials, this.#isQuiet] = [jobs, trials, isQuiet];
    const stream = process.stderr;
    const hasBar = !isQuiet && stream.isTTY === true;
    const chars = { barCompleteChar: "█", barIncompleteChar: "░", barsize: 30 };
    const options = { ...chars, stream, format: FORMAT, clearOnComplete: true, hideCursor: true, gracefulExit: false };
    this.#bars = hasBar ? new MultiBar(options) : null;
    this.#bar = this.#bars?.create(jobs, 0, { through: 0, trials }) ?? null;
  }

  /** So many jobs of this trial have ended. */
  tell(trial: object, ended: number): void {
    this.#sum += ended - (this.#ended.get(trial) ?? 0);
    this.#ended.set(trial, ended);
    this.#bar?.update(this.#sum);
    if (this.#bar || performance.now() - this.#toldAt < SELDOM_MILLIS) return;
    const percentage = Math.floor((100 * this.#sum) / this.#jobs);
    this.#line(`${percentage} % of ${this.#jobs} jobs, ${this.#through} of ${this.#trials} runs through`);
  }

  done(trial: { readonly name: string }, done: Outcome | Failure): void {
    this.#through++;
    this.#bar?.update({ through: this.#through });
    if (!("results" in done)) return;
    this.tell(trial, done.results.length);
    for (const { at, message } of done.refusals) this.#line(`${trial.name}: at ${at / 1000} s: ${message}`);
    const took = `${done.seconds.toFixed(2)} s, at most ${done.peakMiB} MiB`;
    this.#line(`${trial.name}: ${done.events} events and ${done.rounds} rounds in ${took}`);
  }

  /** The bar goes. */
  stop(): void {
    this.#bars?.stop();
  }

  #line(text: string): void {
    this.#toldAt = performance.now();
    if (this.#isQuiet) return;
    if (this.#bars) this.#bars.log(`${text}\n`);
    else process.stderr.write(`${text}\n`);
  }
}
