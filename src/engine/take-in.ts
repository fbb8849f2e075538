import type { Lesson } from "../core/estimates.ts";
import type { Job } from "../core/job.ts";
import type { Migration } from "../core/migration.ts";
import type { Run } from "../core/run.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Server } from "../core/server.ts";
import type { Instant } from "../core/time.ts";
import type { UserUsage } from "../core/usage.ts";
import type { Queries } from "../store/queries.ts";

/** The rows that a server must know when it starts, in the order in which the database gives them. */
export interface StateRows {
  readonly servers: readonly Server[];
  /** Those that are not over. */
  readonly jobs: readonly Job[];
  /** The newest of each of them. */
  readonly runs: readonly Run[];
  readonly migrations: readonly Migration[];
  readonly lessons: readonly Lesson[];
  readonly usage: readonly UserUsage[];
}

export async function rowsOf(queries: Queries): Promise<StateRows> {
  const jobs = await queries.unfinishedJobs();
  const ids = jobs.map(({ id }) => id);
  const newest = <T>(ofJobs: ReadonlyMap<string, readonly T[]>): T[] =>
    [...ofJobs.values()].flatMap((ofJob) => ofJob.slice(-1));
  return {
    servers: await queries.servers(),
    jobs,
    runs: newest(await queries.runsOf(ids)),
    migrations: newest(await queries.migrationsOf(ids)),
    lessons: await queries.lessons(),
    usage: await queries.usage(),
  };
}

/** A new scheduler takes up what the database knows. No server is connected yet. */
export function takeIn(scheduler: Scheduler, rows: StateRows, now: Instant): void {
  const reason = "not connected yet";
  scheduler.restore({
    ...rows,
    servers: rows.servers.map((server) => ({ ...server, health: "down", reason, healthSince: now })),
  });
}
