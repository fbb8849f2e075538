import { DomainError, domainError, type Fault } from "../core/errors.ts";
import type { Job, JobId } from "../core/job.ts";
import { isOver } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import { requestSubmit } from "../core/request.ts";
import { type ParsedJob, parseJobSpec, parseYamlSpec } from "../job-spec/index.ts";
import type { Context } from "./context.ts";
import { specOf } from "./spec-of.ts";
import type { SubmitJobInput } from "./types/inputs.ts";

/** How long a submission with the same key is the same submission. */
const KEY_MILLIS = 24 * 60 * 60 * 1000;
const LONGEST_KEY = 200;

/** Stores the job, or finds the one that was stored under the same key. */
export function submit(input: SubmitJobInput, context: Context): Promise<Job> {
  const key = input.idempotencyKey ?? null;
  if (key === null) return store(input, null, context);
  if (key.length === 0 || key.length > LONGEST_KEY)
    throw domainError("INVALID_INPUT", `idempotencyKey: must be 1 to ${LONGEST_KEY} characters`, ["idempotencyKey"]);
  return context.house.turns.run(`key ${key}`, async () => {
    const first = await context.engine.queries.jobByKey(key, context.now() - KEY_MILLIS);
    return first ?? store(input, key, context);
  });
}

async function store(input: SubmitJobInput, key: string | null, context: Context): Promise<Job> {
  const { engine } = context;
  const { spec, secrets } = parse(input, context);
  for (;;) {
    const unmet = await unmetOf(spec, context);
    let id: JobId | null = null;
    await engine.request((scheduler, now) => {
      // What it waits for may have ended since it was looked at: then it has to be looked at again.
      if (unmet.some((dependency) => !scheduler.jobs.has(dependency))) return { events: [] };
      const job = engine.nextJobId();
      const events = requestSubmit(scheduler, job, spec, key, now);
      id = job;
      return { events, secrets: Object.entries(secrets).map(([name, value]) => ({ job, name, value })) };
    });
    if (id !== null) return (await context.loaders.job.load(id)) as Job;
  }
}

function parse({ spec, yaml }: SubmitJobInput, { user, clock }: Context): ParsedJob {
  const given = [spec, yaml].filter((each) => each !== undefined && each !== null).length;
  if (given !== 1) throw domainError("INVALID_INPUT", "give either spec or yaml", given === 0 ? ["spec"] : ["yaml"]);
  const submission = { user, now: clock.now() };
  return spec ? parseJobSpec(specOf(spec), submission) : parseYamlSpec(yaml as string, submission);
}

/** Those of the jobs in `after` that are not over; refuses what can never be met. */
async function unmetOf({ after }: JobSpec, { engine }: Context): Promise<JobId[]> {
  if (after.length === 0) return [];
  const known = await engine.queries.jobsById(after);
  const faults = after.flatMap((id, i): Fault[] => {
    const path = ["after", String(i)];
    const job = known.get(id);
    if (!job) return [{ code: "NOT_FOUND", message: `after.${i}: there is no job ${id}`, path }];
    const { status } = job.state;
    if (status !== "failed" && status !== "cancelled") return [];
    return [{ code: "CONFLICT", message: `after.${i}: ${id} has ${status} and will not complete`, path }];
  });
  if (faults.length > 0) throw new DomainError(faults);
  return after.filter((id) => !isOver(known.get(id) as Job));
}
