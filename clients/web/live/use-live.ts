import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { AuthError, type Event, UnreachableError } from "../../sdk/index.ts";
import { beginning, messageOf, onEvent, refused } from "./link.ts";

/** What is known of something that lives on the server. */
export interface Live<T> {
  /** The newest answer; null before the first. It stays while a newer one is on its way, and through lost connections. */
  readonly data: T | null;
  /** Why there is no newer one; null when there is nothing to say. */
  readonly problem: string | null;
  /** Is this the answer to another question than the one asked now? */
  readonly isStale: boolean;
  /** Asks again at once. */
  reload(): void;
}

export interface LiveOptions {
  /** Does the answer change with this event? Each does, unless told otherwise. */
  affects?(event: Event): boolean;
  /** So long between two questions at least, however much happens. */
  readonly everyMillis?: number;
}

const EVERY_MILLIS = 500;

/**
 * Asks the server, and asks again whenever an event says that the answer may have changed, when the connection is back, and when
 * `key` changes. One question at a time, at most so many a second, none while nobody looks.
 * @param key tells questions apart: the URL's parameters, an id
 */
export function useLive<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  { affects = () => true, everyMillis = EVERY_MILLIS }: LiveOptions = {},
): Live<T> {
  const [state, setState] = useState<{ key: string; data: T | null; problem: string | null }>({
    key,
    data: null,
    problem: null,
  });
  const present = useRef({ ask, affects });
  present.current = { ask, affects };
  const wake = useRef<() => void>(() => {});

  useEffect(() => {
    const ended = new AbortController();
    let isDue = true;
    let isAsking = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lastAt = -Infinity;

    async function askNow(): Promise<void> {
      isDue = false;
      isAsking = true;
      lastAt = performance.now();
      try {
        const data = await present.current.ask(ended.signal);
        if (!ended.signal.aborted) setState({ key, data, problem: null });
      } catch (error) {
        if (ended.signal.aborted) return;
        if (error instanceof AuthError) refused(error);
        // The link tells of a server that is away; what was known stays on the screen.
        else if (!(error instanceof UnreachableError))
          setState((before) => ({ key, data: before.key === key ? before.data : null, problem: messageOf(error) }));
      } finally {
        isAsking = false;
        plan();
      }
    }
    function plan(): void {
      const isIdle = isDue && !isAsking && timer === undefined && !ended.signal.aborted;
      if (!isIdle || document.hidden || beginning.peek() === 0) return;
      const wait = Math.max(0, lastAt + everyMillis - performance.now());
      timer = setTimeout(() => {
        timer = undefined;
        void askNow();
      }, wait);
    }
    const due = (): void => {
      isDue = true;
      plan();
    };
    wake.current = () => {
      lastAt = -Infinity;
      clearTimeout(timer);
      timer = undefined;
      due();
    };
    const endings = [
      onEvent((event) => {
        if (present.current.affects(event)) due();
      }),
      beginning.subscribe((count) => {
        if (count > 0) due();
      }),
    ];
    document.addEventListener("visibilitychange", plan);
    plan();
    return () => {
      ended.abort();
      clearTimeout(timer);
      for (const end of endings) end();
      document.removeEventListener("visibilitychange", plan);
    };
  }, [key, everyMillis]);

  const reload = useCallback(() => wake.current(), []);
  return { data: state.data, problem: state.problem, isStale: state.key !== key, reload };
}
