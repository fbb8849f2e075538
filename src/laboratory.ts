import { DomainError } from "./core/errors.ts";
import { metricsOf, type System } from "./sim/metrics.ts";
import { detailsCsv, jobsCsv } from "./sim/output.ts";
import { ProgramTable } from "./sim/program-table.ts";
import { coresAsked } from "./sim/request-workload.ts";
import type { JobResult } from "./sim/simulation.ts";
import { metricsTable } from "./sim/table.ts";
import { readTrace } from "./sim/traces/read.ts";
import { isRequests, type ProgramRequest, readRequests } from "./sim/traces/requests.ts";
import type { TraceJob } from "./sim/traces/trace.ts";

type Size = Readonly<Record<"min" | "preferred" | "max", number>>;
type Elastic = number | "fixed" | null;

interface ReadOptions {
  readonly programs: { readonly file: string; readonly text: string } | null;
  readonly elastic: Elastic;
}

/** What the command line is lent of the laboratory, which knows it by a type of its own: it replays workload files and tells what came of them. */
export const laboratory = {
  /** The jobs of a trace or requests file, and what is asked of them, in the order of time; or what is wrong with it. */
  readWorkload(file: string, text: string, { programs, elastic }: ReadOptions) {
    try {
      if (!isRequests(text)) {
        const { jobs } = readTrace(file, text);
        const beginSeconds = jobs[0]?.submitSeconds ?? 0; // nobody waits for the first
        return jobs.map((job) => cueOfJob(job, beginSeconds, elastic));
      }
      const table = programs && new ProgramTable(programs.file, programs.text);
      return readRequests(file, text).map((request) => cueOfRequest(request, table, elastic));
    } catch (error) {
      if (error instanceof DomainError) return { faults: error.faults.map(({ message }) => message) };
      throw error;
    }
  },

  /** Of work lost with a run, and of GPUs that are free in pieces, nothing is known of live servers. */
  summarise(name: string, jobs: readonly Omit<JobResult, "lostGpuMillis">[], system: Pick<System, "gpus" | "cores">) {
    const results = jobs.map((job): JobResult => ({ ...job, lostGpuMillis: 0 }));
    const metrics = metricsOf(results, { ...system, fragmentedGpuMillis: 0 });
    const { lostGpuSeconds: _, fragmentation: __, ...known } = metrics;
    return {
      metrics: known,
      table: metricsTable({ [name]: metrics }),
      jobs: jobsCsv(results),
      details: detailsCsv(results, ["lost_gpu_seconds"]),
    };
  },
};

function cueOfJob(job: TraceJob, beginSeconds: number, elastic: Elastic) {
  const { id, submitSeconds, durationSeconds, deadlineSeconds, model, type, user, priority } = job;
  return {
    kind: "submit" as const,
    name: id,
    atSeconds: submitSeconds - beginSeconds,
    program: model ?? type,
    seconds: durationSeconds,
    gpus: job.gpus > 0 ? sizeOf(job.gpus, job.minGpus, job.maxGpus, elastic) : null,
    cores: job.gpus > 0 ? null : sizeOf(job.cores ?? 1, job.minCores, job.maxCores, elastic),
    parallelism: null,
    user,
    priority: priority ?? 0,
    deadlineSeconds: deadlineSeconds === null ? null : deadlineSeconds - submitSeconds,
  };
}

function sizeOf(preferred: number, min: number | null, max: number | null, elastic: Elastic): Size {
  if (elastic === "fixed") return { min: preferred, preferred, max: preferred };
  const reach = elastic === null ? preferred : Math.floor(elastic * preferred);
  return { min: min ?? (elastic === null ? preferred : 1), preferred, max: max ?? Math.max(preferred, reach) };
}

function cueOfRequest(request: ProgramRequest, programs: ProgramTable | null, elastic: Elastic) {
  const { instance, atSeconds, threads, priority } = request;
  const cores = coresAsked(threads, elastic === "fixed" ? null : (elastic ?? 1), Number.POSITIVE_INFINITY);
  const asked = { name: instance, atSeconds, gpus: null, cores, priority: -priority }; // there, 0 goes first
  if (request.kind === "update") return { kind: "update" as const, ...asked };
  const { interOp, intraOp } = threads;
  const program = programs?.find(request.image);
  const measured = program && (program.durationSeconds * (program.threads ?? threads.count)) / threads.count;
  return {
    kind: "submit" as const,
    ...asked,
    program: request.image,
    seconds: request.durationSeconds ?? measured ?? null,
    parallelism: interOp === null || intraOp === null ? null : { interOp, intraOp },
    user: null,
    deadlineSeconds: null,
  };
}
