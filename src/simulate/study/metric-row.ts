import type { Metrics } from "../../sim/metrics.ts";
import type { Row } from "./study.ts";

/** What studies tell of a whole run: times in seconds, parts of 1. */
export const metricRow = ({ meanJct, p95Jct, makespan, meanQueueingDelay, utilisation, unfinished }: Metrics): Row => ({
  mean_jct_s: meanJct,
  p95_jct_s: p95Jct,
  makespan_s: makespan,
  queueing_s: meanQueueingDelay,
  utilisation,
  unfinished,
});
