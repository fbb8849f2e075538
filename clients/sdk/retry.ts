import { UnreachableError } from "./errors.ts";

/** How a stream tries again after a drop. */
export interface Retry {
  /** So many tries in a row without an item; then the stream ends with an `UnreachableError`. */
  readonly attempts: number;
  /** The wait before the first try; each is twice as long as the one before, by a random half less. */
  readonly firstMillis: number;
  /** No wait is longer. */
  readonly maxMillis: number;
  /** Told before each wait. */
  onRetry?(event: { readonly attempt: number; readonly waitMillis: number; readonly reason: string }): void;
}

/** About two minutes in all. */
export const defaultRetry: Retry = { attempts: 20, firstMillis: 100, maxMillis: 10_000 };

/** Doubles with each attempt (from 1), by a random half less, so that many clients do not come back at one time. */
export function waitBefore(attempt: number, { firstMillis, maxMillis }: Retry): number {
  const most = Math.min(maxMillis, firstMillis * 2 ** (attempt - 1));
  return most / 2 + Math.random() * (most / 2);
}

/** The answer to a question that may be asked again while the server is away. */
export async function retrying<T>(question: () => Promise<T>, retry: Retry, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof UnreachableError) || attempt > retry.attempts) throw error;
      const waitMillis = waitBefore(attempt, retry);
      retry.onRetry?.({ attempt, waitMillis, reason: error.message });
      await pause(waitMillis, signal);
    }
  }
}

/** Resolves after the time, or at once when the signal aborts. */
export function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
  });
}
