import type { FilterQuery } from "@mikro-orm/core";
import type { Lesson } from "../core/estimates.ts";
import type { JobEvent } from "../core/event.ts";
import type { Job, JobId, JobStatus } from "../core/job.ts";
import type { BatchId } from "../core/job-spec.ts";
import type { Migration } from "../core/migration.ts";
import type { Run } from "../core/run.ts";
import { type Gpu, inCondition, type Server } from "../core/server.ts";
import type { UserUsage } from "../core/usage.ts";
import { type BatchRecord, batchFailures, jobsOfBatch, readBatches } from "./batches.ts";
import { readLastEvents } from "./event-log.ts";
import { type JobPageRequest, readJobs } from "./job-list.ts";
import { type JobTimes, readJobTimes } from "./job-times.ts";
import { countOutcomes, type OutcomeCount } from "./outcomes.ts";
import type { Page } from "./page.ts";
import { GpuRow, JobRow, LessonRow, MigrationRow, RunRow, SecretRow, ServerRow, UsageRow } from "./rows.ts";
import type { Store } from "./store.ts";
import { type PastTenure, readTenures, type TenuresRequest } from "./tenures.ts";

const IDS_AT_A_TIME = 500;

/** Reads rows; never writes. Every list question is a fixed number of statements, however long the list. */
export class Queries {
  readonly #store: Store;
  constructor(store: Store) {
    this.#store = store;
  }

  jobs(request: JobPageRequest): Promise<Page<Job>> {
    return readJobs(this.#store.fork(), request);
  }

  /** How many jobs there are of each status. */
  async jobCounts(): Promise<Map<JobStatus, number>> {
    const rows = await this.#store
      .fork()
      .getConnection()
      .execute<{ status: JobStatus; jobs: number }[]>("select status, count(*) as jobs from job group by status");
    return new Map(rows.map(({ status, jobs }) => [status, jobs]));
  }

  /** How many jobs ended over time, by how. */
  outcomes(request: Parameters<typeof countOutcomes>[1]): Promise<OutcomeCount[]> {
    return countOutcomes(this.#store.fork(), request);
  }

  /** How long the jobs took that ended between two times. */
  jobTimes(span: Parameters<typeof readJobTimes>[1]): Promise<JobTimes[]> {
    return readJobTimes(this.#store.fork(), span);
  }

  async jobsById(ids: readonly JobId[]): Promise<Map<JobId, Job>> {
    const rows = await this.#find(JobRow, { id: { $in: [...ids] } });
    return new Map(rows.map(({ id, body }) => [id, body]));
  }

  /** Jobs that are not over: what a server must know when it starts. Oldest first. */
  async unfinishedJobs(): Promise<Job[]> {
    const rows = await this.#store
      .fork()
      .find(JobRow, { endedAt: null }, { orderBy: { number: "asc" }, disableIdentityMap: true });
    return rows.map(({ body }) => body);
  }

  /** Jobs that were over by then and still have a checkpoint folder, some at a time. */
  async withFolderBefore(at: number): Promise<Job[]> {
    const ids = await this.#store
      .fork()
      .getConnection()
      .execute<{ id: string }[]>(
        `select id from job where ended_at < ? and json_extract(body, '$.checkpoint') is not null limit ${IDS_AT_A_TIME}`,
        [at],
      );
    return [...(await this.jobsById(ids.map(({ id }) => id))).values()];
  }

  /** Those of the ids that have a record. */
  async existing(ids: readonly JobId[]): Promise<Set<JobId>> {
    const found = new Set<JobId>();
    for (let i = 0; i < ids.length; i += IDS_AT_A_TIME) {
      const some = ids.slice(i, i + IDS_AT_A_TIME);
      const rows = await this.#store
        .fork()
        .find(JobRow, { id: { $in: some } }, { fields: ["id"], disableIdentityMap: true });
      for (const { id } of rows) found.add(id);
    }
    return found;
  }

  /** Of the code that jobs on record have, whatever became of them. */
  async codeHashes(): Promise<Set<string>> {
    const rows = await this.#store
      .fork()
      .getConnection()
      .execute<{ hash: string }[]>(
        "select distinct json_extract(body, '$.spec.code.hash') as hash from job where json_extract(body, '$.spec.code.hash') is not null",
      );
    return new Set(rows.map(({ hash }) => hash));
  }

  async jobByKey(key: string, since: number): Promise<Job | null> {
    const row = await this.#store
      .fork()
      .findOne(JobRow, { submitKey: key, submittedAt: { $gte: since } }, { disableIdentityMap: true });
    return row?.body ?? null;
  }

  /** Those of the batches of which a job is on record. */
  batches(ids: readonly BatchId[]): Promise<Map<BatchId, BatchRecord>> {
    return readBatches(this.#store.fork(), ids);
  }

  /** All of the batch that are on record, the first one first. */
  jobsOfBatch(batch: BatchId): Promise<Job[]> {
    return jobsOfBatch(this.#store.fork(), batch);
  }

  /** How many jobs of each batch have failed. */
  batchFailures(): Promise<Record<BatchId, number>> {
    return batchFailures(this.#store.fork());
  }

  async jobsByName(name: string): Promise<Job[]> {
    const rows = await this.#find(JobRow, { name });
    return rows.map(({ body }) => body);
  }

  async runsOf(jobs: readonly JobId[]): Promise<Map<JobId, Run[]>> {
    const rows = await this.#store
      .fork()
      .find(RunRow, { job: { $in: [...jobs] } }, { orderBy: { job: "asc", attempt: "asc" }, disableIdentityMap: true });
    return groupByJob(rows.map(({ body }) => body));
  }

  /** The last events of a job of these types, oldest first. */
  async lastEventsOf(job: JobId, types: readonly string[], most: number): Promise<JobEvent[]> {
    return (await readLastEvents(this.#store, { job, types }, most)).map(({ event }) => event as JobEvent);
  }

  async runsById(ids: readonly string[]): Promise<Map<string, Run>> {
    const rows = await this.#find(RunRow, { id: { $in: [...ids] } });
    return new Map(rows.map(({ id, body }) => [id, body]));
  }

  async migrationsOf(jobs: readonly JobId[]): Promise<Map<JobId, Migration[]>> {
    const rows = await this.#store
      .fork()
      .find(MigrationRow, { job: { $in: [...jobs] } }, { orderBy: { requestedAt: "asc" }, disableIdentityMap: true });
    return groupByJob(rows.map(({ body }) => body));
  }

  async migrations(request: {
    states?: readonly string[];
    first: number;
    after: string | null;
  }): Promise<Page<Migration>> {
    const em = this.#store.fork();
    const where: FilterQuery<MigrationRow> = request.states ? { state: { $in: [...request.states] } } : {};
    const mark =
      request.after === null
        ? null
        : await em.findOne(MigrationRow, { id: request.after }, { disableIdentityMap: true });
    const behind: FilterQuery<MigrationRow> = mark
      ? { $or: [{ requestedAt: { $lt: mark.requestedAt } }, { requestedAt: mark.requestedAt, id: { $gt: mark.id } }] }
      : {};
    const total = await em.count(MigrationRow, where);
    const rows = await em.find(MigrationRow, { $and: [where, behind] } as FilterQuery<MigrationRow>, {
      orderBy: { requestedAt: "desc", id: "asc" },
      limit: request.first + 1,
      disableIdentityMap: true,
    });
    return { items: rows.slice(0, request.first).map(({ body }) => body), total, hasMore: rows.length > request.first };
  }

  async migrationsById(ids: readonly string[]): Promise<Map<string, Migration>> {
    const rows = await this.#find(MigrationRow, { id: { $in: [...ids] } });
    return new Map(rows.map(({ id, body }) => [id, body]));
  }

  /** Who had what of which server; what a deleted job had stays. */
  tenures(request: TenuresRequest): Promise<Page<PastTenure>> {
    return readTenures(this.#store, request);
  }

  /** In the order in which they joined. */
  async servers(): Promise<Server[]> {
    const em = this.#store.fork();
    const rows = await em.find(ServerRow, {}, { orderBy: { position: "asc" }, disableIdentityMap: true });
    const gpus = await em.find(GpuRow, {}, { orderBy: { index: "asc" }, disableIdentityMap: true });
    return rows.map(({ id, body }) => ({
      ...body,
      gpus: gpus.filter(({ server }) => server === id).map(gpuOf),
    }));
  }

  async lessons(): Promise<Lesson[]> {
    return (await this.#find(LessonRow, {})).map(({ key, body }) => ({ key, body }));
  }

  async usage(): Promise<UserUsage[]> {
    return (await this.#find(UsageRow, {})).map(({ user, body }) => ({ user, hours: body }));
  }

  async secretsOf(job: JobId): Promise<Record<string, string>> {
    const rows = await this.#find(SecretRow, { job });
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  #find<T extends object>(table: import("@mikro-orm/core").EntitySchema<T>, where: FilterQuery<T>): Promise<T[]> {
    return this.#store.fork().find(table, where as never, { disableIdentityMap: true }) as Promise<T[]>;
  }
}

function gpuOf({ server: _, parent, fault, busy, ...gpu }: GpuRow): Gpu {
  return inCondition({ ...gpu, ...(parent !== null && { parent }) }, { fault, busy });
}

function groupByJob<T extends { readonly job: JobId }>(records: readonly T[]): Map<JobId, T[]> {
  const groups = new Map<JobId, T[]>();
  for (const record of records) {
    const group = groups.get(record.job);
    if (group) group.push(record);
    else groups.set(record.job, [record]);
  }
  return groups;
}
