import { type Blocker } from "./explain/blocker.ts";
import { blockersOf } from "./explain/blockers.ts";
import type { Job } from "./job.ts";
import { lostAt } from "./lost.ts";
import type { Scheduler } from "./scheduler.ts";
import { sizeOn } from "./server.ts";
import type { Instant } from "./time.ts";

/** At most so many things that are in the way are told in one sentence. */
const MOST_TOLD = 4;

/** In plain words why the job waits or has failed; null when there is nothing to explain. */
export function statusReason(job: Job, scheduler: Scheduler, now: Instant): string | null {
  const { state } = job;
  const away = awayReason(job, scheduler, now);
  if (away !== null) return away;
  switch (state.status) {
    case "failed":
    case "cancelled":
      return state.cause?.message ?? null;
    case "pending":
      return waitingReason(job, scheduler, now);
    case "paused":
      return state.by === "policy" ? `others have its cores: ${waitingReason(job, scheduler, now)}` : null;
    case "migrating":
      return state.reason === "resized" ? `it saves its work and goes on with ${sizeOn(state.to, "gpus")} GPUs` : null;
    case "cancelling":
      return state.then.cause?.message ?? null;
    default:
      return null;
  }
}

/** Of a job whose server is down: until when it is waited for, and what then. */
function awayReason({ state, spec }: Job, scheduler: Scheduler, now: Instant): string | null {
  if (!("on" in state)) return null;
  for (const share of state.on) {
    const server = scheduler.servers.get(share.server);
    const at = server ? lostAt(server, scheduler) : null;
    if (!server || at === null) continue;
    const down = `server ${server.id} is down${server.reason === null ? "" : ` (${server.reason})`}`;
    const isAwaited = spec.whenServerLost === "wait" && state.status !== "cancelling";
    if (isAwaited || at === Number.POSITIVE_INFINITY) return `${down}: it waits until that is back`;
    const seconds = Math.max(0, Math.ceil((at - now) / 1000));
    const goesOn = state.status !== "cancelling" && spec.whenServerLost !== "fail";
    return `${down}: if that is not back in ${seconds} s, it ${goesOn ? "begins elsewhere" : "is over"}`;
  }
  return null;
}

const waitingReason = (job: Job, scheduler: Scheduler, now: Instant): string =>
  sentenceOf(blockersOf(job, scheduler, now));

/** What is in the way as one sentence, without what is of little weight. */
export const sentenceOf = (blockers: readonly Blocker[]): string =>
  blockers
    .slice(0, MOST_TOLD)
    .map(({ message }) => message)
    .join("; ");
