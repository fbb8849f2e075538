import type { Scheduler } from "../core/scheduler.ts";
import type { Server } from "../core/server.ts";
import type { SchedulerState } from "../core/state.ts";
import type { Instant } from "../core/time.ts";
import type { Queries } from "../store/queries.ts";

/** The rows that a server must know when it starts. */
export async function rowsOf(queries: Queries): Promise<SchedulerState> {
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
    failures: await queries.batchFailures(),
  };
}

/** A new scheduler takes up what the database knows. No server is connected yet; one that was down before is so for as long. */
export function takeIn(scheduler: Scheduler, rows: SchedulerState, now: Instant): void {
  const reason = "not connected yet";
  const unseen = (server: Server): Server => {
    const healthSince = server.health === "down" ? server.healthSince : now;
    return { ...server, health: "down", reason, healthSince };
  };
  scheduler.restore({ ...rows, servers: rows.servers.map(unseen) }, now);
}
