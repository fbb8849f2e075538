import { takesTurns } from "./batch.ts";
import type { Event } from "./event.ts";
import type { Job, JobState } from "./job.ts";
import type { JobSpec } from "./job-spec.ts";
import { NOTHING_LOST } from "./saved-work.ts";
import type { Instant } from "./time.ts";

/** A job as it is when it is submitted. */
export function newJob(event: Extract<Event, { type: "JobSubmitted" }>): Job {
  return {
    id: event.job,
    spec: event.spec,
    submittedAt: event.at,
    state: pending(event.at),
    attempt: 0,
    nextReason: "submitted",
    firstStartedAt: null,
    trainingSince: null,
    serviceMillis: 0,
    gpuMillis: 0,
    coreMillis: 0,
    generation: 0,
    preemptions: 0,
    resizes: 0,
    migrations: 0,
    migrationsBegun: 0,
    retriesUsed: { application: 0, infrastructure: 0 },
    progress: null,
    checkpoint: null,
    blockedBy: event.blockedBy,
    ...inTurn(event.spec),
    movedAt: null,
    moveFailedAt: null,
    queue: null,
    deleteWhenOver: false,
    ...(event.countsLoss && { lost: NOTHING_LOST }),
  };
}

/** One of a batch that takes turns waits for its own, also when it comes back. */
export const inTurn = ({ batch }: JobSpec): Pick<Job, "awaitsTurn"> =>
  batch && takesTurns(batch) ? { awaitsTurn: true } : {};

/** It waits, from now on. */
export const pending = (at: Instant, held = false): Extract<JobState, { status: "pending" }> => ({
  status: "pending",
  since: at,
  held,
  notBefore: at,
});

/** Its user wants it to rest, also when it has to leave its place. */
