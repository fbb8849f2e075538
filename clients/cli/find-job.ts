import type { Job, SchedulearnClient } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";

const ID = /^(?:job-)?(\d+)$/;

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
  if (!first) throw refuse("NOT_FOUND", `there is no job ${wanted}; schedulearn ls --all lists all`);
  const live = named.filter(({ endedAt }) => endedAt === null);
  if (live.length === 1 && live[0]) return live[0].id;
  const shown = named.slice(0, 10).map(({ id, status }) => `${id} (${status.toLowerCase()})`);
  const more = named.length > shown.length ? ` and ${named.length - shown.length} more` : "";
  throw refuse("AMBIGUOUS", `${named.length} jobs are called ${wanted}: ${shown.join(", ")}${more}`);
}

const refuse = (code: string, message: string): SchedulearnError =>
  new SchedulearnError([{ code, message, path: ["id"] }]);
