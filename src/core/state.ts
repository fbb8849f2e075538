import type { Lesson } from "./estimates.ts";
import type { Job } from "./job.ts";
import type { Migration } from "./migration.ts";
import type { Run } from "./run.ts";
import type { Server } from "./server.ts";
import type { UserUsage } from "./usage.ts";

/** All that a scheduler must be told to go on where another has stopped. */
export interface SchedulerState {
  readonly servers: readonly Server[];
  /** Those that are not over, in the order of submission. */
  readonly jobs: readonly Job[];
  /** The newest of each of them. */
  readonly runs: readonly Run[];
  readonly migrations: readonly Migration[];
  readonly lessons: readonly Lesson[];
  readonly usage: readonly UserUsage[];
}
