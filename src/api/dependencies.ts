import { DomainError, type Fault } from "../core/errors.ts";
import { isOver, type Job, type JobId } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Context } from "./context.ts";

/**
 * Those of the jobs that are not over.
 * @param faultOf what to say of one that can never complete
 * @throws DomainError with a fault for each of those
 */
export async function unmetOf(
  jobs: readonly JobId[],
  { engine }: Context,
  faultOf: (problem: Pick<Fault, "code" | "message">, index: number) => Fault,
): Promise<JobId[]> {
  if (jobs.length === 0) return [];
  const known = await engine.queries.jobsById(jobs);
  const faults = jobs.flatMap((id, i): Fault[] => {
    const job = known.get(id);
    if (!job) return [faultOf({ code: "NOT_FOUND", message: `there is no job ${id}` }, i)];
    const { status } = job.state;
    if (status !== "failed" && status !== "cancelled") return [];
    return [faultOf({ code: "CONFLICT", message: `${id} has ${statusWords[status]} and will not complete` }, i)];
  });
  if (faults.length > 0) throw new DomainError(faults);
  return jobs.filter((id) => !isOver(known.get(id) as Job));
}

const statusWords = { failed: "failed", cancelled: "been cancelled" } as const;

/** Are they all still to come? One that has ended since it was looked at has to be looked at again. */
export const areToCome = (jobs: readonly JobId[], scheduler: Scheduler): boolean =>
  jobs.every((id) => scheduler.jobs.has(id));
