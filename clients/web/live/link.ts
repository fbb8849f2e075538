import { signal } from "@preact/signals";
import { AuthError, type Event } from "../../sdk/index.ts";
import { api, hasToken, tokenWanted } from "./client.ts";

/** How it is with the connection to the server. */
export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** It was there and is lost, or was never there. */
  | { readonly state: "reconnecting" | "unreachable"; readonly reason: string }
  | { readonly state: "token" };

const FIRST_PAUSE_MILLIS = 300;
const LONGEST_PAUSE_MILLIS = 5_000;

export const link = signal<Link>({ state: "connecting" });

/** Counts the times at which everything shown has to be looked up anew: each beginning of a connection. */
export const beginning = signal(0);

type Listener = (event: Event) => void;
const listeners = new Set<Listener>();

/** Hears every event of the cluster from now on. @returns ends it */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A request was refused for want of a token: everything waits until there is one. */
export function refused(error: AuthError): void {
  tokenWanted.value = { problem: hasToken() ? error.message : null };
  link.value = { state: "token" };
}

/** Follows the log of events for ever, through lost connections and new tokens. One stream serves all that is shown. */
export async function stayLinked(): Promise<never> {
  let wasLive = false;
  let pauseMillis = FIRST_PAUSE_MILLIS;
  for (;;) {
    try {
      const { eventCursor } = await api().cluster(); // first: what is read after it may be newer, never older
      link.value = { state: "live" };
      beginning.value++;
      [wasLive, pauseMillis] = [true, FIRST_PAUSE_MILLIS];
      for await (const event of api().followEvents({ after: eventCursor }))
        for (const listener of [...listeners]) listener(event);
    } catch (error) {
      if (error instanceof AuthError) refused(error);
      else link.value = { state: wasLive ? "reconnecting" : "unreachable", reason: messageOf(error) };
    }
    if (tokenWanted.value) await until((go) => tokenWanted.subscribe((wanted) => wanted ?? go()));
    else await until((go) => wakeUp(pauseMillis, go));
    pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE_MILLIS);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Resolves when `begin` says so, and ends what it has begun. */
function until(begin: (go: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    let end = (): void => {};
    let isOver = false;
    end = begin(() => {
      isOver = true;
      end();
      resolve();
    });
    if (isOver) end();
  });
}

/** After the time, or when the machine is online again or somebody looks. */
function wakeUp(millis: number, go: () => void): () => void {
  const timer = setTimeout(go, millis);
  addEventListener("online", go);
  document.addEventListener("visibilitychange", go);
  return () => {
    clearTimeout(timer);
    removeEventListener("online", go);
    document.removeEventListener("visibilitychange", go);
  };
}
