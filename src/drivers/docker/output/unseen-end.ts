import type { Container } from "dockerode";
import type { Engine } from "../engine/engine.ts";

const REQUEST_MILLIS = 15_000;
/** An engine keeps its newest 256 events. Where there are so many, older ones may have been there. */
const MANY_EVENTS = 250;

interface EngineEvent {
  readonly Action: string;
  readonly id?: string;
}

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
  const text = await engine.request(signal, REQUEST_MILLIS, async (abortSignal) => {
    const stream = await engine.docker.getEvents({ ...range, abortSignal } as object);
    let all = "";
    for await (const chunk of stream) all += chunk.toString();
    return all;
  });
  const events = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as EngineEvent]));
  const isTold = events.some(({ Action, id }) => id === Id && /^died?$/.test(Action));
  return isTold || events.length >= MANY_EVENTS ? null : endedAt;
}
