import { Worker } from "node:worker_threads";
import { domainError } from "../core/errors.ts";
import { type Scan, type ScanOrder, scan } from "./log-scan.ts";

/** So long one search goes on before it tells how far it has come. */
const SEARCH_MILLIS = 1_000;
/** Behind that, a line is being held against a pattern that will take for ever. */
const HANGING_MILLIS = 4_000;
const AT_ONCE = 2;

/** The compiled neighbour; none when the sources run as they are, as in tests: they search in their own thread. */
const WORKER = import.meta.url.endsWith(".js") ? new URL("./log-scan-worker.js", import.meta.url) : null;

/** Searches in logs, each in a thread of its own, so that neither a long log nor a bad pattern holds up the server. */
export class LogSearch {
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  /** Throws a DomainError when the pattern cannot be matched in reasonable time. */
  async run(order: Omit<ScanOrder, "forMillis">): Promise<Scan> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await (WORKER ? inThread(WORKER, order) : scan({ ...order, forMillis: SEARCH_MILLIS }));
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

function inThread(program: URL, order: Omit<ScanOrder, "forMillis">): Promise<Scan> {
  const worker = new Worker(program, { workerData: { ...order, forMillis: SEARCH_MILLIS } satisfies ScanOrder });
  return new Promise<Scan>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        domainError(
          "INVALID_INPUT",
          "the pattern takes too long on a line of this log: write it without repetitions inside repetitions",
          ["filter", "pattern"],
        ),
      );
      void worker.terminate();
    }, SEARCH_MILLIS + HANGING_MILLIS);
    worker.once("message", (found: Scan) => resolve(found));
    worker.once("error", reject);
    worker.once("exit", () => {
      clearTimeout(timer);
      reject(new Error("the thread that searches in logs has ended"));
    });
  });
}
