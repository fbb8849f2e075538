import type { Job, SchedulearnClient } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";
import { meant } from "./nearest.ts";

const ID = /^(?:job-)?(\d{1,15})$/;
const RANGE = /^(?:job-)?(\d{1,15})(?:-|\.\.)(?:job-)?(\d{1,15})$/;
const BATCH = /^batch-\d{1,15}$/;
const MOST_OF_RANGE = 1000;

/** What a word of the command line means: jobs, or a batch as a whole. */
export type Found =
  | { readonly kind: "job"; readonly id: string }
  /** Those that there are; at least one. */
  | { readonly kind: "range"; readonly ids: readonly string[] }
  | { readonly kind: "batch"; readonly id: string };

/**
 * The id that the user means by `job-17`, `17` or a name.
 * @throws SchedulearnError when no job or more than one has that name; it names the candidates
 */
export async function findJobId(client: SchedulearnClient, wanted: string): Promise<string> {
  const number = ID.exec(wanted)?.[1];
  if (number) return `job-${number}`;
  const named: Job[] = [];
  for await (const job of client.allJobs({ filter: { name: wanted } })) if (job.name === wanted) named.push(job);
  const [first, ...others] = named;
  if (first && others.length === 0) return first.id;
  if (!first) {
    const { items } = await client.jobs({ first: 100 }); // the newest: one of them is usually meant
    const near = meant(wanted, new Set(items.map(({ name }) => name)));
    throw refuse("NOT_FOUND", `there is no job ${wanted}${near || "; schedulearn ls --all lists all"}`);
  }
  const live = named.filter(({ endedAt }) => endedAt === null);
  if (live.length === 1 && live[0]) return live[0].id;
  const shown = named.slice(0, 10).map(({ id, status }) => `${id} (${status.toLowerCase()})`);
  const more = named.length > shown.length ? ` and ${named.length - shown.length} more` : "";
  throw refuse("AMBIGUOUS", `${named.length} jobs are called ${wanted}: ${shown.join(", ")}${more}`);
}

/**
 * What is meant by a word where several jobs may be given: as `findJobId`, or a range such as `12-15`, or a batch such as `batch-17`.
 * @throws SchedulearnError when there is none, or more than one
 */
export async function find(client: SchedulearnClient, wanted: string): Promise<Found> {
  const [, from, to] = RANGE.exec(wanted) ?? [];
  if (from !== undefined) return { kind: "range", ids: await inRange(client, wanted, Number(from), Number(to)) };
  if (!BATCH.test(wanted)) return { kind: "job", id: await findJobId(client, wanted) };
  const [batch] = await client.batches([wanted]);
  const [twin] = (await client.jobs({ filter: { name: wanted }, first: 1 })).items;
  if (!batch && !twin) throw refuse("NOT_FOUND", `there is no batch ${wanted}; schedulearn ls lists them`);
  if (batch && twin) throw refuse("AMBIGUOUS", `${wanted} is a batch, and the name of ${twin.id}: give numbers`);
  return batch ? { kind: "batch", id: batch.id } : { kind: "job", id: await findJobId(client, wanted) };
}

/** All jobs that the words mean, one behind the other, each once. */
export async function findJobIds(client: SchedulearnClient, words: readonly string[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const word of words) {
    const found = await find(client, word);
    if (found.kind === "job") ids.add(found.id);
    else if (found.kind === "range") for (const id of found.ids) ids.add(id);
    else
      for await (const { id } of client.allJobs({ filter: { batch: found.id }, orderBy: "OLDEST_FIRST" })) ids.add(id);
  }
  return [...ids];
}

async function inRange(client: SchedulearnClient, range: string, from: number, to: number): Promise<string[]> {
  if (to < from || to - from >= MOST_OF_RANGE)
    throw refuse("INVALID_INPUT", `${range}: it must go up, over at most ${MOST_OF_RANGE} numbers`);
  const ids: string[] = [];
  for (let number = from; number <= to; number++) if (await client.job(`job-${number}`)) ids.push(`job-${number}`);
  if (ids.length === 0) throw refuse("NOT_FOUND", `there is no job of ${range}; schedulearn ls --all lists all`);
  return ids;
}

const refuse = (code: string, message: string): SchedulearnError =>
  new SchedulearnError([{ code, message, path: ["id"] }]);
