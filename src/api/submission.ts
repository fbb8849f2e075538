import { isDeepStrictEqual } from "node:util";
import { domainError } from "../core/errors.ts";
import type { Job, JobId } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import { requestSubmit } from "../core/request.ts";
import type { Instant } from "../core/time.ts";
import { type ParsedJob, parseJobSpec, parseYamlSpec } from "../job-spec/index.ts";
import type { Context } from "./context.ts";
import { areToCome, unmetOf } from "./dependencies.ts";
import { specOf } from "./spec-of.ts";
import type { ForecastJobInput } from "./types/forecast.ts";
import type { SubmitJobInput } from "./types/inputs.ts";

/** How long a submission with the same key is the same submission. */
const KEY_MILLIS = 24 * 60 * 60 * 1000;
const LONGEST_KEY = 200;

/** Stores the job, or finds the one that was stored under the same key for the same spec. */
export function submit(input: SubmitJobInput, context: Context): Promise<Job> {
  const key = input.idempotencyKey ?? null;
  if (key === null) return store(input, null, context);
  if (key.length === 0 || key.length > LONGEST_KEY)
    throw domainError("INVALID_INPUT", `idempotencyKey: must be 1 to ${LONGEST_KEY} characters`, ["idempotencyKey"]);
  return context.house.turns.run(`key ${key}`, async () => {
    const first = await context.engine.queries.jobByKey(key, context.now() - KEY_MILLIS);
    if (!first) return store(input, key, context);
    if (await isSame(input, first, context)) return first;
    throw domainError("CONFLICT", `the key ${key} was used for ${first.id} with another spec`, ["idempotencyKey"]);
  });
}

/** Is it what was submitted then? The job itself may have been updated since. */
async function isSame(input: SubmitJobInput, { id, submittedAt }: Job, context: Context): Promise<boolean> {
  const { feed, queries } = context.engine;
  const [submitted] = await feed.read(0, 1, { job: id, types: ["JobSubmitted"] });
  if (submitted?.event.type !== "JobSubmitted") return false;
  const { spec, secrets } = parse(input, context, submittedAt); // its deadline may be past by now
  return isDeepStrictEqual(spec, submitted.event.spec) && isDeepStrictEqual(secrets, await queries.secretsOf(id));
}

async function store(input: SubmitJobInput, key: string | null, context: Context): Promise<Job> {
  const { engine } = context;
  const { spec, secrets } = parse(input, context, context.now());
  for (;;) {
    const unmet = await dependenciesOf(spec, context);
    let id: JobId | null = null;
    await engine.request((scheduler, now) => {
      if (!areToCome(unmet, scheduler)) return { events: [] };
      const job = engine.nextJobId();
      const events = requestSubmit(scheduler, job, spec, key, now);
      id = job;
      return { events, secrets: Object.entries(secrets).map(([name, value]) => ({ job, name, value })) };
    });
    if (id !== null) return (await context.loaders.job.load(id)) as Job;
  }
}

/** The spec of a job that is not submitted, checked as if it were. */
export async function specToForecast(input: ForecastJobInput, context: Context): Promise<JobSpec> {
  const { spec } = parse(input, context, context.now());
  await dependenciesOf(spec, context);
  return spec;
}

/** Those of the jobs it comes after that are still to complete. */
const dependenciesOf = ({ after }: JobSpec, context: Context): Promise<JobId[]> =>
  unmetOf(after, context, ({ code, message }, i) => ({
    code,
    message: `after.${i}: ${message}`,
    path: ["after", String(i)],
  }));

function parse({ spec, yaml }: ForecastJobInput, { user, house }: Context, now: Instant): ParsedJob {
  const given = [spec, yaml].filter((each) => each !== undefined && each !== null).length;
  if (given !== 1) throw domainError("INVALID_INPUT", "give either spec or yaml", given === 0 ? ["spec"] : ["yaml"]);
  const submission = { user, now, allowed: house.allowed };
  return spec ? parseJobSpec(specOf(spec), submission) : parseYamlSpec(yaml as string, submission);
}
