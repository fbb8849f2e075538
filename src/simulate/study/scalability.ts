import type { Conditions } from "../../sim/experiment.ts";
import { metricRow } from "./metric-row.ts";
import { scaled, totalGpus } from "./scaled.ts";
import type { Study, StudyTrial } from "./study.ts";

/** Clusters of other sizes, and beginnings of the workload. */
const CLUSTERS = [1 / 4, 1 / 2, 1, 2, 4];
const WORKLOADS = [1 / 4, 1 / 2, 1];

/** How long the same jobs take on more servers, and more of them on the same. */
export const scalability: Study = {
  about: "makespan and JCT on a quarter to four times the GPUs, and of a quarter of the jobs to all",
  policies: ["fifo", "tiresias", "goodput"],
  isOfSameJobs: false,
  trials: (experiments, conditions) =>
    experiments.flatMap((experiment) =>
      variants(conditions).map((variant): StudyTrial => {
        const [gpus, servers, jobs] = [totalGpus(variant.servers), variant.servers.length, variant.trace.length];
        const labels = { policy: experiment.name, gpus, servers, jobs };
        return { ...experiment, name: `${experiment.name}, ${gpus} GPUs, ${jobs} jobs`, labels, conditions: variant };
      }),
    ),
  rows: ({ metrics }, labels) => [{ ...labels, ...metricRow(metrics) }],
};

/** Each but once, the smallest first. A cluster on which a job would never find room is none. */
function variants(conditions: Conditions): Conditions[] {
  const { trace, servers } = conditions;
  const most = trace.reduce((max, { gpus, minGpus }) => Math.max(max, minGpus ?? gpus), 1);
  const sizes = new Map(CLUSTERS.map((times) => scaled(servers, times)).map((each) => [totalGpus(each), each]));
  const clusters = [...sizes].flatMap(([gpus, each]) => (gpus >= most ? [each] : []));
  const beginnings = WORKLOADS.map((part) => trace.slice(0, Math.ceil(trace.length * part)));
  return [
    ...beginnings.filter(({ length }) => length < trace.length).map((jobs) => ({ ...conditions, trace: jobs })),
    ...clusters.map((each) => ({ ...conditions, servers: each })),
  ];
}
