/** How a stream tries again after a drop. */
export interface Retry {
  /** So many tries in a row without an item; then the stream ends with an `UnreachableError`. */
  readonly attempts: number;
  readonly firstMillis: number;
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

/** Resolves after the time, or at once when the signal aborts. */
export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}
