import { statusReason } from "../explain.ts";
import { NO_GUARDS } from "../guards.ts";
import { type Job, placementOf } from "../job.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Instant } from "../time.ts";
import { type Blocker, blocker } from "./blocker.ts";
import { blockersOf, isWaiting, ownBlockers } from "./blockers.ts";
import type { SmallestChange } from "./change.ts";
import { copyOf } from "./copy.ts";
import { hear } from "./hearing.ts";
import { liftOf, smallestChange } from "./smallest-change.ts";
import { tryOut } from "./trial.ts";
import { named, span } from "./words.ts";

/** Why a job waits, or is as it is. */
export interface Why {
  readonly at: Instant;
  readonly summary: string;
  readonly blockers: readonly Blocker[];
  readonly change: SmallestChange | null;
}

/** All of it: a few rounds are held on paper for it, which is some hundred times the work of `statusReason`. */
export function explain(job: Job, scheduler: Scheduler, now: Instant): Why {
  const reason = statusReason(job, scheduler, now);
  if (!isWaiting(job)) return { at: now, summary: reason ?? stateWords(job), blockers: [], change: null };
  const own = ownBlockers(job, scheduler, now);
  const blockers = own.length > 0 ? [...own, ...nextBlockers(job, scheduler, now)] : blockersOf(job, scheduler, now);
  const guarded = mayStart(blockers) ? [] : guardBlockers(job, scheduler, now);
  const change = mayStart(blockers) ? null : smallestChange(job, scheduler, now);
  const summary = [reason, change?.message].filter(Boolean).join("; ");
  return { at: now, summary, blockers: [...blockers, ...guarded], change };
}

/** Does it start by itself, without anything else having to happen? */
const mayStart = (blockers: readonly Blocker[]): boolean =>
  blockers.some(({ kind }) => kind === "round" || kind === "being-freed" || kind === "backoff");

/** What would be in the way then, were it not for what keeps the scheduler from looking at it. */
function nextBlockers(job: Job, scheduler: Scheduler, now: Instant): readonly Blocker[] {
  const copy = copyOf(scheduler, now);
  for (const event of liftOf(job, now)) copy.observe(event);
  const lifted = copy.job(job.id);
  const at = job.state.status === "pending" ? Math.max(now, job.state.notBefore) : now;
  return lifted ? blockersOf(lifted, copy, at).filter(({ kind }) => kind !== "round") : [];
}

/** Running jobs would make room for it, were they not to be left alone for a while. */
function guardBlockers(job: Job, scheduler: Scheduler, now: Instant): readonly Blocker[] {
  const until = hear(scheduler, now).snapshot.guard.wakeAt;
  if (until === null || tryOut(scheduler, job.id, [], now, NO_GUARDS).effect === null) return [];
  return [
    blocker("guard", `running jobs that would make room are left alone for another ${span(until - now)}`, { until }),
  ];
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
