import { parentPort } from "node:worker_threads";
import { DomainError, type Fault } from "../../core/errors.ts";
import type { Forecast } from "../../core/forecast.ts";
import { forecastOf, type Question } from "./forecast.ts";

/** What the thread answers: a forecast, what the asker has to mend, or what went wrong here. */
export type Answer =
  | { readonly forecast: Forecast }
  | { readonly faults: readonly Fault[] }
  | { readonly problem: string };

/** Never throws: an answer goes to another thread. */
export function answerTo(question: Question): Answer {
  try {
    return { forecast: forecastOf(question) };
  } catch (error) {
    if (error instanceof DomainError) return { faults: error.faults };
    return { problem: (error as Error).stack ?? String(error) };
  }
}

/** The thread's program: questions come in, each is answered in its turn. */
const port = parentPort;
port?.on("message", (question: Question) => port.postMessage(answerTo(question)));
