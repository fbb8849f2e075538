import type { Changes } from "../../core/changes.ts";
import type { Lesson } from "../../core/estimates.ts";
import { isOver, type Job, type JobId, jobNumber } from "../../core/job.ts";
import type { BatchId } from "../../core/job-spec.ts";
import type { Migration } from "../../core/migration.ts";
import type { Run } from "../../core/run.ts";
import type { Server, ServerId } from "../../core/server.ts";
import type { SchedulerState } from "../../core/state.ts";
import type { UserUsage } from "../../core/usage.ts";

/** The rows as the log makes them: what a database has that recorded the same changes. */
export class FoldedRows {
  readonly jobs = new Map<JobId, Job>();
  readonly runs = new Map<string, Run>();
  readonly migrations = new Map<string, Migration>();
  /** In the order in which they joined. */
  readonly servers = new Map<ServerId, Server>();
  readonly lessons = new Map<string, Lesson>();
  readonly usage = new Map<string, UserUsage>();

  take(changes: Changes): void {
    for (const job of changes.jobs) this.jobs.set(job.id, job);
    for (const run of changes.runs) this.runs.set(run.id, run);
    for (const migration of changes.migrations) this.migrations.set(migration.id, migration);
    for (const lesson of changes.lessons) this.lessons.set(lesson.key, lesson);
    for (const usage of changes.usage) this.usage.set(usage.user, usage);
    for (const id of changes.deletedJobs) this.#delete(id);
    for (const server of changes.servers) this.servers.set(server.id, server);
    for (const id of changes.removedServers) this.servers.delete(id);
  }

  /** What a server takes in when it starts, as JSON has left it, in the order in which the database would give it. */
  get state(): SchedulerState {
    const jobs = [...this.jobs.values()]
      .filter((job) => !isOver(job))
      .sort((a, b) => jobNumber(a.id) - jobNumber(b.id));
    const wanted = new Set(jobs.map(({ id }) => id));
    const ofThem = <T extends { readonly job: JobId }>(records: Iterable<T>): T[] =>
      [...records].filter(({ job }) => wanted.has(job));
    const runs = ofThem(this.runs.values()).sort((a, b) => byText(a.job, b.job) || a.attempt - b.attempt);
    const migrations = ofThem(this.migrations.values()).sort((a, b) => a.requestedAt - b.requestedAt);
    return throughJson({
      servers: [...this.servers.values()],
      jobs,
      runs: newest(runs),
      migrations: newest(migrations),
      lessons: [...this.lessons.values()].sort((a, b) => byText(a.key, b.key)),
      usage: [...this.usage.values()].sort((a, b) => byText(a.user, b.user)),
      failures: failuresOf(this.jobs.values()),
    });
  }

  #delete(id: JobId): void {
    this.jobs.delete(id);
    for (const records of [this.runs, this.migrations])
      for (const [key, { job }] of records) if (job === id) records.delete(key);
  }
}

function failuresOf(jobs: Iterable<Job>): Record<BatchId, number> {
  const failures: Record<BatchId, number> = {};
  for (const { spec, state } of jobs)
    if (spec.batch && state.status === "failed") failures[spec.batch.id] = (failures[spec.batch.id] ?? 0) + 1;
  return failures;
}

export const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** As SQLite compares: byte by byte. */
const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const newest = <T extends { readonly job: JobId }>(sorted: readonly T[]): T[] => [
  ...new Map(sorted.map((record) => [record.job, record])).values(),
];
