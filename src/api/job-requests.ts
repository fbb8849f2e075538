import { domainError } from "../core/errors.ts";
import type { Event, JobPatch } from "../core/event.ts";
import { isOver, type Job, type JobId } from "../core/job.ts";
import { requestRetry } from "../core/request.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Instant } from "../core/time.ts";
import { parseJobSpec, toInput } from "../job-spec/index.ts";
import type { Context } from "./context.ts";
import { areToCome, unmetOf } from "./dependencies.ts";
import { coresOf, given, gpusOf } from "./spec-of.ts";
import type { UpdateJobInput } from "./types/inputs.ts";

/** `job-17` for `17`; anything else as it is. */
export const jobIdFrom = (id: string): JobId => (/^\d{1,15}$/.test(id) ? `job-${Number(id)}` : id);

/** The job with that id, or a refusal that names the argument. */
export async function findJob(id: string, { engine }: Context, path: string): Promise<Job> {
  const wanted = jobIdFrom(id);
  const job = (await engine.queries.jobsById([wanted])).get(wanted);
  if (job) return job;
  const shown = /^[\w.-]{1,80}$/.test(wanted) ? wanted : JSON.stringify(wanted.slice(0, 80));
  throw domainError("NOT_FOUND", `there is no job ${shown}`, [path]);
}

/** Has the request answered, also of a job that is over: that one is fetched into memory first. */
export const requestOf = (
  id: string,
  context: Context,
  ask: (scheduler: Scheduler, id: JobId, now: Instant) => Event[],
): Promise<JobId> => requestAfter(id, context, async () => {}, ask);

/**
 * The same of a request that has to `look` at rows first. What it saw may have passed when its turn comes: then `ask` gives null,
 * and it looks again.
 */
export async function requestAfter<Seen>(
  id: string,
  context: Context,
  look: (job: Job) => Promise<Seen>,
  ask: (scheduler: Scheduler, id: JobId, now: Instant, seen: Seen) => Event[] | null,
): Promise<JobId> {
  const { engine, house } = context;
  // In turns: a job that one request deletes must not come back by another that fetched it before.
  return house.turns.run(`job ${jobIdFrom(id)}`, async () => {
    for (;;) {
      const job = await findJob(id, context, "id");
      const seen = await look(job);
      let isAnswered = false;
      await engine.request((scheduler, now) => {
        const isAway = scheduler.job(job.id) === undefined;
        if (isAway && !isOver(job)) return { events: [] }; // it has ended since
        if (isAway) scheduler.recall(job);
        try {
          const events = ask(scheduler, job.id, now, seen);
          isAnswered = events !== null;
          return { events: events ?? [] };
        } finally {
          if (isAway && !isAnswered) scheduler.forget(job.id);
        }
      });
      if (isAnswered) return job.id;
    }
  });
}

/** Queues a job that is over again. What it no longer waited for has completed, and stays so. */
export function retry(id: string, context: Context): Promise<JobId> {
  const look = (job: Job): Promise<JobId[]> =>
    unmetOf(job.blockedBy, context, ({ code, message }) => ({
      code,
      message: `${job.id} cannot be retried, since it comes after another: ${message}`,
      path: ["id"],
    }));
  return requestAfter(id, context, look, (scheduler, job, now, unmet) =>
    areToCome(unmet, scheduler) ? requestRetry(scheduler, job, unmet, now) : null,
  );
}

const LONGEST_GRACE = 86_400;

/** How a job is to be stopped. */
export function stopOf(input: { readonly graceSeconds?: number }, { user }: Context, isDeletion: boolean) {
  const graceSeconds = input.graceSeconds ?? null;
  if (graceSeconds !== null && !(graceSeconds >= 0 && graceSeconds <= LONGEST_GRACE))
    throw domainError("INVALID_INPUT", `graceSeconds: must be between 0 and ${LONGEST_GRACE}`, ["graceSeconds"]);
  return { by: user, delete: isDeletion, graceSeconds };
}

const told = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

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
    // One that is null is no more: the check leaves it out.
    ...(limits && { limits: { ...present.limits, ...told(limits) } }),
  };
  const merged = Object.entries({ ...present, ...wanted }).filter(([, value]) => value !== null);
  const { spec: complete } = parseJobSpec(Object.fromEntries(merged), { user: spec.user, now });
  return Object.fromEntries(changed.map(([field]) => [field, complete[field as keyof JobPatch]]));
}
