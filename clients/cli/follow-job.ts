import type { Job, JobDetails, SchedulearnClient } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";
import type { Session } from "./cli.ts";
import type { LogPrinter } from "./log-printer.ts";
import { endWords, Narrator } from "./narrator.ts";
import { progressView } from "./progress.ts";

export interface FollowOptions {
  readonly printer: LogPrinter;
  /** Draws a bar below the output where there is a terminal; else what happens is told beside it. */
  readonly bar?: boolean;
  /** The output from behind this line on; all of it without. */
  readonly after?: string | null;
  /** The output of this run only. */
  readonly attempt?: number | undefined;
}

/**
 * Shows a job's output and what happens to it until it is over, and then how it ended.
 * @returns the job as it ended
 * @throws what the signal was aborted with; the job goes on
 */
export async function followJob(
  { client, terminal, json, signal }: Session,
  id: string,
  { printer, bar, after, attempt }: FollowOptions,
): Promise<JobDetails> {
  const view = bar && !json && terminal.canDraw ? progressView(terminal) : null;
  const narrator = json || view ? null : new Narrator(terminal);
  const show = (job: Job): void => {
    view?.job(job);
    narrator?.see(job);
  };
  const printLogs = async (until: AbortSignal): Promise<void> => {
    for await (const batch of client.followLogs(id, { after, attempt, signal: until })) {
      printer.batch(batch, view ?? undefined);
      await terminal.drained();
    }
  };
  let ended: JobDetails;
  try {
    await untilFirstFailure(signal, (until) => [
      printLogs(until),
      ...(view || narrator ? [follow(client, id, show, until)] : []),
    ]);
    signal.throwIfAborted();
    const job = await client.job(id, { signal });
    if (!job) throw new SchedulearnError([{ code: "NOT_FOUND", message: `${id} was deleted`, path: null }]);
    view?.job(job);
    ended = job;
  } finally {
    view?.stop();
  }
  if (!json) terminal.note(endWords(ended));
  return ended;
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
