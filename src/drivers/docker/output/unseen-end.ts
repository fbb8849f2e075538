import type { Container } from "dockerode";
import type { Engine } from "../engine/engine.ts";
import { eventsBetween, isEnd } from "../engine/events.ts";

const REQUEST_MILLIS = 15_000;
/** An engine keeps its newest 256 events. Where there are so many, older ones may have been there. */
const MANY_EVENTS = 250;

/**
 * When the container ended, if its engine was away then; else null. What it had printed since the engine went is lost: nobody read
 * the pipe in which it lay, and which ended with it (measured with Docker 20.10, with and without live-restore). An engine that is
 * there tells of the end, and keeps what it has told until it ends itself.
 */
export async function unseenEnd(engine: Engine, container: Container, signal: AbortSignal): Promise<number | null> {
  const { State, Id } = await engine.ask({ signal }, (abortSignal) => container.inspect({ abortSignal }));
  const endedAt = Date.parse(State.FinishedAt);
  const now = Date.parse((await engine.info(signal)).SystemTime); // by its own clock
  const range = { since: Math.floor(endedAt / 1000) - 1, until: Math.floor(now / 1000) + 1 };
  const events = await engine.request(signal, REQUEST_MILLIS, (abortSignal) =>
    eventsBetween(engine.docker, { ...range, abortSignal }),
  );
  const isTold = events.some((event) => event.Actor.ID === Id && isEnd(event));
  return isTold || events.length >= MANY_EVENTS ? null : endedAt;
}
