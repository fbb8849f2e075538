import type { Resumable } from "./connection.ts";
import type * as op from "./generated/operations.ts";

/** Which of a job's output to follow. */
export interface LogOptions extends Resumable {
  /** Of this run only, counted from 1. */
  readonly attempt?: number | undefined;
}

/** Part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** How many there are on all pages. */
  readonly total: number;
  /** Where the next page begins; null behind the last. */
  readonly next: string | null;
}

/** Which jobs to list, and in which order. */
export type JobsQuery = Omit<op.GetJobsVariables, "after">;
/** Which part of a job's output. */
export type LogsQuery = Omit<op.GetLogsVariables, "job">;
/** Which events. */
export type EventsQuery = Omit<op.GetEventsVariables, "first">;
/** What to change of a job. */
export type JobPatch = Omit<op.UpdateJobInput, "id">;
