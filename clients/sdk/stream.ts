import { pause, type Retry, waitBefore } from "./retry.ts";
import type { Socket } from "./socket.ts";
import type { TypedDocument } from "./typed-document.ts";

/** So much waits for a slow reader; then the server is told to stop, and asked again when it is read. */
const MOST_WAITING = 200;
const MOST_CHARACTERS_WAITING = 1024 * 1024;

export interface StreamOptions<Item> {
  /** Where to begin: behind the item with this cursor. */
  readonly after: string | null;
  readonly cursorOf: (item: Item) => string;
  /** About how many characters an item holds, where that may be many. */
  readonly sizeOf?: (item: Item) => number;
  readonly retry: Retry;
  /** Has the server ever answered? Then a drop is likely to pass. */
  readonly wasReached: () => boolean;
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
  { after, cursorOf, sizeOf = () => 0, retry, wasReached, signal }: StreamOptions<Item>,
): AsyncGenerator<Item, void, undefined> {
  const aborted = signal ?? new AbortController().signal;
  let cursor = after;
  for (let attempt = 0; !aborted.aborted; ) {
    const began = Date.now();
    const from = { ...variables, after: cursor };
    const reading = new Reading(socket, document, from, itemOf, { cursorOf, sizeOf }, aborted);
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
    if (!wasReached() || ++attempt > retry.attempts) throw reading.dropped;
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
  #charactersWaiting = 0;
  readonly #sizeOf: (item: Item) => number;
  #wake: () => void = () => {};
  readonly end: () => void;

  constructor(
    socket: Socket,
    document: TypedDocument<Result, Variables>,
    variables: Variables & Resumable,
    itemOf: (result: Result) => Item,
    { cursorOf, sizeOf }: Required<Pick<StreamOptions<Item>, "cursorOf" | "sizeOf">>,
    signal: AbortSignal,
  ) {
    this.#sizeOf = sizeOf;
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
        this.#charactersWaiting += sizeOf(item);
        if (this.#waiting.length >= MOST_WAITING || this.#charactersWaiting >= MOST_CHARACTERS_WAITING) stop();
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
    const abort = (): void => {
      this.#waiting.length = 0;
      stop();
    };
    signal.addEventListener("abort", abort, { once: true });
    this.end = () => {
      signal.removeEventListener("abort", abort);
      unsubscribe();
    };
  }

  /** The next item; null when no more come. What had come before a drop is given first. */
  async next(): Promise<{ readonly value: Item } | null> {
    for (;;) {
      const [value] = this.#waiting.splice(0, 1);
      if (value !== undefined) {
        this.#charactersWaiting -= this.#sizeOf(value);
        return { value };
      }
      if (this.#failure) throw this.#failure;
      if (this.isOver || this.dropped || this.#stopped) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
