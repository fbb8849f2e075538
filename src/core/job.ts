import { type JobSpec, poolOf } from "./job-spec.ts";
import type { Cause } from "./outcome.ts";
import type { Placement, ServerId } from "./server.ts";
import { coreCount, gpuCount, leadServer, sizeOn } from "./server.ts";
import type { Instant, Millis } from "./time.ts";

/** `job-17`: counts up, never given twice. */
export type JobId = string;

/** 17 of `job-17`; not a number for ids of another make. */
export const jobNumber = (id: JobId): number => Number(id.slice(id.lastIndexOf("-") + 1));

/** Why a run begins; the job reads it as SCHEDULEARN_START_REASON. */
export type StartReason = "submitted" | "preempted" | "migrated" | "resized" | "retried" | "recovered";
export type StartPhase = "creating" | "pulling" | "carrying";

/** A user's pause keeps everything; the policy's gives the cores to others. */
export type PausedBy = "user" | "policy";

/** Where a checkpoint folder lies. Each move to another server makes a new generation, so half a copy is never mistaken for a whole one. */
export interface CheckpointFolder {
  readonly server: ServerId;
  readonly generation: number;
}

/** A copy of a checkpoint folder that the server keeps in its own data folder. */
export interface Backup {
  readonly generation: number;
  /** What of the job's work is safe in it: up to this step (null: unknown), this instant, this much of its service time. */
  readonly step: number | null;
  readonly savedAt: Instant | null;
  readonly serviceMillis: Millis;
  readonly takenAt: Instant;
  readonly bytes: number;
  readonly files: number;
}

/** Work that was done and not saved, over all runs. */
export interface LostWork {
  readonly millis: Millis;
  /** Null where no run has told of its steps. */
  readonly steps: number | null;
  /** What is counted already: service time up to here, and progress up to then. */
  readonly upToMillis: Millis;
  readonly upToProgressAt: Instant | null;
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
      /** The place that a move left: held until the new one runs, so that there is a way back. */
      readonly fallback: Placement | null;
      /** Where its memory lies that it goes on with, as if it had never stopped. */
      readonly images?: CheckpointFolder;
    }
  | {
      readonly status: "running";
      readonly since: Instant;
      readonly on: Placement;
      /** What a resized run had before: held until it has let go of it. */
      readonly leaving: Placement | null;
    }
  | {
      readonly status: "paused";
      readonly since: Instant;
      /** Without the cores where the policy has paused it. */
      readonly on: Placement;
      readonly by: PausedBy;
    }
  | {
      readonly status: "preempting";
      readonly since: Instant;
      readonly on: Placement;
      /** It was paused by its user and waits to be resumed once it has stopped. */
      readonly held?: true;
    }
  | {
      readonly status: "migrating";
      readonly since: Instant;
      readonly on: Placement;
      readonly to: Placement;
      readonly reason: "migrated" | "resized";
      readonly step: "preparing" | "stopping";
      /** Its memory moves with it, without its doing anything. */
      readonly live?: true;
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

/** Its place in the queues of a policy that has several, and what it had when it last came to the first. */
export interface QueuePlace {
  /** 0 is served first. */
  readonly level: number;
  readonly enteredAt: Instant;
  readonly base: { readonly at: Instant } & Attained;
}

/** Attained service: time training, and GPU- and core-milliseconds, over all runs. */
export interface Attained {
  readonly serviceMillis: Millis;
  readonly gpuMillis: Millis;
  readonly coreMillis: Millis;
}

export interface Job extends Attained {
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
  /** Counts the changes of the grant within the present run, from 1. */
  readonly generation: number;
  readonly preemptions: number;
  /** Changes of size, in place or by a restart. */
  readonly resizes: number;
  /** Moves completed, and moves begun. */
  readonly migrations: number;
  readonly migrationsBegun: number;
  readonly retriesUsed: { readonly application: number; readonly infrastructure: number };
  readonly progress: JobProgress | null;
  readonly checkpoint:
    | (CheckpointFolder & {
        readonly step: number | null;
        readonly savedAt: Instant | null;
        /** How much of its service time is safe in it. */
        readonly serviceMillis?: Millis;
        /** The present run says itself when it has saved. */
        readonly told?: true;
      })
    | null;
  /** Absent while the server keeps no copy of its checkpoint. */
  readonly backup?: Backup;
  /** Where it came from last: what did not change since need not be carried if it goes back. */
  readonly older?: CheckpointFolder;
  /** Absent where it is not counted: for a job that an earlier version took in. */
  readonly lost?: LostWork;
  /** Jobs that must complete before it may start. */
  readonly blockedBy: readonly JobId[];
  /** Enough others of its batch have their turn: it may not start before it has its own. */
  readonly awaitsTurn?: true;
  /** When it last was told to stop for a preemption, a move or a resize. */
  readonly movedAt: Instant | null;
  /** When a move last failed: the scheduler's own next try waits a while. */
  readonly moveFailedAt: Instant | null;
  /** Null while no policy with several queues has moved it. */
  readonly queue: QueuePlace | null;
  /** Its record goes as soon as it is over. */
  readonly deleteWhenOver: boolean;
}

export const isOver = ({ state }: Job): boolean =>
  state.status === "completed" || state.status === "failed" || state.status === "cancelled";

/** How a job that is over ended, as the end of a sentence about it. */
export const endOf = ({ state }: Job): string =>
  state.status === "cancelled" ? "was cancelled" : `has ${state.status}`;

/** What a job holds now, first what it is to keep; a moving one holds both its ends. */
export function heldBy({ state }: Job): readonly Placement[] {
  switch (state.status) {
    case "starting":
      return state.fallback ? [state.on, state.fallback] : [state.on];
    case "running":
      return state.leaving ? [state.on, state.leaving] : [state.on];
    case "paused":
    case "preempting":
    case "cancelling":
      return [state.on];
    case "migrating":
      return [state.to, state.on];
    default:
      return [];
  }
}

export const placementOf = ({ state }: Job): Placement | null => ("on" in state ? state.on : null);

/** What it has of what its pool divides: GPUs, or cores for a job without. 0 when it has no place. */
export function sizeOf(job: Job): number {
  const on = placementOf(job);
  return on ? sizeOn(on, poolOf(job.spec)) : 0;
}

/** When that server is gone for good: what lay there is lost to a job that would have gone on with it, and so is a way back to it. */
export function withoutServer(job: Job, server: ServerId): Job {
  const { state } = job;
  // Of a folder that is backed up there is a copy: whoever opens it is given that.
  const checkpoint = job.checkpoint?.server === server && !job.backup ? null : job.checkpoint;
  const isCutOff = state.status === "starting" && state.fallback?.some((share) => share.server === server);
  const { older, ...rest } = job;
  const isStale = older?.server === server;
  if (checkpoint === job.checkpoint && !isCutOff && !isStale) return job;
  return { ...(isStale ? rest : job), checkpoint, state: isCutOff ? { ...state, fallback: null } : state };
}

/** The folders that it has on servers: its checkpoint, and the one that it left where it was before. */
export const foldersOf = ({ checkpoint, older }: Job): readonly CheckpointFolder[] =>
  [checkpoint, older].filter((folder) => folder !== null && folder !== undefined);

export const hasFolder = (job: Job, { server, generation }: CheckpointFolder): boolean =>
  [...foldersOf(job), ...imagesWanted(job)].some(
    (folder) => folder.server === server && folder.generation === generation,
  );

/** Where the memory of a run lies once it is written: a folder of its own, whose number no checkpoint has. */
export const imagesOf = (attempt: number, server: ServerId): CheckpointFolder => ({ server, generation: -attempt });

function imagesWanted({ state, attempt }: Job): readonly CheckpointFolder[] {
  if (state.status === "starting" && state.images) return [state.images];
  return state.status === "migrating" && state.live ? [imagesOf(attempt, leadServer(state.on))] : [];
}

/** Kept waiting for cores by the policy, with its memory and its server. */
export const isSuspended = ({ state }: Job): boolean => state.status === "paused" && state.by === "policy";

/** May a round start it now? */
export const isEligible = ({ state, blockedBy, awaitsTurn }: Job, now: Instant): boolean =>
  state.status === "pending" && !state.held && state.notBefore <= now && blockedBy.length === 0 && !awaitsTurn;

/** Steps since the very beginning: steps of whole epochs (counted from 1) and those of the present one. */
export function globalStep({ epoch, step, steps }: Pick<JobProgress, "epoch" | "step" | "steps">): number | null {
  if (step === undefined) return null;
  return epoch !== undefined && steps !== undefined ? Math.max(0, epoch - 1) * steps + step : step;
}

/** Service since the job last came to the first queue, up to `now`, and the time that it waited since. */
export function sincePromotion(job: Job, now: Instant): Attained & { readonly waitMillis: Millis } {
  const { serviceMillis, gpuMillis, coreMillis } = attainedBy(job, now);
  const base = job.queue?.base;
  const service = serviceMillis - (base?.serviceMillis ?? 0);
  return {
    serviceMillis: service,
    gpuMillis: gpuMillis - (base?.gpuMillis ?? 0),
    coreMillis: coreMillis - (base?.coreMillis ?? 0),
    waitMillis: Math.max(0, now - (base?.at ?? job.submittedAt) - service),
  };
}

/** Service up to `now`. */
export function attainedBy(job: Job, now: Instant): Attained {
  const on = placementOf(job);
  if (job.trainingSince === null || !on) return job;
  const spent = Math.max(0, now - job.trainingSince);
  return {
    serviceMillis: job.serviceMillis + spent,
    gpuMillis: job.gpuMillis + spent * gpuCount(on),
    coreMillis: job.coreMillis + spent * coreCount(on),
  };
}

/** The job with the time until `now` counted into its service. */
export function withService(job: Job, now: Instant, stillTraining: boolean): Job {
  const { serviceMillis, gpuMillis, coreMillis } = attainedBy(job, now);
  return { ...job, trainingSince: stillTraining ? now : null, serviceMillis, gpuMillis, coreMillis };
}

/** Earlier first; jobs of one instant by their numbers, so that job-9 goes before job-10. */
export function bySubmission(a: Pick<Job, "submittedAt" | "id">, b: Pick<Job, "submittedAt" | "id">): number {
  if (a.submittedAt !== b.submittedAt) return a.submittedAt - b.submittedAt;
  return a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
