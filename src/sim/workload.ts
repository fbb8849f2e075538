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

/** A job that fails as often as this without an end never will end. */
const MOST_RETRIES = 1_000;

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
  const { speedups } = options;
  const room = new Room(options.servers);
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
    const problem = room.problemOf(job, options.elastic !== null);
    if (problem) fault(job, problem);
    const sizes = sizesOf(job, measured, options.elastic, room);
    const range = job.gpus > 0 ? sizes.gpus : sizes.cores;
    const speed = measured ?? (range.min === range.max ? LINEAR : power);
    const workMillis = Math.round(job.durationSeconds * 1000) * speed.speed(job.gpus || (job.cores ?? 1));
    const declared = options.declares ? workMillis / 1000 : null;
    const { model, type, gpuModel, user, priority, deadlineSeconds } = job;
    const { gpus, cores } = sizes;
    const numbers = [gpus.min, gpus.max, job.gpus, cores.min, cores.max, cores.preferred, priority, deadlineSeconds];
    const key = [...numbers, declared, model, type, gpuModel, user].join("|");
    let spec = specs.get(key);
    if (!spec) {
      spec = specOf(job, sizes, room, declared, options.graceSeconds);
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

interface Sizes {
  readonly gpus: JobSpec["cores"];
  readonly cores: JobSpec["cores"];
}

/** Fixed, or from what the trace or the measurements say; never more than there is. */
function sizesOf(job: TraceJob, measured: SpeedBySize | null, elastic: number | null, room: Room): Sizes {
  const range = (size: number, min: number | null, max: number | null, reach: number, total: number) => {
    if (elastic === null || size === 0) return { min: size, max: size, preferred: size };
    const most = max ?? Math.max(size, reach);
    return { min: min ?? 1, max: Math.min(most, total), preferred: Math.min(size, total) };
  };
  const cores = room.mostCores > 0 ? (job.cores ?? 0) : 0;
  if (job.gpus === 0)
    return {
      gpus: { min: 0, max: 0, preferred: 0 },
      cores: range(cores, job.minCores, job.maxCores, Math.floor((elastic ?? 1) * cores), room.mostCores),
    };
  const reach = measured?.largest ?? Math.floor((elastic ?? 1) * job.gpus);
  return {
    gpus: range(job.gpus, job.minGpus, job.maxGpus, reach, room.gpus(job.gpuModel)),
    cores: { min: cores, max: cores, preferred: cores },
  };
}

function specOf(job: TraceJob, sizes: Sizes, room: Room, declared: number | null, graceSeconds: number): JobSpec {
  const { gpus, cores } = sizes;
  return {
    ...simulatedSpec(job.model ?? job.type ?? "training", graceSeconds),
    type: job.type ?? job.model ?? "generic",
    gpus: { ...gpus, model: job.gpuModel, memoryMiB: null },
    cores,
    servers: { min: 1, max: room.serversFor(gpus.max, job.gpuModel) },
    elasticity: gpus.min === gpus.max && cores.min === cores.max ? "none" : "restart",
    priority: job.priority ?? 0,
    deadline: job.deadlineSeconds === null ? null : Math.round(job.deadlineSeconds * 1000),
    user: job.user ?? "somebody",
    estimate: { seconds: declared, epochs: null, steps: null },
  };
}

/** What the servers of a cluster could give to one job. */
class Room {
  /** Of the largest server; 0 where nobody has told the cores of any: jobs on GPUs are not asked for theirs then. */
  readonly mostCores: number;
  readonly #servers: readonly Server[];
  /** GPUs of the largest server, of the two largest and so on, by make (null: any). */
  readonly #sums = new Map<string | null, readonly number[]>();

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
    this.mostCores = servers.reduce((most, { cores }) => Math.max(most, cores), 0);
  }

  gpus(model: string | null): number {
    return this.#sumsOf(model).at(-1) ?? 0;
  }

  /** A gang spans no more servers than it must. */
  serversFor(gpus: number, model: string | null): number {
    return Math.max(1, this.#sumsOf(model).findIndex((sum) => sum >= gpus) + 1);
  }

  #sumsOf(model: string | null): readonly number[] {
    const known = this.#sums.get(model);
    if (known) return known;
    let sum = 0;
    const fitting = this.#servers.map(({ gpus }) => gpus.filter((gpu) => model === null || gpu.model === model).length);
    const sums = fitting.sort((a, b) => b - a).map((count) => (sum += count));
    this.#sums.set(model, sums);
    return sums;
  }

  /** Why the job could never run, or null. */
  problemOf({ id, gpus, minGpus, gpuModel, cores, minCores }: TraceJob, isElastic: boolean): string | null {
    const total = this.gpus(gpuModel);
    if ((isElastic ? (minGpus ?? gpus) : gpus) > total)
      return `job ${id} wants ${gpus} GPUs${gpuModel ? ` of model ${gpuModel}` : ""}, the cluster has ${total}`;
    if (gpus === 0 && this.mostCores === 0)
      return `job ${id} trains on CPU cores alone, and the cluster has none: say how many, as in --cluster 4x8+32`;
    const wanted = gpus === 0 && isElastic ? (minCores ?? cores ?? 0) : (cores ?? 0);
    if (this.mostCores > 0 && wanted > this.mostCores)
      return `job ${id} wants ${wanted} cores, the largest server has ${this.mostCores}`;
    return null;
  }
}

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
  retries: { application: 0, infrastructure: MOST_RETRIES },
  limits: { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null },
  after: [],
});
