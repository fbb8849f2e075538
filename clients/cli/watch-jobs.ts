import type { Job, Progress } from "../sdk/index.ts";
import type { Session } from "./cli.ts";
import { follow } from "./follow-job.ts";
import { type ProgressView, progressView, type Shown } from "./progress.ts";
import { safeWord } from "./safe-text.ts";
import { isOver, reasonOf, statusWords } from "./status.ts";

/**
 * Shows how far jobs are until all are over, and how each ended.
 * @returns the jobs as they ended, in the order of the ids
 */
export async function watchJobs(session: Session, ids: readonly string[]): Promise<readonly Job[]> {
  const { client, terminal, json, signal } = session;
  const [only, ...others] = ids;
  const view = json ? null : progressView(terminal);
  try {
    if (only !== undefined && others.length === 0) await follow(client, only, (job) => view?.job(job), signal);
    else await followMany(session, ids, view);
  } finally {
    view?.stop();
  }
  signal.throwIfAborted();
  return client.waitForAll(ids, { signal });
}

/** One bar for all of them, and a line for each that does not complete. */
async function followMany(
  { client, signal }: Session,
  ids: readonly string[],
  view: ProgressView | null,
): Promise<void> {
  const { eventCursor: after } = await client.cluster({ signal }); // taken first: what changes from here on is told
  const jobs = new Map<string, Job>();
  const open = new Set(ids);
  const take = (id: string, job: Job | null): void => {
    if (job) jobs.set(id, job);
    if (job && !isOver(job)) return;
    if (open.delete(id) && job && job.status !== "COMPLETED")
      view?.write(`${id} ${safeWord(job.name)} ${statusWords(job)}: ${safeWord(reasonOf(job))}\n`);
  };
  for (const id of ids) take(id, await client.job(id, { signal }));
  view?.job(together(ids, jobs));
  if (open.size === 0) return;
  for await (const { jobId, job } of client.followJobs({ after, signal })) {
    if (!open.has(jobId)) continue;
    take(jobId, job);
    view?.job(together(ids, jobs));
    if (open.size === 0) return;
  }
}

/** All of them as if they were one job. */
function together(ids: readonly string[], jobs: ReadonlyMap<string, Job>): Shown {
  const all = [...jobs.values()];
  const count = (status: (job: Job) => boolean): number => all.filter(status).length;
  const done = ids.length - jobs.size + count(isOver);
  const parts = [
    [count(({ status }) => status === "COMPLETED"), "completed"],
    [count(({ status }) => status === "FAILED"), "failed"],
    [count(({ status }) => status === "CANCELLED"), "cancelled"],
    [count((job) => !isOver(job) && job.status !== "PENDING"), "under way"],
    [count(({ status }) => status === "PENDING"), "waiting"],
  ] as const;
  const fraction = all.reduce((sum, job) => sum + (isOver(job) ? 1 : (job.progress?.fraction ?? 0)), 0) / ids.length;
  return {
    id: `${done} of ${ids.length}`,
    name: "over",
    status: done === ids.length ? "COMPLETED" : "RUNNING",
    phase: null,
    phaseFraction: null,
    pausedBy: null,
    server: null,
    failure: null,
    progress: { ...NOTHING, fraction },
    statusReason: parts.flatMap(([jobs, word]) => (jobs > 0 ? [`${jobs} ${word}`] : [])).join(", "),
  };
}

const NOTHING: Omit<Progress, "fraction"> = {
  epoch: null,
  epochs: null,
  step: null,
  steps: null,
  samplesPerSecond: null,
  metrics: {},
  at: "",
};
