import type { Event } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import { endOf, isOver } from "./job.ts";
import { lostRuns } from "./lost.ts";
import type { Cause } from "./outcome.ts";
import type { Instant, Millis } from "./time.ts";

type Cluster = Parameters<typeof lostRuns>[0];

/**
 * What has to be done whatever the policy: lost servers, dependencies, time limits, deletions, back-off; at most one end for each job. `watched` are the jobs that
 * `needsWatching`, `ended` those that ended since the last time.
 */
export function duties(
  cluster: Cluster,
  watched: ReadonlySet<JobId>,
  ended: readonly Job[],
  now: Instant,
): { events: readonly Event[]; wakeAt: Instant | null } {
  const lost = lostRuns(cluster, now);
  if (lost.events.length > 0) return { events: lost.events, wakeAt: null }; // what that comes to is looked at next
  const events: Event[] = [];
  let { wakeAt } = lost;
  for (const id of watched) {
    const job = cluster.job(id);
    if (!job) continue;
    if (isOver(job)) {
      if (job.deleteWhenOver) events.push({ type: "JobDeleted", job: id, at: now });
      continue;
    }
    const dependencies = ended.filter((other) => job.blockedBy.includes(other.id));
    const failed = dependencies.find(({ state }) => state.status !== "completed");
    if (failed) {
      events.push(giveUp(id, "dependency", `it needs ${failed.id}, which ${endOf(failed)}`, now));
      continue; // given up once is enough
    }
    for (const { id: on } of dependencies) events.push({ type: "DependencyMet", job: id, on, at: now });
    const renewsAt = renewal(job);
    if (renewsAt !== null && renewsAt <= now) events.push({ type: "RetriesRenewed", job: id, at: now });
    else if (renewsAt !== null) wakeAt = Math.min(wakeAt, renewsAt);
    const limit = nextLimit(job);
    if (limit && limit.at <= now) events.push(giveUp(id, "time-limit", limit.message, now));
    else if (limit) wakeAt = Math.min(wakeAt, limit.at);
    if (job.state.status === "pending" && job.state.notBefore > now) wakeAt = Math.min(wakeAt, job.state.notBefore);
  }
  return { events, wakeAt: Number.isFinite(wakeAt) ? wakeAt : null };
}

/** Is there anything about this job that `duties` may have to do? */
export function needsWatching(job: Job): boolean {
  if (isOver(job)) return job.deleteWhenOver;
  const backsOff = job.state.status === "pending" && job.state.notBefore > job.state.since;
  return backsOff || job.blockedBy.length > 0 || nextLimit(job) !== null || renewal(job) !== null;
}

/** A long training is not to fail of a few mishaps that lie weeks apart: one that goes well for so long has all its retries again. */
const HEALTHY: Millis = 3_600_000;

/** When the retries that the infrastructure has used up are given back; null when there are none, or the job does not train. */
const renewal = ({ state, trainingSince, retriesUsed }: Job): Instant | null =>
  state.status === "running" && trainingSince !== null && retriesUsed.infrastructure > 0
    ? trainingSince + HEALTHY
    : null;

const giveUp = (job: JobId, code: "dependency" | "time-limit", message: string, at: Instant): Event => {
  const cause: Cause = { origin: "application", code, message };
  return { type: "JobGivenUp", job, cause, attempt: null, at };
};

/** When the time limit of its present state ends; null without one. The idle limit is kept where the output is read. */
function nextLimit({
  spec,
  state,
  firstStartedAt,
  blockedBy,
  awaitsTurn,
  serviceMillis,
  trainingSince,
}: Job): { at: Instant; message: string } | null {
  const { queueSeconds, pullSeconds, runSeconds } = spec.limits;
  const limit = (seconds: number | null, from: Instant, what: string): { at: Instant; message: string } | null =>
    seconds === null
      ? null
      : { at: from + seconds * 1000, message: `${what} took longer than its limit of ${seconds} s` };
  switch (state.status) {
    case "pending": // for its first start, and while it waits for nothing but room
      if (firstStartedAt !== null || state.held || blockedBy.length > 0 || awaitsTurn) return null;
      return limit(queueSeconds, state.since, "waiting");
    case "starting":
      return state.phase === "pulling" ? limit(pullSeconds, state.since, "pulling its image") : null;
    case "running":
      return trainingSince === null ? null : limit(runSeconds, trainingSince - serviceMillis, "running");
    default:
      return null;
  }
}
