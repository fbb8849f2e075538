import { isOver, type Job, jobNumber } from "../../core/job.ts";
import { poolOf } from "../../core/job-spec.ts";
import type { Instant } from "../../core/time.ts";
import type { Queries } from "../../store/queries.ts";
import { fromFirst, inOrder, jobsLeftOut, plainJob, type Trace, type TraceJob } from "./trace.ts";

const JOBS_AT_A_TIME = 500;

/**
 * What a live system has run, as a trace. A job's duration is the time that it trained, all its runs together. One that had several sizes
 * is reckoned to the size it asked for, at the average of the sizes that it had. A job that failed or was cancelled took its
 * time from the others as well, and is a job of that time. Left out are those that never trained, and those not over: how long they
 * take is not known.
 * @param exponent the speed of n GPUs is n to this power
 * @param window of when they were submitted; null: no bound
 */
export async function historyTrace(
  queries: Queries,
  exponent: number,
  { from, to }: { readonly from: Instant | null; readonly to: Instant | null } = { from: null, to: null },
): Promise<Trace> {
  const jobs: TraceJob[] = [];
  const leftOut = { "not over yet": 0, "never trained": 0 };
  for await (const job of allJobs(queries)) {
    if (job.submittedAt < (from ?? job.submittedAt) || job.submittedAt > (to ?? job.submittedAt)) continue;
    if (!isOver(job)) leftOut["not over yet"]++;
    else if (job.serviceMillis === 0 && job.state.status !== "completed") leftOut["never trained"]++;
    else jobs.push(traceJob(job, exponent));
  }
  const notes = Object.entries(leftOut).filter(([, count]) => count > 0);
  return { jobs: inOrder(fromFirst(jobs)), notes: notes.map(([why, count]) => `${jobsLeftOut(count)}: ${why}`) };
}

async function* allJobs(queries: Queries): AsyncGenerator<Job> {
  for (let after: number | null = null; ; ) {
    const page = await queries.jobs({ filter: {}, order: "oldest-first", first: JOBS_AT_A_TIME, after });
    yield* page.items;
    const last = page.items.at(-1);
    if (!page.hasMore || !last) return;
    after = jobNumber(last.id);
  }
}

function traceJob(job: Job, exponent: number): TraceJob {
  const { id, spec, submittedAt, serviceMillis } = job;
  const isOnGpus = poolOf(spec) === "gpus";
  const { min, max, preferred } = isOnGpus ? spec.gpus : spec.cores;
  const attained = isOnGpus ? job.gpuMillis : job.coreMillis;
  const average = serviceMillis > 0 && min < max ? attained / serviceMillis : preferred;
  return {
    ...plainJob({
      id,
      submitSeconds: submittedAt / 1000,
      gpus: isOnGpus ? preferred : 0,
      durationSeconds: Math.round(serviceMillis * (average / preferred) ** exponent) / 1000,
      line: jobNumber(id),
    }),
    model: spec.labels.model ?? null,
    type: spec.type,
    // One of a fixed size is so under elastic policies too.
    ...(isOnGpus ? { minGpus: min, maxGpus: max } : { minCores: min, maxCores: max }),
    cores: isOnGpus ? spec.cores.preferred || null : preferred,
    gpuModel: spec.gpus.model,
    user: spec.user,
    priority: spec.priority,
    deadlineSeconds: spec.deadline === null ? null : spec.deadline / 1000,
  };
}
