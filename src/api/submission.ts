import { isDeepStrictEqual } from "node:util";
import { numbered } from "../core/batch.ts";
import { domainError } from "../core/errors.ts";
import type { Job, JobId } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import { requestSubmitAll } from "../core/request.ts";
import type { Instant } from "../core/time.ts";
import { type ParsedJobs, parseJobs, parseYamlJobs } from "../job-spec/index.ts";
import type { Context } from "./context.ts";
import { areToCome, unmetOf } from "./dependencies.ts";
import { specOf } from "./spec-of.ts";
import type { ForecastJobInput } from "./types/forecast.ts";
import type { SubmitJobInput } from "./types/inputs.ts";

/** How long a submission with the same key is the same submission. */
const KEY_MILLIS = 24 * 60 * 60 * 1000;
const LONGEST_KEY = 200;

/** Stores the job, or all jobs of a batch, or finds what was stored under the same key for the same spec. The first job is the answer. */
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
  const { specs, secrets } = parse(input, context, submittedAt); // its deadline may be past by now
  const types = ["JobSubmitted"] as const;
  const [first] = await feed.read(0, 1, { job: id, types });
  if (!first) return false;
  const submitted = await feed.read(first.seq - 1, specs.length, { types });
  const wanted = numbered(id, specs).map(({ spec }) => spec);
  const stored = submitted.map(({ event }) => event.type === "JobSubmitted" && event.spec);
  return isDeepStrictEqual(wanted, stored) && isDeepStrictEqual(secrets, await queries.secretsOf(id));
}

async function store(input: SubmitJobInput, key: string | null, context: Context): Promise<Job> {
  const { engine } = context;
  const { specs, secrets } = parse(input, context, context.now());
  for (;;) {
    const unmet = await dependenciesOf(specs, context);
    let id: JobId | null = null;
    await engine.request((scheduler, now) => {
      if (!areToCome(unmet, scheduler)) return { events: [] };
      const jobs = numbered(engine.nextJobId(), specs);
      const events = requestSubmitAll(scheduler, jobs, key, now);
      id = jobs[0]?.id ?? null;
      const values = Object.entries(secrets);
      return { events, secrets: jobs.flatMap((job) => values.map(([name, value]) => ({ job: job.id, name, value }))) };
    });
    if (id !== null) return (await context.loaders.job.load(id)) as Job;
  }
}

/** The specs of jobs that are not submitted, checked as if they were. */
export async function specsToForecast(input: ForecastJobInput, context: Context): Promise<readonly JobSpec[]> {
  const { specs } = parse(input, context, context.now());
  await dependenciesOf(specs, context);
  return specs;
}

/** Those of the jobs it comes after that are still to complete. */
const dependenciesOf = ([first]: readonly JobSpec[], context: Context): Promise<JobId[]> =>
  unmetOf(first?.after ?? [], context, ({ code, message }, i) => ({
    code,
    message: `after.${i}: ${message}`,
    path: ["after", String(i)],
  }));

function parse({ spec, yaml }: ForecastJobInput, { user, house }: Context, now: Instant): ParsedJobs {
  const given = [spec, yaml].filter((each) => each !== undefined && each !== null).length;
  if (given !== 1) throw domainError("INVALID_INPUT", "give either spec or yaml", given === 0 ? ["spec"] : ["yaml"]);
  const submission = { user, now, allowed: house.allowed };
  return spec ? parseJobs(specOf(spec), submission) : parseYamlJobs(yaml as string, submission);
}
