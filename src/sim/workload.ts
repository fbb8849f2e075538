import { DomainError, type Fault } from "../core/errors.ts";
import type { JobId } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import type { Server } from "../core/server.ts";
import type { Instant, Millis } from "../core/time.ts";
import { LINEAR, powerCurve, type SpeedBySize } from "./curve.ts";
import type { SpeedupTable } from "./speedups.ts";
import type { TraceJob } from "./traces/trace.ts";

/** One job of a simulation: what is submitted, and what is true of it. */
export interface SimulatedJob {
  /** As the scheduler counts them; `name` is what the trace calls it. */
  readonly id: JobId;
  readonly name: string;
  readonly submitAt: Instant;
  readonly spec: JobSpec;
  /** All its work, in milliseconds on one GPU. */
  readonly workMillis: Millis;
  readonly speed: SpeedBySize;
  /** Steps of all its work as its output counts them; null: it tells a fraction. */
  readonly steps: number | null;
}

export interface WorkloadOptions {
  readonly servers: readonly Server[];
  /** For sizes that change; jobs without a model in it follow `exponent`. */
  readonly speedups: SpeedupTable | null;
  /** Speed of n GPUs is n to this power, for elastic jobs of which nothing is measured. */
  readonly exponent: number;
  /** Elastic jobs run on 1 to so many times their GPUs, or to what was measured; null: every job has its `num_gpus`. */
  readonly elastic: number | null;
  /** Users declare how long their jobs take on one GPU. */
  readonly declares: boolean;
  /** A stop takes so long at most. */
  readonly graceSeconds: number;
}

/** A trace's jobs as they are submitted. Throws a DomainError for jobs that could never run, or of a model that is not in the table. */
export function workloadOf(file: string, trace: readonly TraceJob[], options: WorkloadOptions): SimulatedJob[] {
  const { servers, speedups } = options;
  const total = servers.reduce((sum, { gpus }) => sum + gpus.length, 0);
  const perServer = servers[0]?.gpus.length ?? 0;
  const faults: Fault[] = [];
  const fault = ({ line }: TraceJob, message: string): void => {
    faults.push({ code: "INVALID_INPUT", message: `${file}:${line}: ${message}` });
  };
  const specs = new Map<string, JobSpec>();
  const power = powerCurve(options.exponent);

  const jobs = trace.map((job, i): SimulatedJob => {
    const measured = speedups && job.model !== null ? speedups.curve(job.model, job.globalBatch) : null;
    if (speedups && job.model !== null && !measured) {
      const meant = speedups.nearest(job.model);
      fault(job, `the table of speed-ups has no model ${job.model}${meant ? `, did you mean ${meant}?` : ""}`);
    }
    if ((job.minGpus ?? job.gpus) > total || (options.elastic === null && job.gpus > total))
      fault(job, `job ${job.id} wants ${job.gpus} GPUs, the cluster has ${total}`);
    const range = rangeOf(job, measured, options.elastic, total);
    const speed = measured ?? (range.min === range.max ? LINEAR : power);
    const workMillis = Math.round(job.durationSeconds * 1000) * speed.speed(job.gpus);
    const declared = options.declares ? workMillis / 1000 : null;
    const key = [range.min, range.max, job.gpus, job.model, job.user, job.priority, job.deadlineSeconds, declared].join(
      "|",
    );
    let spec = specs.get(key);
    if (!spec) {
      spec = specOf(job, range, perServer, declared, options.graceSeconds);
      specs.set(key, spec);
    }
    const submitAt = Math.round(job.submitSeconds * 1000);
    return { id: `job-${i + 1}`, name: job.id, submitAt, spec, workMillis, speed, steps: job.iterations };
  });
  if (faults.length > MOST_FAULTS) faults.splice(MOST_FAULTS, faults.length, more(file, faults.length - MOST_FAULTS));
  if (faults.length > 0) throw new DomainError(faults);
  return jobs;
}

const MOST_FAULTS = 10;
const more = (file: string, count: number): Fault => ({ code: "INVALID_INPUT", message: `${file}: and ${count} more` });

interface Range {
  readonly min: number;
  readonly max: number;
  readonly preferred: number;
}

function rangeOf(
  { gpus, minGpus, maxGpus }: TraceJob,
  measured: SpeedBySize | null,
  elastic: number | null,
  total: number,
): Range {
  if (elastic === null) return { min: gpus, max: gpus, preferred: gpus };
  const most = maxGpus ?? Math.max(gpus, measured?.largest ?? Math.floor(elastic * gpus));
  return { min: minGpus ?? 1, max: Math.min(most, total), preferred: Math.min(gpus, total) };
}

/** A gang spans no more servers than it must. */
const specOf = (
  job: TraceJob,
  range: Range,
  perServer: number,
  declared: number | null,
  graceSeconds: number,
): JobSpec => ({
  ...simulatedSpec(job.model ?? "training", graceSeconds),
  type: job.model ?? "generic",
  gpus: { ...range, model: null, memoryMiB: null },
  servers: { min: 1, max: Math.ceil(range.max / perServer) },
  elasticity: range.min === range.max ? "none" : "restart",
  priority: job.priority ?? 0,
  deadline: job.deadlineSeconds === null ? null : Math.round(job.deadlineSeconds * 1000),
  user: job.user ?? "somebody",
  estimate: { seconds: declared, epochs: null, steps: null },
});

/** A program that asks for nothing, of which nothing is known. */
export const simulatedSpec = (program: string, graceSeconds: number): JobSpec => ({
  name: program,
  type: "generic",
  image: program,
  command: [program],
  workdir: null,
  env: {},
  secretNames: [],
  gpus: { min: 0, max: 0, preferred: 0, model: null, memoryMiB: null },
  cores: { min: 0, max: 0, preferred: 0 },
  parallelism: { interOp: null, intraOp: null },
  memoryMiB: null,
  shmMiB: 64,
  servers: { min: 1, max: 1 },
  elasticity: "none",
  resizeSignal: null,
  priority: 0,
  deadline: null,
  user: "somebody",
  labels: {},
  estimate: { seconds: null, epochs: null, steps: null },
  progressPattern: null,
  checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds },
  retries: { application: 0, infrastructure: 0 },
  limits: { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null },
  after: [],
});
