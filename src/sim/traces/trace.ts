/** One job of a trace. Times in seconds. */
export interface TraceJob {
  readonly id: string;
  readonly submitSeconds: number;
  /** 0 for a job that trains on CPU cores alone. */
  readonly gpus: number;
  /** Of a run on `gpus` (or on `cores`, without GPUs), undisturbed. */
  readonly durationSeconds: number;
  readonly model: string | null;
  /** The category; the model where it is not given. */
  readonly type: string | null;
  readonly iterations: number | null;
  readonly globalBatch: number | null;
  readonly minGpus: number | null;
  readonly maxGpus: number | null;
  /** The make of GPU that it must have. */
  readonly gpuModel: string | null;
  /** CPU cores, on each server that it spans. */
  readonly cores: number | null;
  readonly minCores: number | null;
  readonly maxCores: number | null;
  readonly user: string | null;
  readonly priority: number | null;
  /** On the trace's own clock. */
  readonly deadlineSeconds: number | null;
  /** Where it stands in its file. */
  readonly line: number;
}

export interface Trace {
  /** In the order of submission; jobs of one instant keep the order of the file. */
  readonly jobs: readonly TraceJob[];
  /** What a person should know of them: jobs left out, and why. */
  readonly notes: readonly string[];
}

type Plain = Pick<TraceJob, "id" | "submitSeconds" | "gpus" | "durationSeconds" | "line">;

/** A job with nothing but its size and its time. */
export const plainJob = ({ id, submitSeconds, gpus, durationSeconds, line }: Plain): TraceJob => ({
  id,
  submitSeconds,
  gpus,
  durationSeconds,
  model: null,
  type: null,
  iterations: null,
  globalBatch: null,
  minGpus: null,
  maxGpus: null,
  gpuModel: null,
  cores: null,
  minCores: null,
  maxCores: null,
  user: null,
  priority: null,
  deadlineSeconds: null,
  line,
});

/** By submission; stable. */
export const inOrder = (jobs: TraceJob[]): TraceJob[] => jobs.sort((a, b) => a.submitSeconds - b.submitSeconds);

export const jobsLeftOut = (count: number): string =>
  count === 1 ? "1 job was left out" : `${count.toLocaleString("en-US")} jobs were left out`;

/** Times since the first submission. */
export function fromFirst(jobs: readonly TraceJob[]): TraceJob[] {
  const first = jobs.reduce((least, { submitSeconds }) => Math.min(least, submitSeconds), Number.POSITIVE_INFINITY);
  const since = (seconds: number): number => Math.round((seconds - first) * 1000) / 1000;
  return jobs.map((job) => ({
    ...job,
    submitSeconds: since(job.submitSeconds),
    deadlineSeconds: job.deadlineSeconds === null ? null : Math.max(0, since(job.deadlineSeconds)),
  }));
}
