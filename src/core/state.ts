import type { Learner, Lesson } from "./estimates.ts";
import type { Guards } from "./guards.ts";
import type { Job } from "./job.ts";
import type { BatchId } from "./job-spec.ts";
import type { Migration } from "./migration.ts";
import type { Effort } from "./packing.ts";
import type { PortRange } from "./ports.ts";
import type { Run } from "./run.ts";
import type { Server } from "./server.ts";
import type { Millis } from "./time.ts";
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
  /** How many jobs of each batch have failed, of those that are on record. */
  readonly failures?: Readonly<Record<BatchId, number>>;
}

export interface SchedulerOptions {
  readonly guards?: Guards;
  readonly learner?: Learner;
  /** Which ports of its servers may be leased. */
  readonly ports?: PortRange | undefined;
  /** A server that is down for longer counts as lost, unless it has a span of its own; never unless given. */
  readonly lostAfterMillis?: Millis;
  /** Do events say why a server was chosen, and what a stop was good for? */
  readonly notesGrounds?: boolean;
  /** How long placements may search, asked in each round. */
  effort?(): Effort;
}
