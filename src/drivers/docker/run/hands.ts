import type { ContainerInspectInfo } from "dockerode";
import type { Engine } from "../engine/engine.ts";
import { statusOf } from "../engine/engine.ts";
import { type EngineEvent, eventsBetween, isEnd } from "../engine/events.ts";
import { signalName } from "./outcome.ts";

const REQUEST_MILLIS = 5_000;
/** An engine tells of an end so soon after it. */
const TOLD_WITHIN_MILLIS = 2_000;
/** With these an engine is asked to end a container: `docker stop`, `docker kill`. */
const ENDING: ReadonlySet<number> = new Set([2, 3, 9, 15]);
const TAKES_NOBODY: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOENT"]);

/** What an engine remembers of a container's end. It keeps the last few hundred events of all, and forgets them when it ends. */
export interface Remembered {
  /** It knows of the start: so it has not ended since. */
  readonly start: boolean;
  /** It knows of the end, or of something before it: so it was there when the container ended. */
  readonly end: boolean;
  /** The signal with which somebody had it end the container; null when it knows of nobody. */
  readonly askedBy: string | null;
}

/**
 * Whose hand it was that ended the container. An engine that ends in good order stops its containers as a hand would, and answers
 * meanwhile where it is connected already; but it takes no new connection, and its next life knows nothing (measured with Docker
 * 20.10). So it is asked over a new one. Null when it cannot tell.
 */
export async function remembered(
  engine: Engine,
  info: ContainerInspectInfo,
  signal: AbortSignal,
): Promise<Remembered | null> {
  const anew = engine.anew();
  try {
    return await anew.ask({ signal, deadlineMillis: REQUEST_MILLIS }, async (abortSignal) => {
      const events = await orNone(eventsOf(anew, info, abortSignal));
      // A busy engine tells of an end seconds after it.
      const end = events.some(isEnd) || (await orNone(oneBeforeEnd(anew, info, abortSignal))).length > 0;
      const asked = events.map(({ Actor }) => Number(Actor.Attributes.signal)).findLast((number) => ENDING.has(number));
      return {
        start: events.some(({ Action }) => Action === "start"),
        end,
        askedBy: asked === undefined ? null : signalName(asked),
      };
    });
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return null;
  } finally {
    anew.close();
  }
}

/** All of the container from its start to its end. */
function eventsOf({ docker }: Engine, { Id, State }: ContainerInspectInfo, abortSignal: AbortSignal) {
  const filters = JSON.stringify({ type: ["container"], container: [Id] });
  const range = { since: secondsOf(State.StartedAt, -1_000), until: secondsOf(State.FinishedAt, TOLD_WITHIN_MILLIS) };
  return eventsBetween(docker, { ...range, filters, abortSignal }, isEnd);
}

/** Something that it knows of from before the container's end. */
function oneBeforeEnd({ docker }: Engine, { State }: ContainerInspectInfo, abortSignal: AbortSignal) {
  return eventsBetween(docker, { since: 1, until: secondsOf(State.FinishedAt), abortSignal }, () => true);
}

/** None, too, of an engine that takes no connection. */
async function orNone(events: Promise<readonly EngineEvent[]>): Promise<readonly EngineEvent[]> {
  try {
    return await events;
  } catch (error) {
    if (TAKES_NOBODY.has((error as { code?: string }).code)) return [];
    throw error;
  }
}

/** `2026-11-26T01:27:48.814436998Z` as `1795656468.814436998`. */
function secondsOf(time: string, shiftMillis = 0): string {
  const nanos = /\.(\d+)/.exec(time)?.[1] ?? "";
  return `${Math.floor(Date.parse(time) / 1000) + shiftMillis / 1000}.${nanos.slice(0, 9).padEnd(9, "0")}`;
}
