import type { EventType } from "../core/event.ts";
import type { JobId } from "../core/job.ts";
import type { Engine } from "../engine/engine.ts";
import type { EventFilter, Recorded } from "../store/event-log.ts";
import type { Context } from "./context.ts";
import { numberOf } from "./cursor.ts";
import { badInput } from "./errors.ts";
import { closable } from "./stream.ts";
import {
  EventView,
  eventCursor,
  eventTypes,
  eventTypesOf,
  type JobChange,
  type MigrationChange,
  type ProgressUpdate,
  type ServerChange,
} from "./types/event.ts";
import type { Gap } from "./types/logs.ts";
import { ProgressView } from "./types/progress.ts";

const PAGE = 500;
const THINNED = "progress older than an hour is kept once a minute";
const COALESCED = "newer progress was there before this was read";

/** One way to look at the event log. A query and a subscription that share it give the same items. */
export interface View<T> {
  readonly filter: EventFilter;
  /** What the events are in this view, one behind the other; what is nothing in it is left out. */
  items(recorded: readonly Recorded[], engine: Engine): readonly T[] | Promise<readonly T[]>;
}

export const events = (job: JobId | null, types: readonly string[] | null): View<EventView> => ({
  filter: { ...ofJob(job), ...(types && { types: knownTypes(types) }) },
  items: (recorded) => recorded.map((each) => new EventView(each)),
});

export const jobChanges = (job: JobId | null): View<JobChange> => ({
  filter: job === null ? { types: eventTypesOf("job") } : { job },
  items: (recorded) =>
    recorded.map((each) => {
      const event = new EventView(each);
      return { cursor: event.cursor, jobId: event.jobId as JobId, event };
    }),
});

export const serverChanges: View<ServerChange> = {
  filter: { types: eventTypesOf("server") },
  items: (recorded) =>
    recorded.map((each) => {
      const event = new EventView(each);
      return { cursor: event.cursor, serverId: event.serverId as string, event };
    }),
};

const progress = (job: JobId): View<ProgressUpdate & { readonly seq: number }> => ({
  filter: { job, types: ["RunProgressed" satisfies EventType] },
  items: (recorded) =>
    recorded.flatMap(({ seq, event }) => {
      if (event.type !== "RunProgressed") return [];
      const { attempt } = event;
      return [
        { seq, cursor: eventCursor(seq), jobId: job, attempt, progress: new ProgressView(event.progress), gap: null },
      ];
    }),
});

/** Everything that happens to a job while it moves, from the request to the end of the move. */
export const migrationChanges = (job: JobId | null): View<MigrationChange> => ({
  filter: { ...ofJob(job), types: eventTypesOf("job").filter((type) => type !== "RunProgressed") },
  items: async (recorded, { queries }) => {
    const changes = recorded.map((each) => new EventView(each));
    const migrations = await queries.migrationsOf([...new Set(changes.map(({ jobId }) => jobId as JobId))]);
    return changes.flatMap((event) => {
      const jobId = event.jobId as JobId;
      const moving = (migrations.get(jobId) ?? []).findLast(
        ({ requestedAt, endedAt }) => requestedAt <= event.at && (endedAt === null || event.at <= endedAt),
      );
      return moving ? [{ cursor: event.cursor, migrationId: moving.id, jobId, event }] : [];
    });
  },
});

const ofJob = (job: JobId | null): EventFilter => (job === null ? {} : { job });

function knownTypes(types: readonly string[]): readonly string[] {
  const unknown = types.find((type) => !(eventTypes as readonly string[]).includes(type));
  if (unknown === undefined) return types;
  throw badInput(
    "types",
    `there is no event ${JSON.stringify(unknown.slice(0, 80))}; there are: ${eventTypes.join(", ")}`,
  );
}

/** The place behind which to begin; `otherwise` without a cursor. */
export function eventPlace(cursor: string | null | undefined, engine: Engine, otherwise: number): number {
  if (cursor === null || cursor === undefined) return otherwise;
  const seq = numberOf("event", cursor);
  if (seq <= engine.feed.head) return seq;
  throw badInput("after", "it is a place that the log has not come to: is it a cursor of another cluster?");
}

/** Up to `first` items behind `after`, oldest first. */
export async function list<T>(view: View<T>, after: number, first: number, engine: Engine): Promise<T[]> {
  const items: T[] = [];
  for (let at = after; items.length < first; ) {
    const found = await engine.feed.read(at, PAGE, view.filter);
    const last = found.at(-1);
    if (!last) break;
    items.push(...(await view.items(found, engine)));
    at = last.seq;
  }
  return items.slice(0, first);
}

/** Items behind `after` as they come, one by one; ends when `job` (where there is one) is over and has told everything. */
export function follow<T>(view: View<T>, after: number, context: Context, job: JobId | null): AsyncIterable<T> {
  const { engine } = context;
  return closable(async function* (signal) {
    for await (const batch of following(engine, view.filter, after, signal, job))
      for (const item of await view.items(batch, engine)) {
        context.renew();
        yield item;
      }
  });
}

/** Progress behind `after`, oldest first; where old progress was thinned out, the next item says so. */
export async function listProgress(
  job: JobId,
  after: number,
  first: number,
  engine: Engine,
): Promise<ProgressUpdate[]> {
  let given = after;
  return (await list(progress(job), after, first, engine)).map((update) => {
    const gap = thinned(given, update.seq, engine);
    given = update.seq;
    return { ...update, gap };
  });
}

/** Progress as it comes, of which only the newest counts: what a reader was too late for is told as a gap. */
export function followProgress(job: JobId, after: number, context: Context): AsyncIterable<ProgressUpdate> {
  const { engine } = context;
  const view = progress(job);
  return closable(async function* (signal) {
    let given = after;
    for await (const batch of following(engine, view.filter, after, signal, job)) {
      const newest = (await view.items(batch, engine)).at(-1);
      if (!newest) continue;
      const missed = batch.at(-2);
      const late = missed && { from: eventCursor(given), to: eventCursor(missed.seq), reason: COALESCED };
      context.renew();
      yield { ...newest, gap: late ?? thinned(given, newest.seq, engine) };
      given = newest.seq;
    }
  });
}

/** What retention may have taken from between two places; from the very beginning on it takes nothing before the first item. */
function thinned(from: number, to: number, { progressThinnedTo }: Engine): Gap | null {
  if (from === 0 || from >= progressThinnedTo || to <= from + 1) return null;
  return { from: eventCursor(from), to: eventCursor(Math.min(progressThinnedTo, to - 1)), reason: THINNED };
}

async function* following(
  engine: Engine,
  filter: EventFilter,
  after: number,
  signal: AbortSignal,
  job: JobId | null,
): AsyncGenerator<readonly Recorded[]> {
  const isOver = job === null ? () => false : () => engine.hasEnded(job);
  const unlisten = job === null ? () => {} : engine.logs.listen(job, () => engine.feed.wake()); // its output may end last
  try {
    yield* engine.feed.follow(after, filter, signal, isOver);
  } finally {
    unlisten();
  }
}
