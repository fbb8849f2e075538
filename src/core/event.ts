import type { Because } from "./because.ts";
import type { Backup, JobId, JobProgress, PausedBy, StartPhase, StartReason } from "./job.ts";
import type { JobSpec } from "./job-spec.ts";
import type { Cause, Outcome } from "./outcome.ts";
import type { EngineFacts, Gpu, GpuCondition, GpuId, Health, Placement, Server, ServerId } from "./server.ts";
import type { Instant } from "./time.ts";

type Fact<T extends string, Body = unknown> = { readonly type: T; readonly at: Instant } & Body;
type OfJob<T extends string, Body = unknown> = Fact<T, { readonly job: JobId } & Body>;
type OfRun<T extends string, Body = unknown> = OfJob<T, { readonly attempt: number } & Body>;
type OfServer<T extends string, Body = unknown> = Fact<T, { readonly server: ServerId } & Body>;

/** `job-17.m1`: the job and a count. */
export type MigrationId = string;
export type MigrationCause = "user" | "policy" | "drain" | "defragmentation" | "unhealthy-gpu";

export type PreemptedBy = "drain" | "unhealthy-gpu" | "server-lost";

/** What of a spec may change after submission. */
export type JobPatch = Partial<
  Pick<JobSpec, "name" | "priority" | "labels" | "deadline" | "gpus" | "cores" | "retries" | "limits">
>;

/** What can happen to a job once it is submitted: the alphabet of `transition`. */
export type JobEvent =
  // asked for by a user
  /** `cause`: why, where it was no user that wanted it. */
  | OfJob<
      "JobCancelled",
      { readonly by: string; readonly delete: boolean; readonly graceSeconds: number | null; readonly cause?: Cause }
    >
  | OfJob<"JobUpdated", { readonly patch: JobPatch }>
  /** `by` the policy: it keeps its memory and gives its cores to others, `for` these. */
  | OfJob<"JobPaused", { readonly by: PausedBy; readonly for?: readonly JobId[] }>
  /** `on`: what it goes on with; null where it kept everything, or has to wait for the scheduler. */
  | OfJob<"JobResumed", { readonly on: Placement | null }>
  /** `blockedBy`: the jobs it depends on that are still to complete. */
  | OfJob<"JobRetried", { readonly blockedBy: readonly JobId[] }>
  // decided by the scheduler
  | OfRun<"JobPlaced", { readonly on: Placement; readonly reason: StartReason; readonly because?: Because }>
  /** `by`: absent where it was the policy. `for`: those that are given its room. */
  | OfJob<"JobPreempted", { readonly cause: string; readonly by?: PreemptedBy; readonly for?: readonly JobId[] }>
  /** `live`: as it runs, with its memory; else it saves, stops, and starts anew. `makesRoomFor`: the waiting job for which it moves. */
  | OfJob<
      "JobMigrated",
      {
        readonly migration: MigrationId;
        readonly to: Placement;
        readonly cause: MigrationCause;
        readonly live?: true;
        readonly makesRoomFor?: JobId;
        readonly speedup?: number;
      }
    >
  /**
   * Another size, led from the same server. `live`: the program is told and goes on; else it saves, stops, and starts anew. `for`: those that are
   * given a part of what it had; `speedup`: so many times as fast it was believed to be with it.
   */
  | OfJob<
      "JobResized",
      {
        readonly to: Placement;
        readonly live: boolean;
        readonly cause: string;
        readonly for?: readonly JobId[];
        readonly speedup?: number;
      }
    >
  /** It went to another queue of a policy with several. `promoted`: up, and what it had until now counts no more. */
  | OfJob<"JobRequeued", { readonly level: number; readonly promoted: boolean }>
  /** `attempt`: the run it is about, or null when it is about the job whatever it does. */
  | OfJob<"JobGivenUp", { readonly cause: Cause; readonly attempt: number | null }>
  /** A run has trained for so long that failures of the infrastructure before it count no more. */
  | OfJob<"RetriesRenewed">
  | OfJob<"DependencyMet", { readonly on: JobId }>
  /** Fewer of its batch run than may: it is next. */
  | OfJob<"BatchTurnCame">
  // told by a driver
  | OfRun<
      "RunPreparing",
      { readonly phase: StartPhase; readonly fraction: number | null; readonly detail: string | null }
    >
  | OfRun<"RunPrepared">
  /** Where the checkpoint lay is lost, and nobody has a copy: the run begins without one. */
  | OfRun<"CheckpointLost", { readonly reason: string }>
  /** `kept`: what lay there already as it should. */
  | OfRun<
      "CheckpointCarried",
      {
        readonly bytes: number;
        readonly files: number;
        readonly millis: number;
        readonly kept?: { readonly bytes: number; readonly files: number };
      }
    >
  /** `handle` is what the engine calls it: a container's id, a process's id. */
  | OfRun<"RunStarted", { readonly handle: string }>
  | OfRun<"RunPauseFailed", { readonly reason: string }>
  /** Its memory could not be written: it goes on where it is. */
  | OfRun<"RunDumpFailed", { readonly reason: string }>
  /** It could not go on with the memory that it had: it starts as any other. */
  | OfRun<"RunRestoreFailed", { readonly reason: string }>
  /** The grant of that generation is in force: what it no longer has is free. */
  | OfRun<"RunResized", { readonly generation: number }>
  | OfRun<"RunExited", { readonly outcome: Outcome; readonly exitCode: number | null; readonly signal: string | null }>
  // read from its output
  | OfRun<"RunProgressed", { readonly progress: JobProgress }>
  /** `by`: the program itself; or files that have changed, where it says nothing of it. Absent from versions that counted no loss. */
  | OfRun<"CheckpointSaved", { readonly step: number | null; readonly by?: "program" | "files" }>
  // done by the server itself
  | OfRun<"CheckpointBackedUp", Omit<Backup, "takenAt">>
  /** Where the checkpoint lay cannot be reached any more: the run begins with the copy that the server kept. */
  | OfRun<"CheckpointRestored">
  /** The folder of a job that is over has been kept long enough. */
  | OfJob<"CheckpointDropped", { readonly reason: string }>;

export type ServerEvent =
  | OfServer<"ServerJoined", { readonly joined: Server }>
  /** `notice`: what could not be found out. */
  | OfServer<
      "ServerInventoried",
      {
        readonly gpus: readonly Gpu[];
        readonly cores: number;
        readonly memoryMiB: number;
        readonly notice?: string;
        readonly engine?: EngineFacts;
      }
    >
  /** A GPU with a fault, or with somebody else's work on it, is not given to anyone. */
  | OfServer<"GpuStateChanged", { readonly gpu: GpuId } & GpuCondition>
  /** Null: not known. */
  | OfServer<
      "ServerMeasured",
      { readonly freeDiskMiB: number | null; readonly minFreeDiskMiB: number; readonly images: readonly string[] }
    >
  | OfServer<"ServerHealthChanged", { readonly health: Health; readonly reason: string | null }>
  | OfServer<
      "ServerDrained",
      { readonly draining: boolean; readonly reason?: string | null; readonly deadlineAt?: Instant | null }
    >
  | OfServer<"ServerCordoned", { readonly cordoned: boolean; readonly reason: string | null }>
  | OfServer<"ServerRemoved">;

/** Everything that can happen, in the past tense. The log, the API and the tests use these names. */
export type Event =
  /** `countsLoss`: work that is lost is counted, and the folder that the job leaves is kept. Versions that did neither did not say so. */
  | OfJob<
      "JobSubmitted",
      {
        readonly spec: JobSpec;
        readonly blockedBy: readonly JobId[];
        readonly key: string | null;
        readonly countsLoss?: true;
      }
    >
  | JobEvent
  | OfJob<"JobDeleted">
  | ServerEvent
  | Fact<
      "PolicyChanged",
      { readonly policy: string; readonly options: Readonly<Record<string, unknown>>; readonly placement: string }
    >
  /** A policy threw or broke an invariant: the last good state stands. */
  | Fact<"RoundFailed", { readonly policy: string; readonly reason: string }>;

export type EventType = Event["type"];
