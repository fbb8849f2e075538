import type { ContainerInspectInfo } from "dockerode";
import type { Engine } from "../engine/engine.ts";
import { signalName } from "./outcome.ts";

const REQUEST_MILLIS = 5_000;
/** With these an engine is asked to end a container: `docker stop`, `docker kill`. */
const ENDING: ReadonlySet<number> = new Set([2, 3, 9, 15]);

/** What an engine remembers of a container's end. It keeps the last few hundred events of all, and forgets them when it ends. */
export interface Remembered {
  /** It knows of the start: so it has not ended since. */
  readonly start: boolean;
  /** The signal with which somebody had it end the container; null when it knows of nobody. */
  readonly askedBy: string | null;
}

/** Whose hand it was that ended the container. Null when the engine cannot be asked. */
export async function remembered(
  engine: Engine,
  { Id, State }: ContainerInspectInfo,
  signal: AbortSignal,
): Promise<Remembered | null> {
  try {
    const text = await engine.request(signal, REQUEST_MILLIS, async (abortSignal) => {
      const filters = { type: ["container"], container: [Id], event: ["start", "kill"] };
      const range = { since: secondsOf(State.StartedAt, -1), until: secondsOf(State.FinishedAt) };
      // Its own clock, and all of it past: so it answers at once.
      const options = { ...range, filters: JSON.stringify(filters), abortSignal };
      const events = await (engine.docker.getEvents as (options: object) => Promise<NodeJS.ReadableStream>).call(
        engine.docker,
        options,
      );
      let all = "";
      for await (const chunk of events) all += chunk;
      return all;
    });
    const events = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ContainerEvent);
    const asked = events.map(({ Actor }) => Number(Actor.Attributes.signal)).findLast((number) => ENDING.has(number));
    return {
      start: events.some(({ Action }) => Action === "start"),
      askedBy: asked === undefined ? null : signalName(asked),
    };
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

interface ContainerEvent {
  readonly Action: string;
  readonly Actor: { readonly Attributes: { readonly signal?: string } };
}

/** `2026-11-26T01:27:48.814436998Z` as `1795656468.814436998`. */
function secondsOf(time: string, shift = 0): string {
  const nanos = /\.(\d+)/.exec(time)?.[1] ?? "";
  return `${Math.floor(Date.parse(time) / 1000) + shift}.${nanos.slice(0, 9).padEnd(9, "0")}`;
}
