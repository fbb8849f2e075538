import type { Metrics } from "../metrics.ts";
import type { JobResult } from "../simulation.ts";
import type { Recording } from "./recorder.ts";

/** One policy on the trace. */
export interface ReportedRun {
  readonly name: string;
  readonly metrics: Metrics;
  /** In the order of submission. */
  readonly results: readonly JobResult[];
  readonly recording: Recording;
}
