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
import { ProgressView } from "./types/progress.ts";

const PAGE = 500;
const COALESCED = "newer progress was there before this was read";

/** One way to look at the event log. A query and a subscription that share it give the same items. */
export interface View<T> {
  readonly filter: EventFilter;
  /** What an event is in this view; null when it is nothing. */
  item(recorded: Recorded, engine: Engine): T | null | Promise<T | null>;
}

export const events = (job: JobId | null, types: readonly string[] | null): View<EventView> => ({
  filter: { ...ofJob(job), ...(types && { types: knownTypes(types) }) },
  item: (recorded) => new EventView(recorded),
});

export const jobChanges = (job: JobId | null): View<JobChange> => ({
  filter: job === null ? { types: eventTypesOf("job") } : { job },
  item: (recorded) => {
    const event = new EventView(recorded);
    return { cursor: event.cursor, jobId: event.jobId as JobId, event };
  },
});

export const serverChanges: View<ServerChange> = {
  filter: { types: eventTypesOf("server") },
  item: (recorded) => {
    const event = new EventView(recorded);
    return { cursor: event.cursor, serverId: event.serverId as string, event };
  },
};

export const progress = (job: JobId): View<ProgressUpdate> => ({
  filter: { job, types: ["RunProgressed" satisfies EventType] },
  item: ({ seq, event }) => {
    if (event.type !== "RunProgressed") return null;
    const { attempt } = event;
    const update = { jobId: job, attempt, progress: new ProgressView(event.progress), gap: null };
    return { cursor: eventCursor(seq), ...update };
  },
});

/** Everything that happens to a job while it moves, from the request to the end of the move. */
export const migrationChanges = (job: JobId | null): View<MigrationChange> => ({
  filter: { ...ofJob(job), types: eventTypesOf("job").filter((type) => type !== "RunProgressed") },
  item: async (recorded, { queries }) => {
    const event = new EventView(recorded);
    const jobId = event.jobId as JobId;
    const migrations = (await queries.migrationsOf([jobId])).get(jobId) ?? [];
    const moving = migrations.findLast(
      ({ requestedAt, endedAt }) => requestedAt <= event.at && (endedAt === null || event.at <= endedAt),
    );
    return moving ? { cursor: event.cursor, migrationId: moving.id, jobId, event } : null;
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
    for (const recorded of found) {
      const item = items.length < first ? await view.item(recorded, engine) : null;
      if (item !== null) items.push(item);
    }
    const last = found.at(-1);
    if (!last) break;
    at = last.seq;
  }
  return items;
}

/** Items behind `after` as they come, one by one; ends when `job` (where there is one) is over and has told everything. */
export function follow<T>(view: View<T>, after: number, context: Context, job: JobId | null): AsyncIterable<T> {
  const { engine } = context;
  return closable(async function* (signal) {
    for await (const batch of following(engine, view.filter, after, signal, job))
      for (const recorded of batch) {
        const item = await view.item(recorded, engine);
        if (item === null) continue;
        context.renew();
        yield item;
      }
  });
}

/** The same for progress, of which only the newest counts: what a reader was too late for is told as a gap. */
export function followProgress(job: JobId, after: number, context: Context): AsyncIterable<ProgressUpdate> {
  const { engine } = context;
  const view = progress(job);
  return closable(async function* (signal) {
    let given = after;
    for await (const batch of following(engine, view.filter, after, signal, job)) {
      const newest = batch.at(-1) as Recorded;
      const missed = batch.at(-2);
      const gap = missed && { from: eventCursor(given), to: eventCursor(missed.seq), reason: COALESCED };
      const item = await view.item(newest, engine);
      if (item === null) continue;
      context.renew();
      yield { ...item, gap: gap ?? null };
      given = newest.seq;
    }
  });
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
