import { Worker } from "node:worker_threads";
import { type Failure, type Outcome, runTrial, type Trial } from "./trial.ts";
import type { Word } from "./worker.ts";

export interface CrewOptions {
  /** At most so many trials at once, each in a thread of its own; 1: one after the other in this one. */
  readonly threads: number;
  /** Not even a single one in this thread, which has other things to do. */
  readonly isApart?: boolean;
  readonly signal: AbortSignal;
  /** So many jobs of that trial have ended. */
  onProgress(trial: Trial, ended: number): void;
  onDone(trial: Trial, done: Outcome | Failure): void;
}

/** The compiled neighbour; none when the sources run as they are, as in tests. */
const WORKER = import.meta.url.endsWith(".js") ? new URL("./worker.js", import.meta.url) : null;

/** What came of each trial, in their order, whichever ended first. Null when the signal came before: then nothing runs any more. */
export async function runTrials(
  trials: readonly Trial[],
  options: CrewOptions,
): Promise<readonly (Outcome | Failure)[] | null> {
  const { signal } = options;
  const done: (Outcome | Failure)[] = [];
  const threads = WORKER ? Math.min(options.threads, trials.length) : 1;
  let next = 0;
  const work = async (hand: Hand): Promise<void> => {
    for (let i = next++; i < trials.length; i = next++) {
      const trial = trials[i] as Trial;
      const outcome = await hand.run(trial, (ended) => options.onProgress(trial, ended), signal);
      if (!outcome || signal.aborted) return;
      done[i] = outcome;
      options.onDone(trial, outcome);
    }
  };
  const isHere = !WORKER || (threads === 1 && !options.isApart);
  const hands = Array.from({ length: threads }, (): Hand => (isHere ? THIS_THREAD : new Thread(WORKER)));
  try {
    await Promise.all(hands.map(work));
  } finally {
    await Promise.all(hands.map((hand) => hand.close()));
  }
  return signal.aborted ? null : done;
}

/** Runs one trial at a time. */
interface Hand {
  run(trial: Trial, tell: (ended: number) => void, signal: AbortSignal): Promise<Outcome | Failure | null>;
  close(): Promise<unknown>;
}

const THIS_THREAD: Hand = { run: runTrial, close: () => Promise.resolve() };

/** A thread that is started when it is first needed, and again when it has died. */
class Thread implements Hand {
  readonly #program: URL;
  #worker: Worker | null = null;

  constructor(program: URL) {
    this.#program = program;
  }

  run(trial: Trial, tell: (ended: number) => void, signal: AbortSignal): Promise<Outcome | Failure | null> {
    this.#worker ??= new Worker(this.#program);
    const worker = this.#worker;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome | Failure | null): void => {
        worker.off("message", hear).off("error", die);
        signal.removeEventListener("abort", stop);
        resolve(outcome);
      };
      const hear = (word: Word): void => ("done" in word ? settle(word.done) : tell(word.ended));
      const stop = (): void => settle(null);
      const die = (error: Error): void => {
        this.#worker = null;
        settle({ faults: [deathOf(error)] });
      };
      worker.on("message", hear).on("error", die);
      signal.addEventListener("abort", stop);
      worker.postMessage(trial);
    });
  }

  close(): Promise<unknown> {
    return this.#worker?.terminate() ?? Promise.resolve();
  }
}

const deathOf = (error: Error & { code?: string }): string =>
  error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? "it needs more memory than a thread may have; NODE_OPTIONS=--max-old-space-size=MIB gives it more"
    : (error.stack ?? String(error));
