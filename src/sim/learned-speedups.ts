import { domainError } from "../core/errors.ts";
import type { Lesson } from "../core/estimates.ts";
import { newJob } from "../core/new-job.ts";
import { createLearner } from "../estimator/index.ts";
import { csvLine } from "./output.ts";
import type { TraceJob } from "./traces/trace.ts";
import { simulatedSpec } from "./workload.ts";

/** Beyond so many times the largest size at which it was measured, a curve is a guess. */
const TRUSTED = 2;

/**
 * The speed-ups that a live system's estimator has learned, as a table for `SpeedupTable`, by the jobs' types; and the jobs, each of the model that is
 * its type, where that was measured with several GPUs. Throws a DomainError when none was.
 * @param file the database, for errors
 */
export function learnedSpeedups(
  file: string,
  lessons: readonly Lesson[],
  jobs: readonly TraceJob[],
): { readonly text: string; readonly jobs: readonly TraceJob[] } {
  const learner = createLearner();
  learner.restore(lessons);
  const estimates = learner.estimates(0);
  const rows: string[] = [];
  const measured = new Set<string>();
  for (const type of new Set(jobs.map(typeOf))) {
    const spec = {
      ...simulatedSpec("", 0),
      type,
      gpus: { min: 1, max: 1, preferred: 1, model: null, memoryMiB: null },
    };
    const job = newJob({ type: "JobSubmitted", job: "job-0", spec, blockedBy: [], key: null, at: 0 });
    const { largestMeasured, speedup } = estimates.of(job);
    if (largestMeasured < 2) continue;
    measured.add(type);
    for (let size = 1; size <= TRUSTED * largestMeasured; size++) rows.push(csvLine([type, size, speedup(size)]));
  }
  if (measured.size === 0)
    throw domainError(
      "INVALID_INPUT",
      `${file} knows no speed-up of these jobs: none of their types (${[...new Set(jobs.map(typeOf))].join(", ")}) was measured with several GPUs`,
    );
  return {
    text: ["model,num_gpus,throughput", ...rows].join("\n"),
    jobs: jobs.map((job) => ({ ...job, type: typeOf(job), model: measured.has(typeOf(job)) ? typeOf(job) : null })),
  };
}

const typeOf = ({ type, model }: TraceJob): string => type ?? model ?? "generic";
