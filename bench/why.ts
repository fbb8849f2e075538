import { BusyCluster } from "./busy-cluster.ts";
import { type Figures, median, rounded } from "./figures.ts";

const SIZES = [
  [100, 64],
  [10_000, 1_000],
] as const;
const POLICIES = ["fifo", "priority", "tiresias", "elastic-fifo", "fair-share"];
const TIMES = 9;

/** Why a job waits, with the smallest change that starts it, beside a round of the same cluster. */
export function why(): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const policy of POLICIES)
    for (const [jobs, count] of SIZES) {
      const cluster = new BusyCluster(policy, count);
      cluster.fill(jobs);
      const round = median(cluster.measure(TIMES));
      const millis = cluster.explain(TIMES);
      const name = `${policy} ${jobs}x${count}`;
      figures[`${name} median ms`] = rounded(median(millis), 1);
      figures[`${name} longest ms`] = rounded(Math.max(...millis), 1);
      figures[`${name} a round ms`] = rounded(round, 2);
    }
  return Promise.resolve(figures);
}
