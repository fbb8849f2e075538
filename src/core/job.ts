import type { JobSpec } from "./job-spec.ts";
import type { Cause } from "./outcome.ts";
import type { Placement, ServerId } from "./server.ts";
import { coreCount, gpuCount } from "./server.ts";
import type { Instant, Millis } from "./time.ts";

/** `job-17`: counts up, never given twice. */
export type JobId = string;

/** 17 of `job-17`; not a number for ids of another make. */
export const jobNumber = (id: JobId): number => Number(id.slice(id.lastIndexOf("-") + 1));

/** Why a run begins; the job reads it as SCHEDULEARN_START_REASON. */
export type StartReason = "submitted" | "preempted" | "migrated" | "resized" | "retried" | "recovered";
export type StartPhase = "creating" | "pulling" | "carrying";

/** Where a checkpoint folder lies. Each move to another server makes a new generation, so half a copy is never mistaken for a whole one. */
export interface CheckpointFolder {
  readonly server: ServerId;
  readonly generation: number;
}

/** The folder of one run: its own generation, and where its content has to be fetched from first. */
export interface CheckpointPlan {
  readonly generation: number;
  readonly from: CheckpointFolder | null;
}

/** Each state carries exactly the facts that hold in it, and no others. */
export type JobState =
  | {
      readonly status: "pending";
      readonly since: Instant;
      /** Kept waiting by its user. */
      readonly held: boolean;
      /** Waiting time after a failure. */
      readonly notBefore: Instant;
    }
  | {
      readonly status: "starting";
      readonly since: Instant;
      readonly on: Placement;
      readonly reason: StartReason;
      readonly phase: StartPhase;
      /** 0 to 1 of the phase, where known. */
      readonly fraction: number | null;
      readonly checkpoint: CheckpointPlan;
      /** The place that a migration left: held until the new one runs, so that there is a way back. */
      readonly fallback: Placement | null;
    }
  | { readonly status: "running"; readonly since: Instant; readonly on: Placement }
  | { readonly status: "paused"; readonly since: Instant; readonly on: Placement }
  | { readonly status: "preempting"; readonly since: Instant; readonly on: Placement }
  | {
      readonly status: "migrating";
      readonly since: Instant;
      readonly on: Placement;
      readonly to: Placement;
      readonly step: "preparing" | "stopping";
    }
  | {
      readonly status: "cancelling";
      readonly since: Instant;
      readonly on: Placement;
      readonly then: Ending;
      readonly graceSeconds: number;
      /** The checkpoint folder of a run that was still starting; null for one that trained. */
      readonly folder: CheckpointPlan | null;
    }
  | ({ readonly status: Ending["status"]; readonly at: Instant } & Omit<Ending, "status">);

export type Ending = { readonly status: "completed" | "failed" | "cancelled"; readonly cause: Cause | null };
export type JobStatus = JobState["status"];

/** What is known of a job's progress, all lines taken together. */
export interface JobProgress {
  readonly epoch?: number;
  readonly epochs?: number;
  readonly step?: number;
  readonly steps?: number;
  readonly samplesPerSecond?: number;
  readonly metrics?: Readonly<Record<string, number>>;
  /** 0 to 1. */
  readonly fraction: number | null;
  readonly at: Instant;
}

export interface Job {
  readonly id: JobId;
  readonly spec: JobSpec;
  readonly submittedAt: Instant;
  readonly state: JobState;
  /** Counts the runs begun. What is told of an earlier one is stale and is dropped. */
  readonly attempt: number;
  readonly nextReason: StartReason;
  readonly firstStartedAt: Instant | null;
  /** Since when the present run trains; null while none does. */
  readonly trainingSince: Instant | null;
  /** Time training, over all runs. */
  readonly serviceMillis: Millis;
  /** Attained service: GPU-milliseconds and core-milliseconds over all runs. */
  readonly gpuMillis: Millis;
  readonly coreMillis: Millis;
  readonly preemptions: number;
  /** Moves completed, and moves begun. */
  readonly migrations: number;
  readonly migrationsBegun: number;
  readonly retriesUsed: { readonly application: number; readonly infrastructure: number };
  readonly progress: JobProgress | null;
  readonly checkpoint: (CheckpointFolder & { readonly step: number | null; readonly savedAt: Instant | null }) | null;
  /** Jobs that must complete before it may start. */
  readonly blockedBy: readonly JobId[];
  /** When a move last failed: the scheduler's own next try waits a while. */
  readonly moveFailedAt: Instant | null;
  /** Its record goes as soon as it is over. */
  readonly deleteWhenOver: boolean;
}

export const isOver = ({ state }: Job): boolean =>
  state.status === "completed" || state.status === "failed" || state.status === "cancelled";

/** How a job that is over ended, as the end of a sentence about it. */
export const endOf = ({ state }: Job): string =>
  state.status === "cancelled" ? "was cancelled" : `has ${state.status}`;

/** What a job holds now; a migrating one holds both its ends. */
export function heldBy({ state }: Job): readonly Placement[] {
  switch (state.status) {
    case "starting":
      return state.fallback ? [state.on, state.fallback] : [state.on];
    case "running":
    case "paused":
    case "preempting":
    case "cancelling":
      return [state.on];
    case "migrating":
      return [state.on, state.to];
    default:
      return [];
  }
}

export const placementOf = ({ state }: Job): Placement | null => ("on" in state ? state.on : null);

/** May a round start it now? */
export const isEligible = ({ state, blockedBy }: Job, now: Instant): boolean =>
  state.status === "pending" && !state.held && state.notBefore <= now && blockedBy.length === 0;

/** Steps since the very beginning: steps of whole epochs (counted from 1) and those of the present one. */
export function globalStep({ epoch, step, steps }: Pick<JobProgress, "epoch" | "step" | "steps">): number | null {
  if (step === undefined) return null;
  return epoch !== undefined && steps !== undefined ? Math.max(0, epoch - 1) * steps + step : step;
}

/** The job with the time until `now` counted into its service. */
export function withService(job: Job, now: Instant, stillTraining: boolean): Job {
  const on = placementOf(job);
  if (job.trainingSince === null || !on) return { ...job, trainingSince: stillTraining ? now : null };
  const spent = Math.max(0, now - job.trainingSince);
  return {
    ...job,
    trainingSince: stillTraining ? now : null,
    serviceMillis: job.serviceMillis + spent,
    gpuMillis: job.gpuMillis + spent * gpuCount(on),
    coreMillis: job.coreMillis + spent * coreCount(on),
  };
}

/** Earlier first; jobs of one instant by their numbers, so that job-9 goes before job-10. */
export function bySubmission(a: Pick<Job, "submittedAt" | "id">, b: Pick<Job, "submittedAt" | "id">): number {
  if (a.submittedAt !== b.submittedAt) return a.submittedAt - b.submittedAt;
  return a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
