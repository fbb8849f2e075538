import type { Job, JobDetails } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";
import type { Session } from "./cli.ts";
import { LogPrinter } from "./log-printer.ts";
import { progressView } from "./progress.ts";

/**
 * Shows a job's output and progress until it is over.
 * @returns the job as it ended
 * @throws what the signal was aborted with; the job goes on
 */
export async function followJob(session: Session, submitted: Job): Promise<JobDetails> {
  const { client, terminal, json, signal } = session;
  const printer = new LogPrinter(terminal, json);
  const view = json || !terminal.isTty ? null : progressView(terminal);
  let shown: Job = submitted;
  const show = (job: Partial<Job>): void => {
    shown = { ...shown, ...job };
    view?.job(shown);
  };
  show({});
  try {
    await untilFirstFailure(signal, (until) => [
      (async () => {
        for await (const batch of client.followLogs(submitted.id, { signal: until }))
          printer.batch(batch, view ?? undefined);
      })(),
      ...(view ? follow(session, submitted.id, show, until) : []),
    ]);
    signal.throwIfAborted();
    const job = await client.job(submitted.id, { signal });
    if (!job) throw new SchedulearnError([{ code: "NOT_FOUND", message: `${submitted.id} was deleted`, path: null }]);
    show(job);
    return job;
  } finally {
    view?.stop();
  }
}

/** Keeps a view of one job up to date until the job is over. */
export function follow(
  { client }: Pick<Session, "client">,
  id: string,
  show: (change: Partial<Job>) => void,
  signal: AbortSignal,
): Promise<void>[] {
  return [
    (async () => {
      for await (const { job } of client.followJobs({ job: id, signal })) if (job) show(job);
    })(),
    (async () => {
      for await (const { progress } of client.followProgress(id, { signal })) show({ progress });
    })(),
  ];
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
