import type { SqlEntityManager } from "@mikro-orm/sqlite";
import type { Changes } from "../core/changes.ts";
import type { Event } from "../core/event.ts";
import type { Job } from "../core/job.ts";
import { isOver, jobNumber } from "../core/job.ts";
import type { Migration } from "../core/migration.ts";
import type { PolicySetting } from "../core/policy.ts";
import type { Run } from "../core/run.ts";
import type { Server } from "../core/server.ts";
import { leadServer } from "../core/server.ts";
import type { Instant } from "../core/time.ts";
import {
  EventRow,
  ForecastRow,
  GpuRow,
  JobRow,
  LessonRow,
  MigrationRow,
  RunRow,
  SecretRow,
  ServerRow,
  SettingRow,
  TenureRow,
  TurnRow,
  UsageRow,
} from "./rows.ts";
import type { Store } from "./store.ts";
import { recordTenures } from "./tenures.ts";

/** An event and its place in the log. */
export interface Recorded {
  readonly seq: number;
  readonly event: Event;
}

/** A round as it was held, beside its events. */
export interface HeldRound {
  readonly at: Instant;
  /** So many of the last events it decided. */
  readonly decided: number;
  readonly cuts: TurnRow["cuts"];
}

/** All that one turn of the engine leaves behind: written whole or not at all. */
export interface Batch {
  readonly events: readonly Recorded[];
  readonly changes: Changes;
  /** Secrets of jobs submitted in this turn. */
  readonly secrets: readonly SecretRow[];
  /** The round that decided the last of the events; null (or not given) when none was held. */
  readonly round?: HeldRound | null;
}

/** Appends the events and updates the rows in one transaction. */
export async function record(store: Store, batch: Batch): Promise<void> {
  await store.fork().transactional(async (em) => {
    const { changes, events } = batch;
    await insert(em, EventRow, events.map(toEventRow));
    const last = events.at(-1);
    if (last && batch.round) await insert(em, TurnRow, [{ seq: last.seq, ...batch.round, boot: null }]);
    const keys = new Map<string, string | null>();
    for (const { event } of events) if (event.type === "JobSubmitted") keys.set(event.job, event.key);
    await upsert(
      em,
      JobRow,
      changes.jobs.map((job) => toJobRow(job, keys.get(job.id) ?? null)),
      ["number", "submitKey"],
    );
    await upsert(em, RunRow, changes.runs.map(toRunRow));
    await upsert(em, MigrationRow, changes.migrations.map(toMigrationRow));
    await insert(em, TenureRow, await recordTenures(em, changes.tenures));
    await insert(em, SecretRow, [...batch.secrets]);
    await upsert(em, LessonRow, [...changes.lessons]);
    await upsert(
      em,
      UsageRow,
      changes.usage.map(({ user, hours }) => ({ user, body: hours })),
    );
    for (const job of changes.deletedJobs) {
      for (const table of [RunRow, MigrationRow, SecretRow, ForecastRow])
        await em.nativeDelete(table as typeof RunRow, { job });
      await em.nativeDelete(JobRow, { id: job });
    }
    for (const server of changes.servers) await writeServer(em, server);
    for (const id of changes.removedServers) {
      await em.nativeDelete(ServerRow, { id });
      await em.nativeDelete(GpuRow, { server: id });
    }
    const lastJob = events.findLast(({ event }) => event.type === "JobSubmitted")?.event;
    if (lastJob?.type === "JobSubmitted")
      await upsert(em, SettingRow, [{ key: "lastJob", value: jobNumber(lastJob.job) }]);
    const policy = events.findLast(({ event }) => event.type === "PolicyChanged")?.event;
    if (policy?.type === "PolicyChanged") {
      const value: PolicySetting = { policy: policy.policy, options: policy.options, placement: policy.placement };
      await upsert(em, SettingRow, [{ key: "policy", value }]);
    }
  });
}

export interface EventFilter {
  readonly job?: string;
  readonly types?: readonly string[];
}

/** Events behind `after`, oldest first. */
export async function readEvents(
  store: Store,
  after: number,
  limit: number,
  filter: EventFilter = {},
): Promise<Recorded[]> {
  const rows = await store.fork().find(
    EventRow,
    {
      seq: { $gt: after },
      ...(filter.job !== undefined && { job: filter.job }),
      ...(filter.types && { type: { $in: [...filter.types] } }),
    },
    { orderBy: { seq: "asc" }, limit, disableIdentityMap: true },
  );
  return rows.map(fromEventRow);
}

/** The last events of one job of these types, oldest first. */
export async function readLastEvents(
  store: Store,
  { job, types }: Required<EventFilter>,
  most: number,
): Promise<Recorded[]> {
  const rows = await store
    .fork()
    .find(
      EventRow,
      { job, type: { $in: [...types] } },
      { orderBy: { seq: "desc" }, limit: most, disableIdentityMap: true },
    );
  return rows.reverse().map(fromEventRow);
}

export async function lastSeq(store: Store): Promise<number> {
  const [row] = await store.fork().find(EventRow, {}, { orderBy: { seq: "desc" }, limit: 1, disableIdentityMap: true });
  return row?.seq ?? 0;
}

const SQL_VARIABLES = 900; // SQLite's oldest limit is 999 a statement

type Table<T extends object> = { new (): T } | import("@mikro-orm/core").EntitySchema<T>;

async function insert<T extends object>(em: SqlEntityManager, table: Table<T>, rows: T[]): Promise<void> {
  for (const part of parts(rows))
    await em.insertMany(table as import("@mikro-orm/core").EntitySchema<T>, part as never);
}

/** Inserts, or overwrites by primary key; `fixed` columns keep what they had. */
async function upsert<T extends object>(
  em: SqlEntityManager,
  table: Table<T>,
  rows: T[],
  fixed: readonly (keyof T & string)[] = [],
): Promise<void> {
  for (const part of parts(rows))
    await em.upsertMany(table as import("@mikro-orm/core").EntitySchema<T>, part as never, {
      ...(fixed.length > 0 && { onConflictExcludeFields: fixed as never }),
      disableIdentityMap: true,
    });
}

function parts<T extends object>(rows: T[]): T[][] {
  const [first] = rows;
  if (!first) return [];
  const size = Math.floor(SQL_VARIABLES / Object.keys(first).length);
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}

async function writeServer(em: SqlEntityManager, server: Server): Promise<void> {
  const { gpus, ...body } = server;
  const known = await em.findOne(ServerRow, { id: server.id }, { disableIdentityMap: true });
  const [last] = known
    ? []
    : await em.find(ServerRow, {}, { orderBy: { position: "desc" }, limit: 1, disableIdentityMap: true });
  const position = known?.position ?? (last?.position ?? 0) + 1;
  await upsert(em, ServerRow, [{ id: server.id, position, body }]);
  await em.nativeDelete(GpuRow, { server: server.id });
  await insert(
    em,
    GpuRow,
    gpus.map(
      ({ parent = null, fault = null, busy = null, ...gpu }): GpuRow => ({
        ...gpu,
        server: server.id,
        parent,
        fault,
        busy,
      }),
    ),
  );
}

function toEventRow({ seq, event }: Recorded): EventRow {
  const { type, at, ...body } = event;
  return {
    seq,
    at,
    type,
    job: "job" in event ? event.job : null,
    server: "server" in event ? event.server : null,
    body,
  };
}

const fromEventRow = ({ seq, at, type, body }: EventRow): Recorded => ({ seq, event: { type, at, ...body } as Event });

export const toJobRow = (job: Job, submitKey: string | null): JobRow => ({
  id: job.id,
  number: jobNumber(job.id),
  name: job.spec.name,
  type: job.spec.type,
  user: job.spec.user,
  status: job.state.status,
  priority: job.spec.priority,
  submittedAt: job.submittedAt,
  endedAt: isOver(job) && "at" in job.state ? job.state.at : null,
  submitKey,
  batch: job.spec.batch?.id ?? null,
  labels: { ...job.spec.labels },
  body: job,
});

export const toRunRow = (run: Run): RunRow => ({
  id: run.id,
  job: run.job,
  attempt: run.attempt,
  server: leadServer(run.on),
  endedAt: run.endedAt,
  body: run,
});

export const toMigrationRow = (migration: Migration): MigrationRow => ({
  id: migration.id,
  job: migration.job,
  state: migration.state,
  requestedAt: migration.requestedAt,
  body: migration,
});
