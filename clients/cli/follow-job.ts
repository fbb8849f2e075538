import type { Job, JobDetails, SchedulearnClient } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";
import type { Session } from "./cli.ts";
import { LogPrinter } from "./log-printer.ts";
import { type ProgressView, progressView } from "./progress.ts";

/**
 * Shows a job's output and progress until it is over.
 * @returns the job as it ended
 * @throws what the signal was aborted with; the job goes on
 */
export async function followJob(session: Session, submitted: Job): Promise<JobDetails> {
  const { client, terminal, json, signal } = session;
  const printer = new LogPrinter(terminal, json);
  const view = json || !terminal.isTty ? null : progressView(terminal);
  view?.job(submitted);
  try {
    await untilFirstFailure(signal, (until) => [
      printLogs(session, submitted.id, printer, view, until),
      ...(view ? [follow(client, submitted.id, (job) => view.job(job), until)] : []),
    ]);
    signal.throwIfAborted();
    const job = await client.job(submitted.id, { signal });
    if (!job) throw new SchedulearnError([{ code: "NOT_FOUND", message: `${submitted.id} was deleted`, path: null }]);
    view?.job(job);
    return job;
  } finally {
    view?.stop();
  }
}

async function printLogs(
  { client }: Session,
  id: string,
  printer: LogPrinter,
  view: ProgressView | null,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of client.followLogs(id, { signal })) printer.batch(batch, view ?? undefined);
}

/** Keeps a view of one job up to date until the job is over. */
export async function follow(
  client: SchedulearnClient,
  id: string,
  show: (job: Job) => void,
  signal: AbortSignal,
): Promise<void> {
  const { eventCursor: after } = await client.cluster({ signal }); // taken first: what changes from here on is told
  const now = await client.job(id, { signal });
  if (now) show(now);
  for await (const { job } of client.followJobs({ job: id, after, signal })) if (job) show(job);
}

/** Waits for all; when one fails, the others are stopped before its error is thrown. */
export async function untilFirstFailure(
  signal: AbortSignal,
  begin: (until: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const stop = new AbortController();
  const all = begin(AbortSignal.any([signal, stop.signal]));
  for (const one of all) one.catch(() => stop.abort());
  await Promise.allSettled(all);
  await Promise.all(all);
}
