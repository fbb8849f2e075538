import type { JobId } from "../../../core/job.ts";
import type { FoundFolder, FoundRun } from "../../driver.ts";

export const CLUSTER_LABEL = "schedulearn.cluster";
export const JOB_LABEL = "schedulearn.job";
export const ATTEMPT_LABEL = "schedulearn.attempt";
export const GENERATION_LABEL = "schedulearn.generation";
/** Of containers that only lend access to a folder and never run: the driver that made them. */
export const READER_LABEL = "schedulearn.reader";
/** The hash of the folder in a volume of code; and, on the volume that says so, that the other one is whole. */
export const CODE_LABEL = "schedulearn.code";
export const WHOLE_LABEL = "schedulearn.code-whole";
/** A digest of all that the container was made from, so that a later order can tell whether it is to its liking. */
export const ORDER_LABEL = "schedulearn.order";

/** One name for one attempt: an engine gives it only once, so no attempt runs twice. */
export const containerName = (cluster: string, job: JobId, attempt: number): string => `${cluster}-${job}-${attempt}`;

export const volumeName = (cluster: string, job: JobId, generation: number): string =>
  `${cluster}-${job}-ckpt-${generation}`;

export function foundRun(labels: Readonly<Record<string, string>>): FoundRun | null {
  const job = labels[JOB_LABEL];
  const attempt = Number(labels[ATTEMPT_LABEL]);
  return job && Number.isInteger(attempt) ? { job, attempt } : null;
}

export function foundFolder(labels: Readonly<Record<string, string>> | null): FoundFolder | null {
  const job = labels?.[JOB_LABEL];
  const generation = Number(labels?.[GENERATION_LABEL]);
  return job && Number.isInteger(generation) ? { job, generation } : null;
}
