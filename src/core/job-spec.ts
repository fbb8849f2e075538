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

export type Elasticity = "none" | "restart" | "live";

/** What the user asked for, complete and checked. Secrets are named here, their values are kept apart. */
export interface JobSpec {
  readonly name: string;
  /** Category, such as `pytorch`: history is kept per category. */
  readonly type: string;
  /** Null for a job that only a process server can run. */
  readonly image: string | null;
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
  readonly checkpoint: { readonly path: string; readonly signal: string; readonly graceSeconds: number };
  /** Restarts allowed after a failure, per cause. */
  readonly retries: { readonly application: number; readonly infrastructure: number };
  readonly limits: {
    readonly queueSeconds: number | null;
    readonly pullSeconds: number | null;
    readonly runSeconds: number | null;
    /** Without any output. */
    readonly idleSeconds: number | null;
  };
  /** Jobs that must have completed first. */
  readonly after: readonly string[];
}

/** What a policy divides: GPUs, or cores for jobs without GPUs. */
export type Pool = "gpus" | "cores";
export const poolOf = (spec: JobSpec): Pool => (spec.gpus.max > 0 ? "gpus" : "cores");
