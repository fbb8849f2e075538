import type { Instant } from "./time.ts";

export interface GpuRequest {
  /** Gang size. A fixed job has min = max; an elastic one may run at any size between. */
  readonly min: number;
  readonly max: number;
  /** The size a policy without elasticity gives; between min and max. */
  readonly preferred: number;
  readonly model: string | null;
  /** Least memory of each GPU. */
  readonly memoryMiB: number | null;
}

/** What starts the processes of a run; without one the command itself, once on each server. */
export type Launcher = "torchrun" | "horovod" | "mpi";

/** A port on which the program listens inside its container. */
export interface PortRequest {
  readonly name: string;
  readonly port: number;
}

/** A folder of the server that the job sees. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A folder that was shipped with the job, by the hash of its archive. */
export interface CodeFolder {
  readonly hash: string;
  readonly bytes: number;
  readonly files: number;
}

/** `batch-17` */
export type BatchId = string;

/** Of a job that was submitted with others from one spec. */
export interface BatchPlace {
  readonly id: BatchId;
  /** What the spec is called; each of its jobs has a name of its own. */
  readonly name: string;
  /** Its number in the batch: that of an array need not count from 0. */
  readonly index: number;
  /** How many jobs were submitted. */
  readonly size: number;
  /** What it was given of a sweep. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** So many of the batch run at a time; all of them unless given. */
  readonly maxParallel?: number;
  /** When more of the batch have failed, the rest is cancelled; never unless given. */
  readonly maxFailures?: number;
}

export type WhenServerLost = "restart" | "wait" | "fail";

/** Where a container finds it. */
export const CODE_PATH = "/code";

export type Elasticity = "none" | "restart" | "live";

/** What the user asked for, complete and checked. Secrets are named here, their values are kept apart. */
export interface JobSpec {
  readonly name: string;
  /** Category, such as `pytorch`: history is kept per category. */
  readonly type: string;
  /** Null for a job that only a process server can run. */
  readonly image: string | null;
  /** Also where the server has one of this name. */
  readonly imagePull?: "always";
  readonly code?: CodeFolder;
  readonly mounts?: readonly Mount[];
  /** `1000:1000`; absent: the operator's choice. */
  readonly runAs?: string;
  /** Exec form; a shell string has become `["/bin/sh", "-c", …]`. */
  readonly command: readonly string[];
  readonly workdir: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
  readonly gpus: GpuRequest;
  /** On each server that it spans. For a job without GPUs, cores are what policies hand out, from `min` to `max`. */
  readonly cores: { readonly min: number; readonly max: number; readonly preferred: number };
  readonly parallelism: { readonly interOp: number | null; readonly intraOp: number | null };
  readonly memoryMiB: number | null;
  readonly shmMiB: number;
  /** How many servers a gang may span. */
  readonly servers: { readonly min: number; readonly max: number };
  readonly launcher?: Launcher;
  /** In place of the launcher's own program, with further options. */
  readonly launcherCommand?: readonly string[];
  readonly ports?: readonly PortRequest[];
  readonly elasticity: Elasticity;
  /** Sent after `allocation.json` of a running job has changed; null for none. */
  readonly resizeSignal: string | null;
  /** Higher goes first, under the policies that look at it. */
  readonly priority: number;
  readonly deadline: Instant | null;
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The user's guess of the work: seconds on one GPU, or how many epochs or steps. */
  readonly estimate: { readonly seconds: number | null; readonly epochs: number | null; readonly steps: number | null };
  /** Regular expression with named groups for progress; null: common forms are recognised. */
  readonly progressPattern: string | null;
  /** CSV or JSON lines that the program writes: its progress is read from there too. Relative paths start at its working folder. */
  readonly progressFile?: string;
  readonly checkpoint: { readonly path: string; readonly signal: string; readonly graceSeconds: number };
  /** Restarts allowed after a failure, per cause. */
  readonly retries: { readonly application: number; readonly infrastructure: number };
  readonly limits: {
    readonly queueSeconds: number | null;
    readonly pullSeconds: number | null;
    readonly runSeconds: number | null;
    /** Without any output. */
    readonly idleSeconds: number | null;
    /** Without any progress. */
    readonly stallSeconds?: number;
  };
  /** What becomes of its run when a server of it is lost: begun elsewhere unless given, kept waiting for it, or failed. */
  readonly whenServerLost?: WhenServerLost;
  /** Jobs that must have completed first. */
  readonly after: readonly string[];
  /** Absent for a job that was submitted alone. */
  readonly batch?: BatchPlace;
}

/** What a policy divides: GPUs, or cores for jobs without GPUs. */
export type Pool = "gpus" | "cores";
/** Does the launcher run on the lead only, and start what runs on the other servers? */
export const startsMembers = ({ launcher }: JobSpec): boolean => launcher === "horovod" || launcher === "mpi";

/** A gang over several servers is never frozen for others: they would wait for each of its members. */
export const mayFreeze = (spec: JobSpec): boolean => poolOf(spec) === "cores" && spec.servers.max === 1;
export const poolOf = (spec: JobSpec): Pool => (spec.gpus.max > 0 ? "gpus" : "cores");
