import type { Event, MigrationCause, MigrationId } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import { globalStep } from "./job.ts";
import type { Placement } from "./server.ts";
import type { Instant, Millis } from "./time.ts";

export type MigrationState = "preparing" | "stopping" | "starting" | "completed" | "failed" | "superseded";

/** One move of a running job from one place to another. */
export interface Migration {
  readonly id: MigrationId;
  readonly job: JobId;
  readonly cause: MigrationCause;
  /** The waiting job that was to find its room where this one was. */
  readonly makesRoomFor?: JobId;
  readonly from: Placement;
  readonly to: Placement;
  readonly state: MigrationState;
  /** As it ran, with its memory; absent where it saved, stopped and started anew, be it since that failed. */
  readonly live?: true;
  /** Why it failed, was superseded, or did not go on with its memory; null otherwise. */
  readonly reason: string | null;
  readonly requestedAt: Instant;
  readonly endedAt: Instant | null;
  /** Checkpoint bytes carried from server to server. */
  readonly bytes: number;
  /** From the exit at the source until the run on the target trains; null until then. */
  readonly downtimeMillis: Millis | null;
  /** Steps that were done and not saved; null while unknown. */
  readonly lostSteps: number | null;
  /** Time training that was not saved: all of it where there is no sign that the job ever saved. */
  readonly lostMillis?: Millis;
  readonly stoppedAt: Instant | null;
  /** The last step heard of before the stop. */
  readonly stoppedAtStep: number | null;
}

export function openMigration(job: Job, event: Extract<Event, { type: "JobMigrated" }>): Migration {
  if (job.state.status !== "running") throw new TypeError(`job ${job.id} does not run`);
  return {
    id: event.migration,
    job: job.id,
    cause: event.cause,
    from: job.state.on,
    to: event.to,
    state: "preparing",
    reason: null,
    requestedAt: event.at,
    endedAt: null,
    bytes: 0,
    downtimeMillis: null,
    lostSteps: null,
    stoppedAt: null,
    stoppedAtStep: null,
    ...(event.live && { live: true }),
    ...(event.makesRoomFor && { makesRoomFor: event.makesRoomFor }),
  };
}

export const isMoving = ({ state }: Migration): boolean =>
  state === "preparing" || state === "stopping" || state === "starting";

/** A completed migration stays open for one more fact: the first step after it tells what was lost. */
export const awaitsLostSteps = ({ state, lostSteps, stoppedAtStep }: Migration): boolean =>
  state === "completed" && lostSteps === null && stoppedAtStep !== null;

/** The migration after its job went from `before` to `after` by `event`. */
export function advanceMigration(migration: Migration, before: Job, after: Job, event: Event): Migration {
  if (!isMoving(migration)) return withLostSteps(migration, event);
  const end = (state: MigrationState, reason: string | null): Migration => ({
    ...migration,
    state,
    reason,
    endedAt: event.at,
  });
  if (event.type === "CheckpointCarried") return { ...migration, bytes: migration.bytes + event.bytes };
  if (event.type === "RunRestoreFailed") return startedAnew(migration, event.reason);
  if (before.state === after.state) return migration;
  const { state } = after;
  switch (state.status) {
    case "migrating":
      return { ...migration, state: state.step };
    case "starting": {
      if (before.attempt === after.attempt) return migration; // a new phase of the same start
      if (state.fallback) {
        const step = before.progress && globalStep(before.progress);
        const saved = migration.live ? step : (before.checkpoint?.step ?? null);
        return {
          ...migration,
          state: "starting",
          stoppedAt: event.at,
          stoppedAtStep: step,
          lostSteps: saved !== null && step !== null ? Math.max(0, step - saved) : null,
          ...(after.lost && { lostMillis: after.lost.millis - (before.lost?.millis ?? 0) }),
        };
      }
      return end("failed", `the start on the target failed: ${reasonOf(event)}`);
    }
    case "running":
      if (migration.state === "starting")
        return {
          ...end("completed", migration.reason),
          downtimeMillis: migration.stoppedAt === null ? null : event.at - migration.stoppedAt,
        };
      if (event.type === "RunDumpFailed") return end("failed", `its memory could not be written: ${event.reason}`);
      return end("failed", `the target could not be prepared: ${reasonOf(event)}`);
    default:
      return end("superseded", `the job is ${state.status}`);
  }
}

/** What it lost by that shows when it trains again. */
function startedAnew({ live: _, ...migration }: Migration, reason: string): Migration {
  return { ...migration, reason: `it started from its checkpoint, not from its memory: ${reason}`, lostSteps: null };
}

function withLostSteps(migration: Migration, event: Event): Migration {
  if (!awaitsLostSteps(migration) || event.type !== "RunProgressed") return migration;
  const first = globalStep(event.progress);
  if (first === null) return migration;
  return { ...migration, lostSteps: Math.max(0, (migration.stoppedAtStep as number) - (first - 1)) };
}

const reasonOf = (event: Event): string =>
  event.type === "RunExited" && event.outcome.kind === "failed" ? event.outcome.cause.message : event.type;
