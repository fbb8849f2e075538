import type { Forecast, JobForecast, Server } from "../../../sdk/index.ts";
import { endOf, type Span } from "./span.ts";

/**
 * What is to be expected of who runs and who waits, as spans. The forecast tells a job's server and size and not its GPUs: it is drawn on
 * those of that server that are free first.
 */
export function foreseen(
  forecast: Forecast | null,
  spans: readonly Span[],
  servers: readonly Server[],
  now: number,
): readonly Span[] {
  const freeAt = new Map<string, number>(servers.flatMap(({ gpus }) => gpus.map(({ id }) => [id, now] as const)));
  const held = new Map<string, Span>();
  for (const span of spans) if (span.lasts && span.status === "RUNNING") held.set(span.job, span);
  const jobs = forecast?.policies[0]?.jobs ?? [];
  const expected: Span[] = [];
  for (const job of jobs) {
    const [end, running] = [timeOf(job.endsAt?.p50), held.get(job.job ?? "")];
    if (!running || job.startsAt !== null || end === null) continue;
    const from = endOf(running, now);
    for (const gpu of running.gpus) freeAt.set(gpu, Math.max(end, from));
    if (end > from) expected.push(spanFor(job, running.user, running.server, running.gpus, from, end));
  }
  const waiting = jobs.filter(({ startsAt }) => timeOf(startsAt?.p50) !== null);
  waiting.sort((a, b) => (timeOf(a.startsAt?.p50) as number) - (timeOf(b.startsAt?.p50) as number));
  for (const job of waiting) {
    const [start, end] = [timeOf(job.startsAt?.p50), timeOf(job.endsAt?.p50)];
    const server = servers.find(({ name }) => name === job.serverName);
    if (!server || start === null || end === null || server.gpus.length === 0) continue;
    const free = server.gpus.map(({ id }) => id).sort((a, b) => (freeAt.get(a) ?? 0) - (freeAt.get(b) ?? 0));
    const gpus = free.slice(0, job.size ?? 0);
    for (const gpu of gpus) freeAt.set(gpu, end);
    if (gpus.length > 0) expected.push(spanFor(job, null, server.name, gpus, start, end));
  }
  return expected;
}

const timeOf = (at: string | null | undefined): number | null => (at ? Date.parse(at) : null);

const spanFor = (
  { job, name }: JobForecast,
  user: string | null,
  server: string,
  gpus: readonly string[],
  from: number,
  to: number,
): Span => ({
  id: `expected ${job}`,
  job: job ?? "",
  name: name ?? job ?? "",
  user,
  server,
  gpus,
  cores: 0,
  status: "EXPECTED",
  attempt: 0,
  from,
  to,
  lasts: false,
  isDeleted: false,
});
