import type { JobResult } from "./simulation.ts";

/** What a run of the whole system came to. Times in seconds; means and quantiles are of the jobs that ended. */
export interface Metrics {
  readonly jobs: number;
  /** Those that did not end, and are in none of the times: nothing was left to happen, and they were still waiting. */
  readonly unfinished: number;
  /** Job completion time: from submission to end. */
  readonly meanJct: number;
  readonly medianJct: number;
  readonly p95Jct: number;
  readonly p99Jct: number;
  /** From the first submission to the last end. */
  readonly makespan: number;
  /** From submission to the first start: the time to a job's first run. */
  readonly meanQueueingDelay: number;
  readonly medianQueueingDelay: number;
  readonly p95QueueingDelay: number;
  /** All the time until the end in which it did not run. */
  readonly meanWaiting: number;
  /** All the time in which it trained. */
  readonly meanService: number;
  /** The JCT against what the job takes alone, at the size it asks for. */
  readonly meanSlowdown: number;
  readonly preemptions: number;
  readonly migrations: number;
  readonly resizes: number;
  /** GPU-seconds of training, those that were lost with a failed run among them. */
  readonly gpuSeconds: number;
  readonly lostGpuSeconds: number;
  /** Part of all GPU time until the last end in which a job trained; the same for cores. */
  readonly utilisation: number;
  readonly coreUtilisation: number;
  /** Part of all GPU time that was free in pieces: see `Fragmentation`. */
  readonly fragmentation: number;
  /** Jain's index of the jobs' slowdown: 1 when all are slowed down alike, 1/n when one alone is. */
  readonly fairness: number;
  /** Jain's index of the mean slowdown of each user's jobs. */
  readonly userFairness: number;
  readonly deadlines: number;
  readonly deadlineMisses: number;
  /** Jobs ended per hour. */
  readonly throughput: number;
}

/** What all the jobs share. */
export interface System {
  readonly gpus: number;
  readonly cores: number;
  /** GPU-milliseconds that were free in pieces. */
  readonly fragmentedGpuMillis: number;
}

export function metricsOf(results: readonly JobResult[], system: System): Metrics {
  const ended = results.filter(hasEnded);
  const jct = ended.map(jctOf);
  const queueing = results.flatMap((result) => queueingDelayOf(result) ?? []);
  const [jctRanks, queueingRanks] = [Float64Array.from(jct).sort(), Float64Array.from(queueing).sort()];
  const makespan = ended.length === 0 ? 0 : (most(ended, endOf) - least(results, submissionOf)) / 1000;
  const slowdowns = ended.map(slowdownOf);
  const withDeadline = results.filter(({ deadline }) => deadline !== null);
  const sum = (of: (result: JobResult) => number): number => total(results.map(of));
  const partOf = (units: number, millis: number): number => millis / 1000 / (units * makespan) || 0;
  return {
    jobs: results.length,
    unfinished: results.length - ended.length,
    meanJct: mean(jct),
    medianJct: quantile(jctRanks, 0.5),
    p95Jct: quantile(jctRanks, 0.95),
    p99Jct: quantile(jctRanks, 0.99),
    makespan,
    meanQueueingDelay: mean(queueing),
    medianQueueingDelay: quantile(queueingRanks, 0.5),
    p95QueueingDelay: quantile(queueingRanks, 0.95),
    meanWaiting: mean(ended.map(waitingOf)),
    meanService: mean(ended.map(({ serviceMillis }) => serviceMillis / 1000)),
    meanSlowdown: mean(slowdowns),
    preemptions: sum(({ preemptions }) => preemptions),
    migrations: sum(({ migrations }) => migrations),
    resizes: sum(({ resizes }) => resizes),
    gpuSeconds: sum(({ gpuMillis }) => gpuMillis) / 1000,
    lostGpuSeconds: sum(({ lostGpuMillis }) => lostGpuMillis) / 1000,
    utilisation: partOf(
      system.gpus,
      sum(({ gpuMillis }) => gpuMillis),
    ),
    coreUtilisation: partOf(
      system.cores,
      sum(({ coreMillis }) => coreMillis),
    ),
    fragmentation: partOf(system.gpus, system.fragmentedGpuMillis),
    fairness: jain(slowdowns),
    userFairness: jain(meansByUser(ended, slowdowns)),
    deadlines: withDeadline.length,
    deadlineMisses: withDeadline.filter(isLate).length,
    throughput: makespan === 0 ? 0 : ended.length / (makespan / 3600),
  };
}

export type EndedJob = JobResult & { readonly endedAt: number };
export const hasEnded = (result: JobResult): result is EndedJob => result.endedAt !== null;

const endOf = ({ endedAt }: EndedJob): number => endedAt;
const submissionOf = ({ submittedAt }: JobResult): number => submittedAt;
/** In seconds, as all that follow. */
export const jctOf = ({ endedAt, submittedAt }: EndedJob): number => (endedAt - submittedAt) / 1000;
export const waitingOf = (job: EndedJob): number => jctOf(job) - job.serviceMillis / 1000;
export const queueingDelayOf = ({ firstStartedAt, submittedAt }: JobResult): number | null =>
  firstStartedAt === null ? null : (firstStartedAt - submittedAt) / 1000;
/** A job of no length counts as one of a millisecond. */
export const slowdownOf = (job: EndedJob): number =>
  Math.max(1e-3, jctOf(job)) / Math.max(1e-3, job.aloneMillis / 1000);
export const isLate = ({ endedAt, deadline }: JobResult): boolean =>
  deadline !== null && (endedAt ?? Number.POSITIVE_INFINITY) > deadline;

function meansByUser(ended: readonly EndedJob[], slowdowns: readonly number[]): number[] {
  const byUser = new Map<string, number[]>();
  for (const [i, { user }] of ended.entries()) {
    const own = byUser.get(user) ?? [];
    if (own.push(slowdowns[i] as number) === 1) byUser.set(user, own);
  }
  return [...byUser.values()].map(mean);
}

/** Jain, Chiu, Hawe (1984): (sum of x)² / (n · sum of x²); 0 for none. */
const jain = (values: readonly number[]): number =>
  total(values) ** 2 / (values.length * total(values.map((value) => value * value))) || 0;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : total(values) / values.length);
const least = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((a, b) => Math.min(a, of(b)), Infinity);
const most = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((a, b) => Math.max(a, of(b)), -Infinity);

/** Between the two nearest ranks, on the line. */
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return 0;
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
