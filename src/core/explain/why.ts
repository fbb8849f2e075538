import { sentenceOf, statusReason } from "../explain.ts";
import { type Job, placementOf } from "../job.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Instant } from "../time.ts";
import type { Blocker } from "./blocker.ts";
import { blockersOf, isWaiting } from "./blockers.ts";
import type { SmallestChange } from "./smallest-change.ts";
import { named } from "./words.ts";

/** Why a job waits, or is as it is. */
export interface Why {
  readonly at: Instant;
  readonly summary: string;
  readonly blockers: readonly Blocker[];
  readonly change: SmallestChange | null;
}

export function explain(job: Job, scheduler: Scheduler, now: Instant): Why {
  const blockers = blockersOf(job, scheduler, now);
  const summary = isWaiting(job) ? sentenceOf(blockers) : (statusReason(job, scheduler, now) ?? stateWords(job));
  return { at: now, summary, blockers, change: null };
}

/** What there is to say of a job that neither waits nor has failed. */
function stateWords(job: Job): string {
  const where = named((placementOf(job) ?? []).map(({ server }) => server));
  switch (job.state.status) {
    case "starting":
      return `it gets ready on ${where}: ${job.state.phase}`;
    case "running":
      return `it trains on ${where}`;
    case "paused":
      return `it is paused on ${where} until it is resumed`;
    case "preempting":
      return `it saves its work on ${where} and gives its room to others`;
    case "migrating":
      return `it moves from ${where} to ${named(job.state.to.map(({ server }) => server))}`;
    case "cancelling":
      return `it is being stopped on ${where}`;
    default:
      return `it has ${job.state.status}`;
  }
}
