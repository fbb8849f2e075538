import { InvariantError } from "./errors.ts";
import type { JobEvent } from "./event.ts";
import type {
  Attained,
  CheckpointFolder,
  CheckpointPlan,
  Ending,
  Job,
  JobState,
  PausedBy,
  QueuePlace,
  StartReason,
} from "./job.ts";
import { imagesOf, withService } from "./job.ts";
import { poolOf } from "./job-spec.ts";
import { inTurn, pending } from "./new-job.ts";
import type { Outcome } from "./outcome.ts";
import { allLost, backedUp, restored, saved, withLost } from "./saved-work.ts";
import type { Placement } from "./server.ts";
import { coreCount, leadServer, mergeShares, samePlacement, sizeOn } from "./server.ts";
import type { Instant, Millis } from "./time.ts";

const FIRST_BACKOFF: Millis = 1_000;
const LONGEST_BACKOFF: Millis = 60_000;

/**
 * The whole life of a job: every legal move is here, and there is no other. News that crossed an order on its way leaves the
 * job as it is; a move that cannot happen throws an InvariantError.
 */
export function transition(job: Job, event: JobEvent): Job {
  const { state } = job;
  switch (event.type) {
    case "JobUpdated":
      return { ...job, spec: { ...job.spec, ...event.patch } };

    case "DependencyMet": {
      const blockedBy = job.blockedBy.filter((id) => id !== event.on);
      const waitsAnew = state.status === "pending" && blockedBy.length === 0;
      return { ...job, blockedBy, ...(waitsAnew && { state: { ...state, since: event.at } }) };
    }

    case "BatchTurnCame": {
      const { awaitsTurn: _, ...rest } = job;
      if (state.status !== "pending") break;
      return { ...rest, state: { ...state, since: event.at } };
    }

    case "JobPlaced":
      if (state.status !== "pending") break;
      return begin(job, event.on, event.reason, event.at);

    case "RunPreparing":
      if (state.status !== "starting" || event.attempt !== job.attempt) return job;
      return { ...job, state: { ...state, phase: event.phase, fraction: event.fraction } };

    case "RunPrepared":
      if (state.status !== "migrating" || event.attempt !== job.attempt + 1) return job;
      return { ...job, state: { ...state, step: "stopping", since: event.at } };

    case "CheckpointCarried":
      return job;

    case "CheckpointLost":
      if (state.status !== "starting") return job;
      return {
        ...allLost(job),
        checkpoint: null,
        state: { ...state, checkpoint: { generation: job.attempt, from: null } },
      };

    case "CheckpointRestored":
      return restored(job);

    case "CheckpointBackedUp":
      return backedUp(job, event);

    case "CheckpointDropped":
      return { ...job, checkpoint: null };

    case "RunStarted": {
      const started = { ...job, trainingSince: event.at, firstStartedAt: job.firstStartedAt ?? event.at };
      if (state.status === "cancelling") {
        // The news crossed our order to stop: from now on there is a folder with work in it.
        if (!state.folder) return started;
        return { ...started, checkpoint: checkpointIn(job, state.on, state.folder), state: { ...state, folder: null } };
      }
      if (state.status !== "starting") break;
      return {
        ...started,
        ...(state.fallback && arrived(job, state.reason, state.fallback, state.on)),
        checkpoint: checkpointIn(job, state.on, state.checkpoint),
        ...(job.lost && state.checkpoint.from && { older: state.checkpoint.from }),
        state: { status: "running", since: event.at, on: state.on, leaving: null },
      };
    }

    case "JobPaused":
      if (state.status === "pending") return { ...job, state: { ...state, held: true } };
      return paused(job, event.by, event.at);

    case "JobResumed":
      if (state.status === "pending")
        return { ...job, ...inTurn(job.spec), state: { ...state, held: false, since: event.at } };
      if (state.status !== "paused") break;
      if (event.on === null && !hasCores(job, state.on)) return { ...job, state: { ...state, by: "policy" } };
      return resumed(job, event.on ?? state.on, event.at);

    case "RunPauseFailed": // a job that gave its cores away while it was thought to rest waits for them all the same
      if (state.status !== "paused" || state.by === "policy") return job;
      return resumed(job, state.on, event.at);

    case "JobPreempted":
      if (!("on" in state) || state.status === "preempting" || state.status === "cancelling") break;
      return {
        ...job,
        preemptions: job.preemptions + (state.status === "running" ? 1 : 0),
        movedAt: event.at,
        state: { status: "preempting", since: event.at, on: whole(state), ...(isHeld(state) && { held: true }) },
      };

    case "JobMigrated":
      if (state.status !== "running") break;
      return {
        ...job,
        migrationsBegun: job.migrationsBegun + 1,
        movedAt: event.at,
        state: { ...move(whole(state), event.to, "migrated", event.at), ...(event.live && { live: true }) },
      };

    case "JobResized":
      if (state.status !== "running") break;
      if (!event.live) return { ...job, movedAt: event.at, state: move(whole(state), event.to, "resized", event.at) };
      return {
        ...withService(job, event.at, job.trainingSince !== null),
        generation: job.generation + 1,
        resizes: job.resizes + 1,
        state: { ...state, on: event.to, leaving: state.on },
      };

    case "RunDumpFailed":
      if (state.status !== "migrating" || event.attempt !== job.attempt) return job;
      return {
        ...job,
        moveFailedAt: event.at,
        state: { status: "running", since: state.since, on: state.on, leaving: null },
      };

    case "RunRestoreFailed":
      return job;

    case "RunResized":
      if (state.status !== "running" || event.generation !== job.generation) return job;
      return { ...job, state: { ...state, leaving: null } };

    case "JobRequeued": {
      const base = event.promoted ? { at: event.at, ...attained(withService(job, event.at, true)) } : job.queue?.base;
      return { ...job, queue: { level: event.level, enteredAt: event.at, base: base ?? sinceSubmission(job) } };
    }

    case "JobCancelled": {
      const marked = { ...job, deleteWhenOver: job.deleteWhenOver || event.delete };
      const grace = event.graceSeconds ?? job.spec.checkpoint.graceSeconds;
      return stopFor(marked, { status: "cancelled", cause: event.cause ?? null }, grace, event.at);
    }

    case "JobGivenUp":
      return stopFor(job, { status: "failed", cause: event.cause }, job.spec.checkpoint.graceSeconds, event.at);

    case "RetriesRenewed":
      return { ...job, retriesUsed: { ...job.retriesUsed, infrastructure: 0 } };

    case "JobRetried":
      if (!("at" in state)) break;
      return {
        ...job,
        nextReason: "retried",
        retriesUsed: { application: 0, infrastructure: 0 },
        blockedBy: event.blockedBy,
        ...inTurn(job.spec),
        state: pending(event.at),
      };

    case "RunProgressed":
      return { ...job, progress: event.progress };

    case "CheckpointSaved":
      return saved(job, event);

    case "RunExited":
      return exited(job, event);
  }
  throw cannot(job, event.type);
}

const cannot = ({ id, state }: Job, type: JobEvent["type"]): InvariantError =>
  new InvariantError(`job ${id} cannot take ${type} while ${state.status}`);

function exited(job: Job, event: Extract<JobEvent, { type: "RunExited" }>): Job {
  const { state } = job;
  if (event.attempt === job.attempt + 1) {
    // The target of a migration could not be prepared: the job never noticed.
    return state.status === "migrating"
      ? {
          ...job,
          moveFailedAt: event.at,
          state: { status: "running", since: state.since, on: state.on, leaving: null },
        }
      : job;
  }
  const { outcome } = event;
  const isDumped = outcome.kind === "stopped" && state.status === "migrating" && state.live === true;
  const isLoss =
    !isDumped && outcome.kind !== "succeeded" && state.status !== "cancelling" && job.trainingSince !== null;
  const served = withService(isLoss ? withLost(job, event.at) : job, event.at, false);
  if (outcome.kind === "succeeded") return over(served, { status: "completed", cause: null }, event.at);
  switch (state.status) {
    case "starting":
      if (state.fallback) return begin({ ...served, moveFailedAt: event.at }, state.fallback, state.reason, event.at);
      break;
    case "preempting":
      if (outcome.kind === "stopped")
        return { ...served, nextReason: "preempted", state: pending(event.at, isHeld(state)) };
      break;
    case "migrating":
      if (outcome.kind !== "stopped") break;
      if (state.step === "preparing") return { ...served, nextReason: "recovered", state: pending(event.at) };
      return withImages(
        begin(served, state.to, state.reason, event.at, state.on),
        isDumped && imagesOf(job.attempt, leadServer(state.on)),
      );
    case "cancelling":
      return over(served, state.then, event.at);
    case "running":
    case "paused":
      break;
    default:
      throw cannot(job, "RunExited");
  }
  return failed(served, outcome, event.at);
}

const withImages = (job: Job, images: CheckpointFolder | false): Job =>
  images && job.state.status === "starting" ? { ...job, state: { ...job.state, images } } : job;

/** A run that ended though nobody asked: tried again while the budget of its cause lasts. */
function failed(job: Job, outcome: Outcome, at: Instant): Job {
  const held = isHeld(job.state);
  if (outcome.kind !== "failed") return { ...job, nextReason: "recovered", state: pending(at, held) };
  const { cause } = outcome;
  const used = job.retriesUsed[cause.origin];
  const permanent = cause.origin === "infrastructure" && cause.permanent === true;
  if (permanent || used >= job.spec.retries[cause.origin]) return over(job, { status: "failed", cause }, at);
  const backoff = Math.min(FIRST_BACKOFF * 2 ** used, LONGEST_BACKOFF);
  return {
    ...job,
    nextReason: "retried",
    retriesUsed: { ...job.retriesUsed, [cause.origin]: used + 1 },
    state: { ...pending(at, held), notBefore: at + backoff },
  };
}

/** What a paused job keeps: everything where its user wants a rest, all but the cores where others are to have them. */
function paused(job: Job, by: PausedBy, at: Instant): Job {
  const { state } = job;
  if (state.status === "paused" && state.by === "policy" && by === "user") return { ...job, state: { ...state, by } };
  if (state.status !== "running") throw cannot(job, "JobPaused");
  const on = by === "user" ? state.on : state.on.map((share) => ({ ...share, cores: [] }));
  return { ...withService(job, at, false), state: { status: "paused", since: at, on, by } };
}

function resumed(job: Job, on: Placement, at: Instant): Job {
  const { state } = job;
  const changed = !("on" in state) || !samePlacement(state.on, on);
  return {
    ...job,
    generation: job.generation + (changed ? 1 : 0),
    trainingSince: at,
    state: { status: "running", since: at, on, leaving: null },
  };
}

/** All that it may be using, also what it is letting go of. */
const whole = (state: Extract<JobState, { on: Placement }>): Placement =>
  state.status === "running" && state.leaving ? mergeShares([state.on, state.leaving]) : state.on;

/** Cores are lent to every run, unless its job wants none. */
const hasCores = ({ spec }: Job, on: Placement): boolean => spec.cores.min === 0 || coreCount(on) > 0;

const move = (on: Placement, to: Placement, reason: "migrated" | "resized", at: Instant): JobState => ({
  status: "migrating",
  since: at,
  on,
  to,
  reason,
  step: "preparing",
});

/** The counts of a job whose move has succeeded. */
function arrived(job: Job, reason: StartReason, from: Placement, to: Placement): Pick<Job, "migrations" | "resizes"> {
  const pool = poolOf(job.spec);
  return {
    migrations: job.migrations + (reason === "migrated" ? 1 : 0),
    resizes: job.resizes + (sizeOn(from, pool) === sizeOn(to, pool) ? 0 : 1),
  };
}

const attained = ({ serviceMillis, gpuMillis, coreMillis }: Job): Attained => ({
  serviceMillis,
  gpuMillis,
  coreMillis,
});
const sinceSubmission = ({ submittedAt }: Job): QueuePlace["base"] => ({
  at: submittedAt,
  serviceMillis: 0,
  gpuMillis: 0,
  coreMillis: 0,
});

const isHeld = (state: JobState): boolean =>
  (state.status === "paused" && state.by === "user") || (state.status === "preempting" && state.held === true);

const over = ({ older: _, ...job }: Job, ending: Ending, at: Instant): Job => ({
  ...job,
  trainingSince: null,
  state: { ...ending, at },
});

function begin(job: Job, on: Placement, reason: StartReason, at: Instant, fallback: Placement | null = null): Job {
  const attempt = job.attempt + 1;
  return {
    ...job,
    attempt,
    generation: 1,
    state: {
      status: "starting",
      since: at,
      on,
      reason,
      phase: "creating",
      fraction: null,
      checkpoint: checkpointPlan(job, on, attempt),
      fallback,
    },
  };
}

/**
 * A run on the server that has the job's checkpoint folder goes on with it; elsewhere it gets a copy of its own, made of the
 * folder that it left there, if that is where it comes from.
 */
export function checkpointPlan({ checkpoint, older }: Job, on: Placement, attempt: number): CheckpointPlan {
  if (!checkpoint) return { generation: attempt, from: null };
  const { server, generation } = checkpoint;
  const lead = leadServer(on);
  if (server === lead) return { generation, from: null };
  return { generation: older?.server === lead ? older.generation : attempt, from: { server, generation } };
}

function stopFor(job: Job, then: Ending, graceSeconds: number, at: Instant): Job {
  const { state } = job;
  switch (state.status) {
    case "pending":
      return over(job, then, at);
    case "starting":
      return {
        ...job,
        state: { status: "cancelling", since: at, on: state.on, then, graceSeconds, folder: state.checkpoint },
      };
    case "running":
    case "preempting":
    case "migrating":
    case "paused":
      return { ...job, state: { status: "cancelling", since: at, on: whole(state), then, graceSeconds, folder: null } };
    case "cancelling": // it is being stopped already, for the first reason given; only its patience may shrink
      return graceSeconds < state.graceSeconds ? { ...job, state: { ...state, graceSeconds } } : job;
    default:
      throw new InvariantError(`job ${job.id} cannot be stopped: it is ${state.status}`);
  }
}

/** The folder of a run that has begun to train; what was saved before is still in it. */
const checkpointIn = ({ checkpoint }: Job, on: Placement, { generation }: CheckpointPlan): Job["checkpoint"] => ({
  server: leadServer(on),
  generation,
  step: checkpoint?.step ?? null,
  savedAt: checkpoint?.savedAt ?? null,
  ...(checkpoint?.serviceMillis !== undefined && { serviceMillis: checkpoint.serviceMillis }),
});
