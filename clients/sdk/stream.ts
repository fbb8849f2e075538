import { pause, type Retry, waitBefore } from "./retry.ts";
import type { Socket } from "./socket.ts";
import type { TypedDocument } from "./typed-document.ts";

/** So many items wait for a slow reader; then the server is told to stop, and asked again when they are read. */
const MOST_WAITING = 200;

export interface StreamOptions<Item> {
  /** Where to begin: behind the item with this cursor. */
  readonly after: string | null;
  readonly cursorOf: (item: Item) => string;
  readonly retry: Retry;
  readonly signal?: AbortSignal | undefined;
}

type Resumable = { readonly after?: string | null };

/**
 * The items of a subscription, each once and in order, whatever happens to the connection: after a drop it is asked again from
 * behind the last item that came. Ends when the server completes it, or when the signal aborts.
 * @throws UnreachableError when there is no connection to begin with, or none comes back; AuthError, RequestError
 */
export async function* stream<Result, Variables extends Resumable, Item>(
  socket: Socket,
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  itemOf: (result: Result) => Item,
  { after, cursorOf, retry, signal }: StreamOptions<Item>,
): AsyncGenerator<Item, void, undefined> {
  const aborted = signal ?? new AbortController().signal;
  let cursor = after;
  for (let attempt = 0; !aborted.aborted; ) {
    const began = Date.now();
    const reading = new Reading(socket, document, { ...variables, after: cursor }, itemOf, cursorOf, aborted);
    try {
      for (let item = await reading.next(); item !== null; item = await reading.next()) {
        attempt = 0;
        cursor = cursorOf(item.value);
        yield item.value;
      }
    } finally {
      reading.end();
    }
    if (reading.isOver || aborted.aborted) return;
    if (reading.dropped === null) continue; // it was stopped for being too far ahead of its reader
    if (Date.now() - began > retry.maxMillis) attempt = 0;
    if (!socket.wasConnected || ++attempt > retry.attempts) throw reading.dropped;
    const waitMillis = waitBefore(attempt, retry);
    retry.onRetry?.({ attempt, waitMillis, reason: reading.dropped.message });
    await pause(waitMillis, aborted);
  }
}

/** One subscription of the socket, from its begin to a drop or its end. */
class Reading<Result, Variables extends Resumable, Item> {
  /** The server completed it. */
  isOver = false;
  dropped: Error | null = null;
  #failure: Error | null = null;
  #stopped = false;
  readonly #waiting: Item[] = [];
  #wake: () => void = () => {};
  readonly end: () => void;

  constructor(
    socket: Socket,
    document: TypedDocument<Result, Variables>,
    variables: Variables & Resumable,
    itemOf: (result: Result) => Item,
    cursorOf: (item: Item) => string,
    signal: AbortSignal,
  ) {
    const present: Variables & { after?: string | null } = variables;
    const stop = (): void => {
      this.#stopped = true;
      unsubscribe();
      this.#wake();
    };
    const unsubscribe = socket.subscribe<Result, Variables>(document, present, {
      next: (result) => {
        const item = itemOf(result);
        present.after = cursorOf(item);
        this.#waiting.push(item);
        if (this.#waiting.length >= MOST_WAITING) stop();
        this.#wake();
      },
      complete: () => {
        this.isOver = true;
        this.#wake();
      },
      fail: (error) => {
        this.#failure = error;
        this.#wake();
      },
      drop: (error) => {
        this.dropped = error;
        this.#wake();
      },
    });
    signal.addEventListener("abort", stop, { once: true });
    this.end = () => {
      signal.removeEventListener("abort", stop);
      unsubscribe();
    };
  }

  /** The next item; null when no more come. What had come before a drop is given first. */
  async next(): Promise<{ readonly value: Item } | null> {
    for (;;) {
      const [value] = this.#waiting.splice(0, 1);
      if (value !== undefined) return { value };
      if (this.#failure) throw this.#failure;
      if (this.isOver || this.dropped || this.#stopped) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
