import type { JobResult } from "./simulation.ts";

/** What a run of the whole system came to. Times in seconds. */
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
  /** From submission to the first start. */
  readonly meanQueueingDelay: number;
  readonly medianQueueingDelay: number;
  /** All the time until the end in which it did not run. */
  readonly meanWaiting: number;
  readonly preemptions: number;
  readonly migrations: number;
  readonly resizes: number;
  /** Part of all GPU time until the last end in which a job trained. */
  readonly utilisation: number;
  /** Jain's index of the jobs' slowdown, the JCT against what the job takes alone: 1 when all are slowed down alike. */
  readonly fairness: number;
  readonly deadlines: number;
  readonly deadlineMisses: number;
  /** Jobs ended per hour. */
  readonly throughput: number;
}

export function metricsOf(results: readonly JobResult[], gpus: number): Metrics {
  const ended = results.filter(({ endedAt }) => endedAt !== null);
  const jct = ended.map(({ endedAt, submittedAt }) => ((endedAt as number) - submittedAt) / 1000);
  const sorted = Float64Array.from(jct).sort();
  const queueing = results.flatMap(({ firstStartedAt, submittedAt }) =>
    firstStartedAt === null ? [] : [(firstStartedAt - submittedAt) / 1000],
  );
  const begin = least(results.map(({ submittedAt }) => submittedAt));
  const makespan = ended.length === 0 ? 0 : (most(ended.map(({ endedAt }) => endedAt as number)) - begin) / 1000;
  const slowdowns = ended.map(
    ({ aloneMillis }, i) => Math.max(1e-3, jct[i] as number) / Math.max(1e-3, aloneMillis / 1000),
  );
  const withDeadline = results.filter(({ deadline }) => deadline !== null);
  const sum = (of: (result: JobResult) => number): number => total(results.map(of));
  return {
    jobs: results.length,
    unfinished: results.length - ended.length,
    meanJct: mean(jct),
    medianJct: quantile(sorted, 0.5),
    p95Jct: quantile(sorted, 0.95),
    p99Jct: quantile(sorted, 0.99),
    makespan,
    meanQueueingDelay: mean(queueing),
    medianQueueingDelay: quantile(Float64Array.from(queueing).sort(), 0.5),
    meanWaiting: mean(ended.map(({ serviceMillis }, i) => (jct[i] as number) - serviceMillis / 1000)),
    preemptions: sum(({ preemptions }) => preemptions),
    migrations: sum(({ migrations }) => migrations),
    resizes: sum(({ resizes }) => resizes),
    utilisation: makespan === 0 ? 0 : sum(({ gpuMillis }) => gpuMillis) / 1000 / (gpus * makespan),
    fairness: total(slowdowns) ** 2 / (slowdowns.length * total(slowdowns.map((value) => value * value))) || 0,
    deadlines: withDeadline.length,
    deadlineMisses: withDeadline.filter(({ endedAt, deadline }) => (endedAt ?? Infinity) > (deadline as number)).length,
    throughput: makespan === 0 ? 0 : ended.length / (makespan / 3600),
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : total(values) / values.length);
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

/** Between the two nearest ranks, on the line. */
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return 0;
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
