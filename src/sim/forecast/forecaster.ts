import { Worker } from "node:worker_threads";
import { DomainError, domainError, InvariantError } from "../../core/errors.ts";
import type { Forecast } from "../../core/forecast.ts";
import type { Question } from "./forecast.ts";
import { type Answer, answerTo } from "./worker.ts";

/** The compiled neighbour; none when the sources run as they are, as in tests: then this thread answers. */
const WORKER = import.meta.url.endsWith(".js") ? new URL("./worker.js", import.meta.url) : null;
/** More questions at once are refused: nobody would wait so long. */
const MOST_WAITING = 20;
const MOST_MEMORY_MIB = 1_024;

interface Waiting {
  readonly question: Question;
  done(answer: Answer): void;
}

/** Answers one question after the other in a thread of its own, which is started when it is first needed and again when it has died. */
export class Forecaster {
  readonly #queue: Waiting[] = [];
  #asked: Waiting | null = null;
  #worker: Worker | null = null;
  #isClosed = false;

  /** Rejects with a DomainError for what the asker has to mend, and when there are too many questions. */
  async ask(question: Question): Promise<Forecast> {
    if (this.#isClosed) throw domainError("UNREACHABLE", "the server is shutting down");
    if (this.#queue.length >= MOST_WAITING)
      throw domainError("UNREACHABLE", "too many forecasts are being made: try again in a moment");
    const answer = await new Promise<Answer>((done) => {
      this.#queue.push({ question, done });
      this.#next();
    });
    if ("forecast" in answer) return answer.forecast;
    if ("faults" in answer) throw new DomainError(answer.faults);
    throw new InvariantError(answer.problem);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const faults = [{ code: "UNREACHABLE", message: "the server is shutting down" }] as const;
    for (const { done } of this.#queue.splice(0)) done({ faults });
    this.#settle({ faults });
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#asked || this.#isClosed) return;
    this.#asked = this.#queue.shift() ?? null;
    if (!this.#asked) return;
    const { question } = this.#asked;
    if (WORKER) this.#thread(WORKER).postMessage(question);
    else setImmediate(() => this.#settle(answerTo(structuredClone(question))));
  }

  #thread(program: URL): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MIB } });
    worker.unref();
    worker.on("message", (answer: Answer) => this.#settle(answer));
    worker.on("error", (error) => {
      this.#worker = null;
      this.#settle({ problem: `the thread of forecasts has died: ${error.stack ?? String(error)}` });
    });
    this.#worker = worker;
    return worker;
  }

  #settle(answer: Answer): void {
    const asked = this.#asked;
    this.#asked = null;
    asked?.done(answer);
    this.#next();
  }
}
