import { domainError } from "../core/errors.ts";
import type { Event } from "../core/event.ts";
import type { Job, JobId } from "../core/job.ts";
import type { BatchId } from "../core/job-spec.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Instant } from "../core/time.ts";
import type { Context } from "./context.ts";

/** The jobs of the batch that are on record, or a refusal that names the argument. */
export async function jobsOf(id: BatchId, { engine }: Context): Promise<readonly Job[]> {
  const jobs = await engine.queries.jobsOfBatch(id);
  if (jobs.length > 0) return jobs;
  const shown = /^[\w.-]{1,80}$/.test(id) ? id : JSON.stringify(id.slice(0, 80));
  throw domainError("NOT_FOUND", `there is no batch ${shown}`, ["id"]);
}

/**
 * Has the request answered for all jobs of the batch that are not over, between two facts: none of them starts since another was stopped.
 * Those that refuse it are left as they are.
 * @returns those that did not refuse it; none when the batch is over
 * @throws DomainError when there are some and all of them do, with what the first of them says
 */
export async function requestOfAll(
  id: BatchId,
  context: Context,
  ask: (scheduler: Scheduler, id: JobId, now: Instant) => Event[],
): Promise<readonly JobId[]> {
  const jobs = await jobsOf(id, context);
  let done: readonly JobId[] = [];
  await context.engine.request((scheduler, now) => {
    const open = jobs.flatMap((job) => scheduler.jobs.get(job.id) ?? []);
    const answered = open.map((job) => attempt(() => ask(scheduler, job.id, now)));
    if (open.length > 0 && !answered.some(Array.isArray)) throw answered[0];
    done = open.filter((_, i) => Array.isArray(answered[i])).map((job) => job.id);
    return { events: answered.flatMap((events) => (Array.isArray(events) ? events : [])) };
  });
  return done;
}

/** What it gives, or what it throws. */
function attempt<T>(act: () => T): T | Error {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
