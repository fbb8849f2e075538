import { policies } from "../src/policies/index.ts";
import { BusyCluster } from "./busy-cluster.ts";
import { type Figures, median, quantile, rounded } from "./figures.ts";

/** Waiting jobs by GPUs; servers have 8 of them. */
const SIZES = [
  [100, 64],
  [1_000, 256],
  [10_000, 1_000],
] as const;
const ROUNDS = 150;
/** Not counted: the code is compiled in them. */
const WARM_UP = 30;

/** One scheduling round (snapshot, decision, placement, plan) after one job has ended and one has come, for every policy. */
export function rounds(): Promise<Figures> {
  const figures: Record<string, number | string> = {};
  const only = process.env.BENCH_POLICIES?.split(","); // all of them take minutes
  for (const { key } of policies) {
    if (only && !only.includes(key)) continue;
    const medians: number[] = [];
    for (const [jobs, count] of SIZES) {
      const bench = new BusyCluster(key, count);
      bench.fill(jobs);
      bench.measure(WARM_UP);
      const millis = bench.measure(ROUNDS);
      medians.push(median(millis));
      const name = `${key} ${jobs}x${count}`;
      figures[`${name} median ms`] = rounded(median(millis), 2);
      figures[`${name} p99 ms`] = rounded(quantile(millis, 0.99), 2);
      figures[`${name} heap MiB`] = Math.round(bench.heapMiB());
    }
    const [first = 0, , last = 0] = medians;
    figures[`${key} growth for 100 times the jobs`] = `${rounded(last / first)} times`;
  }
  return Promise.resolve(figures);
}
