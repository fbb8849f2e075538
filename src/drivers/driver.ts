import type { RunOrder, RunRef } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { CheckpointFolder, JobId } from "../core/job.ts";
import type { EngineFacts, Gpu, GpuId } from "../core/server.ts";
import type { Clock, Instant } from "../core/time.ts";

/** What a driver tells of its runs. It may tell a thing late or twice; the core drops what is stale. */
export type DriverEvent = Extract<
  Event,
  {
    type:
      | "RunPreparing"
      | "RunPrepared"
      | "CheckpointCarried"
      | "RunStarted"
      | "RunPauseFailed"
      | "RunDumpFailed"
      | "RunRestoreFailed"
      | "RunResized"
      | "RunExited"
      | "ServerMeasured"
      | "ServerInventoried"
      | "ServerHealthChanged";
  }
>;

export type OutputStream = "stdout" | "stderr";

/** One finished line of a run's output. */
export interface OutputLine {
  readonly stream: OutputStream;
  /** When it was printed, or read where the source does not know. */
  readonly at: number;
  readonly text: string;
  /** Opaque: `follow` given the newest position of each stream goes on right behind it. */
  readonly position: string;
  /** The line was too long and goes on in the next. */
  readonly continues?: boolean;
}

/** Where reading stopped, per stream; a stream without one is read from its beginning. */
export type OutputPosition = Partial<Record<OutputStream, string>>;

/** What the driver needs of the house. */
export interface DriverContext {
  readonly cluster: string;
  readonly clock: Clock;
  emit(event: DriverEvent): void;
  /** The values of the job's secrets, by name. */
  secrets(job: JobId): Promise<Readonly<Record<string, string>>>;
  /** The content of a checkpoint folder on whichever server has it, as a tar stream. Rejects when it cannot be had: with CheckpointGone where it never can. */
  openCheckpoint(job: JobId, folder: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream>;
  /** For diagnosis; never given a secret. */
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** One finished line, or a newer text of a line that is still being rewritten (a bar): shown as progress, never stored. */
export type Output =
  | ({ readonly kind: "line" } & OutputLine)
  | { readonly kind: "update"; readonly stream: OutputStream; readonly text: string };

export interface FilePart {
  readonly data: Buffer;
  /** Of the whole file, in bytes. */
  readonly size: number;
}

/** A run that the driver found on its server, by label. */
export interface FoundRun {
  readonly job: JobId;
  readonly attempt: number;
}

/** A checkpoint folder that the driver found on its server, by label. */
export interface FoundFolder {
  readonly job: JobId;
  readonly generation: number;
}

/** A checkpoint folder from outside. All times are by the clock of its server. */
export interface CheckpointLook {
  readonly now: number;
  /** When a file last came, went or was renamed, or was written where that is as cheap to see; null while there is none. */
  readonly changedAt: number | null;
  /** Those that were asked for; null where there is none of that name. */
  readonly files: readonly ({ readonly size: number; readonly changedAt: number } | null)[];
}

/** Something of this cluster that the driver found on its server. */
export type Lying = { readonly name: string; readonly createdAt: Instant | null } & (
  | ({ readonly kind: "run" } & FoundRun)
  | ({ readonly kind: "checkpoint" } & FoundFolder)
  /** What was shipped with jobs. */
  | { readonly kind: "code"; readonly hash: string }
  /** It only lends access to a folder. */
  | { readonly kind: "reader"; readonly inUse: boolean }
);

/** An image of the server that jobs have used. */
export interface KeptImage {
  readonly name: string;
  readonly sizeMiB: number;
  readonly usedAt: Instant;
  /** Why it is not removed when the disk is full; null: it may be. */
  readonly stays: string | null;
}

/** `follow` rejects with it when there is nothing to read from (any more): it is of no use to ask again. */
export class OutputGone extends Error {
  override readonly name = "OutputGone";
}

/** There is no such checkpoint folder (any more), nor will there be: unlike a server that does not answer, it is not waited for. */
export class CheckpointGone extends Error {
  override readonly name = "CheckpointGone";
  readonly permanent = true;
}

/** What a server has. */
export interface Inventory {
  readonly gpus: readonly Gpu[];
  readonly cores: number;
  readonly memoryMiB: number;
  /** What could not be found out, in plain words. */
  readonly notice?: string;
  readonly engine?: EngineFacts;
}

/** How one GPU is right now; what is not known is null. */
export interface GpuReading {
  readonly gpu: GpuId;
  readonly utilisationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly temperatureC: number | null;
  /** Why it must not be used. */
  readonly fault: string | null;
  /** Errors of the device in the kernel's log, the oldest first; absent where there are none, or the log cannot be read. */
  readonly xids?: readonly { readonly line: string; readonly text: string; readonly ageSeconds: number }[];
  /** What computes on it, as far as that can be seen. */
  readonly processes: readonly GpuProcess[];
}

export interface GpuProcess {
  readonly pid: number;
  readonly name: string;
  /** The run of this cluster that it belongs to; null when it belongs to none; absent when that cannot be told. */
  readonly run?: FoundRun | null;
}

/** What one run really uses; what is not known is null. */
export interface RunUse {
  readonly run: FoundRun;
  /** When it was read, by the clock of whoever read it: what counts is the time between two readings. */
  readonly at: Instant;
  /** Processor time that it has had since it began. */
  readonly cpuMillis: number | null;
  /** What it has in memory now, without what the kernel could take back at once. */
  readonly memoryMiB: number | null;
}

/** GPUs that a running container was given. */
export interface GpuGrant {
  readonly container: string;
  /** Null when it is not of this cluster. */
  readonly run: FoundRun | null;
  readonly gpus: readonly GpuId[];
}

/** What a driver finds when it looks at its server. */
export interface Found {
  readonly inventory: Inventory;
  /** The runs of this cluster that lie there. */
  readonly runs: readonly FoundRun[];
  /** The checkpoint folders of this cluster that lie there, also those that only began to be filled. */
  readonly folders: readonly FoundFolder[];
  /** What the machine's engine calls itself: two servers of one identity would give its GPUs twice. Null where there is none. */
  readonly identity: string | null;
}

/**
 * One instance drives one server. The verbs return at once and never throw: whatever comes of them is told by events, each call
 * outward has a deadline. Every verb may be told twice (after a restart) and is then done once. A run that was told `start`
 * ends with exactly one `RunExited`, after its output can be read whole.
 */
export interface Driver {
  readonly server: string;

  /** Looks at the server. Rejects when it cannot be reached. */
  connect(signal: AbortSignal): Promise<Found>;

  /** Pulls the image and creates the container; answers `RunPrepared`, or `RunExited` with the cause. */
  prepare(run: RunOrder): void;
  /** Does what `prepare` has not done yet, fetches the checkpoint where one is planned, starts; answers `RunStarted` or `RunExited`. */
  start(run: RunOrder): void;
  stop(run: RunRef, signal: string, graceSeconds: number): void;
  /**
   * Gives a running or paused run another grant without a restart: its cores, `allocation.json`, then the spec's `resizeSignal`.
   * Answers `RunResized` once what it had beyond the new grant is free: at once, but GPUs that are to be let go only after
   * the checkpoint's grace (or when the program says so itself, of which the driver does not hear). A generation that is no newer than the last is
   * only answered again.
   */
  resize(run: RunOrder): void;
  /**
   * Writes the memory of a run into the folder of `imagesOf` it and ends it by that: answered by `RunExited`, stopped; or by
   * `RunDumpFailed`, and then it goes on. A start with an order that has these `images` goes on with them, or tells `RunRestoreFailed`
   * and starts as any other. Absent where no run can be moved so.
   */
  dump?(run: RunRef): void;
  pause(run: RunRef): void;
  resume(run: RunRef): void;
  /** Takes back what `prepare` made; nothing is told. */
  discard(run: RunRef): void;
  discardCheckpoint(job: JobId, folder: CheckpointFolder): void;

  /** Watches a run that an earlier life of the server started: tells its `RunStarted` and its exit, also one that happened meanwhile. */
  adopt(run: RunOrder): void;
  /**
   * Removes what is left of a run whose exit is recorded and whose output is stored (or of one nobody knows), running or not. Resolves
   * when nothing of it is left; rejects, and has logged it, when that cannot be done.
   */
  reap(job: JobId, attempt: number): Promise<void>;

  /**
   * The output of a run, from behind `from`, until the run is over and everything is read. Ends early with an error when the
   * source breaks: call it again then; with `OutputGone` when there is no source (any more).
   */
  follow(run: RunRef, from: OutputPosition, signal: AbortSignal): AsyncIterable<Output[]>;

  /** How its GPUs are: those of which nothing can be told are left out. Rejects with the reason when none can be asked. */
  lookAtGpus?(signal: AbortSignal): Promise<readonly GpuReading[]>;
  /** What the runs that are at work really use, as far as that is cheap to see. Rejects when the server cannot be asked. */
  lookAtUse?(signal: AbortSignal): Promise<readonly RunUse[]>;
  /** Who was really given GPUs, whatever our books say. */
  gpuGrants?(signal: AbortSignal): Promise<readonly GpuGrant[]>;

  /**
   * A file of a run, from byte `from` on and at most `most` bytes of it, with its present size. Null when it is not there (yet), or no
   * plain file. Rejects when the server cannot be asked.
   */
  readFile?(run: RunRef, path: string, from: number, most: number, signal: AbortSignal): Promise<FilePart | null>;

  /** How a checkpoint folder looks, and those of its files that are named; their content is not read. */
  lookAtCheckpoint?(
    job: JobId,
    folder: CheckpointFolder,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<CheckpointLook>;

  /** A checkpoint folder of this server as a tar stream, the folder itself first. Rejects with CheckpointGone when it has no such folder. */
  readCheckpoint(job: JobId, folder: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream>;

  /** All of this cluster that lies on the server. */
  survey?(signal: AbortSignal): Promise<readonly Lying[]>;
  /** Removes one thing that `survey` found. */
  remove?(what: Lying, signal: AbortSignal): Promise<void>;

  /** The images that jobs have used, the longest unused first. */
  images?(signal: AbortSignal): Promise<readonly KeptImage[]>;
  /** Removes images until the disk is below its low watermark; resolves with their names. */
  collectImages?(): Promise<readonly string[]>;

  /** Lets go of the server: ends streams, sockets, timers. Runs go on. */
  close(): Promise<void>;
}
