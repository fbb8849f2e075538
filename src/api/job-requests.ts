import { domainError } from "../core/errors.ts";
import type { Event, JobPatch } from "../core/event.ts";
import { isOver, type Job, type JobId } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Instant } from "../core/time.ts";
import { parseJobSpec, toInput } from "../job-spec/index.ts";
import type { Context } from "./context.ts";
import { coresOf, given, gpusOf } from "./spec-of.ts";
import type { UpdateJobInput } from "./types/inputs.ts";

/** `job-17` for `17`; anything else as it is. */
export const jobIdFrom = (id: string): JobId => (/^\d{1,15}$/.test(id) ? `job-${Number(id)}` : id);

/** The job with that id, or a refusal that names the argument. */
export async function findJob(id: string, { engine }: Context, path: string): Promise<Job> {
  const job = (await engine.queries.jobsById([jobIdFrom(id)])).get(jobIdFrom(id));
  if (job) return job;
  throw domainError("NOT_FOUND", `there is no job ${JSON.stringify(id.slice(0, 80))}`, [path]);
}

/** Has the request answered, also of a job that is over: that one is fetched into memory first. */
export async function requestOf(
  id: string,
  context: Context,
  ask: (scheduler: Scheduler, id: JobId, now: Instant) => Event[],
): Promise<JobId> {
  const { engine, house } = context;
  // In turns: a job that one request deletes must not come back by another that fetched it before.
  return house.turns.run(`job ${jobIdFrom(id)}`, async () => {
    for (;;) {
      const job = await findJob(id, context, "id");
      let hasEndedSince = false;
      await engine.request((scheduler, now) => {
        const isAway = scheduler.job(job.id) === undefined;
        hasEndedSince = isAway && !isOver(job);
        if (hasEndedSince) return { events: [] };
        if (isAway) scheduler.recall(job);
        try {
          return { events: ask(scheduler, job.id, now) };
        } catch (error) {
          if (isAway) scheduler.forget(job.id);
          throw error;
        }
      });
      if (!hasEndedSince) return job.id;
    }
  });
}

/** What of the spec changes: checked as if the job were submitted with it. */
export function patchOf({ spec }: Job, input: UpdateJobInput, now: Instant): JobPatch {
  const { id: _, ...changes } = input;
  const changed = Object.entries(changes).filter(([, value]) => value !== undefined);
  if (changed.length === 0) throw domainError("INVALID_INPUT", "give at least one field to change", []);
  const { deadline: __, ...present } = toInput(spec); // it may be past by now, and is none of this
  const { gpus, cores, deadline, retries, limits } = input;
  const wanted = {
    ...Object.fromEntries(changed),
    ...(gpus && { gpus: gpusOf(gpus) }),
    ...(cores && { cores: coresOf(cores) }),
    ...(deadline && { deadline: new Date(deadline).toISOString() }),
    ...(retries && { retries: { ...present.retries, ...(given(retries) as object) } }),
    ...(limits && { limits: { ...present.limits, ...(given(limits) as object) } }),
  };
  const merged = Object.entries({ ...present, ...wanted }).filter(([, value]) => value !== null);
  const { spec: complete } = parseJobSpec(Object.fromEntries(merged), { user: spec.user, now });
  return Object.fromEntries(changed.map(([field]) => [field, complete[field as keyof JobPatch]]));
}
