import { type EndedJob, hasEnded, jctOf, mean, waitingOf } from "../../sim/metrics.ts";
import type { JobResult } from "../../sim/simulation.ts";
import type { Row, Study } from "./study.ts";

/** The turnaround of the jobs of each type under each policy, and how long the type keeps the cluster busy. */
export const turnaround: Study = {
  about: "makespan and turnaround (JCT) by policy and type of job",
  policies: ["fifo", "srjf", "tiresias", "elastic-fifo", "elastic-tiresias", "goodput"],
  isOfSameJobs: true,
  trials: (experiments, conditions) =>
    experiments.map((experiment) => ({ ...experiment, conditions, labels: { policy: experiment.name } })),
  rows: ({ results }, labels) => {
    const types = [...new Set(results.map(({ type }) => type))].sort();
    const all = { ...labels, type: "all", ...rowOf(results) };
    const ofType = (type: string): Row => ({ ...labels, type, ...rowOf(results.filter((job) => job.type === type)) });
    return types.length > 1 ? [all, ...types.map(ofType)] : [all];
  },
};

function rowOf(results: readonly JobResult[]): Row {
  const ended = results.filter(hasEnded);
  const begin = results.reduce((least, { submittedAt }) => Math.min(least, submittedAt), Number.POSITIVE_INFINITY);
  const end = ended.reduce((most, { endedAt }) => Math.max(most, endedAt), begin);
  const meanOf = (of: (job: EndedJob) => number): number => mean(ended.map(of));
  return {
    jobs: results.length,
    makespan_s: (end - begin) / 1000,
    turnaround_s: meanOf(jctOf),
    waiting_s: meanOf(waitingOf),
    service_s: meanOf(({ serviceMillis }) => serviceMillis / 1000),
    preemptions: results.reduce((sum, { preemptions }) => sum + preemptions, 0),
  };
}
