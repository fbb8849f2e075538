import type { WebhookEvent } from "../config/index.ts";
import { describeEvent } from "../core/describe.ts";
import type { Event, EventType, JobEvent } from "../core/event.ts";
import { endOf, isOver, type Job, type JobId } from "../core/job.ts";
import { newJob } from "../core/new-job.ts";
import type { Instant } from "../core/time.ts";
import { transition } from "../core/transition.ts";
import type { Engine } from "../engine/engine.ts";
import type { Recorded } from "../store/event-log.ts";

/** Something that happened to a job, as webhooks are told of it. */
export interface Happening {
  readonly seq: number;
  readonly event: WebhookEvent;
  readonly at: Instant;
  /** As it is now; one that has ended, as it ended. */
  readonly job: Job;
  /** One sentence without a full stop. */
  readonly message: string;
}

const ENDS: readonly EventType[] = ["RunExited", "JobCancelled", "JobGivenUp"];

/** What of the log can be one of these. */
const sources: Readonly<Record<WebhookEvent, readonly EventType[]>> = {
  JobSubmitted: ["JobSubmitted"],
  JobStarted: ["RunStarted"],
  JobPreempted: ["JobPreempted"],
  JobMigrated: ["JobMigrated"],
  JobResized: ["JobResized"],
  JobPaused: ["JobPaused"],
  JobResumed: ["JobResumed"],
  JobRetried: ["JobRetried"],
  JobCompleted: ENDS,
  JobFailed: ENDS,
  JobCancelled: ENDS,
};
const endings = { completed: "JobCompleted", failed: "JobFailed", cancelled: "JobCancelled" } as const;

/** Types of the log among which these are found. */
export const sourcesOf = (events: readonly WebhookEvent[]): readonly EventType[] => [
  ...new Set(events.flatMap((event) => sources[event])),
];

/** What was recorded, as a webhook is told of it; null when it is none of these events. */
export async function happeningOf(
  { seq, event: recorded }: Recorded,
  wanted: readonly WebhookEvent[],
  engine: Engine,
): Promise<Happening | null> {
  if (!("job" in recorded)) return null;
  if (ENDS.includes(recorded.type)) {
    const job = await endedAt(seq, recorded, engine);
    if (!job || !isEnd(job)) return null;
    const event = endings[job.state.status];
    return wanted.includes(event) ? { seq, event, at: recorded.at, job, message: endMessage(job) } : null;
  }
  const event = wanted.find((one) => sources[one].includes(recorded.type));
  const job = event && ((await rowOf(recorded.job, engine)) ?? (await folded(recorded.job, seq, engine))?.after);
  return event && job ? { seq, event, at: recorded.at, job, message: describeEvent(recorded) } : null;
}

type Ended = Job & { readonly state: { readonly status: keyof typeof endings; readonly at: Instant } };
const isEnd = (job: Job): job is Ended => isOver(job);

/** The job as it ended by this event; null when it went on. */
async function endedAt(seq: number, event: Extract<Event, { job: JobId }>, engine: Engine): Promise<Job | null> {
  const row = await rowOf(event.job, engine);
  if (row && isEnd(row) && row.state.at === event.at) return row;
  const wasRevived = async (): Promise<boolean> =>
    (await engine.feed.read(seq, 1, { job: event.job, types: ["JobRetried"] })).length > 0;
  if (row && !(await wasRevived())) return null;
  // What has become of it since does not say what became of it then: the log does.
  const life = await folded(event.job, seq, engine);
  return life && isOver(life.after) && !(life.before && isOver(life.before)) ? life.after : null;
}

const rowOf = async (id: JobId, { queries }: Engine): Promise<Job | null> =>
  (await queries.jobsById([id])).get(id) ?? null;

const PAGE = 500;

/** The job right before and after an event, as the log makes it. */
async function folded(id: JobId, upTo: number, { feed }: Engine): Promise<{ before: Job | null; after: Job } | null> {
  let [before, job]: [Job | null, Job | null] = [null, null];
  for (let at = 0; at < upTo; ) {
    const page = await feed.read(at, PAGE, { job: id });
    for (const { seq, event } of page) {
      if (seq > upTo) break;
      if (event.type === "JobSubmitted") job = newJob(event);
      else if (job && event.type !== "JobDeleted") [before, job] = [job, transition(job, event as JobEvent)];
    }
    at = page.at(-1)?.seq ?? upTo;
  }
  return job && { before, after: job };
}

function endMessage(job: Ended): string {
  const { id, spec, state, submittedAt } = job;
  const cause = "cause" in state && state.cause ? `: ${(state.cause as { message: string }).message}` : "";
  return `${id} (${spec.name}) of ${spec.user} ${endOf(job)} after ${spanWords(state.at - submittedAt)}${cause}`;
}

function spanWords(millis: number): string {
  const seconds = Math.round(millis / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
