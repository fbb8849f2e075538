import { beginning } from "../live/link.ts";

const PATIENCE_MILLIS = 2_000;

/** Resolves when the connection to the server is there anew, or after a while; at once when the signal aborts. */
export function connected(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const seen = beginning.peek();
    const done = (): void => {
      clearTimeout(timer);
      end();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, PATIENCE_MILLIS);
    let end = (): void => {};
    signal.addEventListener("abort", done);
    end = beginning.subscribe((count) => {
      if (count !== seen) queueMicrotask(done);
    });
    if (signal.aborted) done();
  });
}
