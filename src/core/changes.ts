import type { Lesson } from "./estimates.ts";
import type { Job, JobId } from "./job.ts";
import type { Migration } from "./migration.ts";
import type { Run } from "./run.ts";
import type { Server, ServerId } from "./server.ts";
import type { TenureChange } from "./tenure.ts";
import type { UserUsage } from "./usage.ts";

/** Everything that is different since it was last asked: rows to write. */
export interface Changes {
  readonly jobs: readonly Job[];
  readonly deletedJobs: readonly JobId[];
  readonly runs: readonly Run[];
  readonly migrations: readonly Migration[];
  /** In the order in which they came about. */
  readonly tenures: readonly TenureChange[];
  readonly servers: readonly Server[];
  readonly removedServers: readonly ServerId[];
  readonly lessons: readonly Lesson[];
  readonly usage: readonly UserUsage[];
}

/** What of jobs and servers has been touched. */
export interface Dirt {
  jobs: Set<JobId>;
  deletedJobs: Set<JobId>;
  servers: Set<ServerId>;
  removedServers: Set<ServerId>;
}
export const newDirt = (): Dirt => ({
  jobs: new Set(),
  deletedJobs: new Set(),
  servers: new Set(),
  removedServers: new Set(),
});
