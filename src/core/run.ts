import type { Because } from "./because.ts";
import type { JobEvent } from "./event.ts";
import type { Job, JobId, JobProgress, StartReason } from "./job.ts";
import type { Outcome } from "./outcome.ts";
import type { Placement } from "./server.ts";
import type { Instant, Millis } from "./time.ts";

/** `job-17.2`: the job and the attempt. */
export type RunId = string;

/** One attempt of a job, from the order to start until its one exit. */
export interface Run {
  readonly id: RunId;
  readonly job: JobId;
  readonly attempt: number;
  readonly reason: StartReason;
  /** What it has, or had last. */
  readonly on: Placement;
  readonly placedAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly handle: string | null;
  readonly outcome: Outcome | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly carriedBytes: number;
  /** Time training that it had not saved when it ended; absent while it goes on, and where that was not counted. */
  readonly lostMillis?: Millis;
  /** Why it was placed there; absent where the scheduler was not asked to note it. */
  readonly because?: Because;
  readonly progress: JobProgress | null;
}

export const runId = (job: JobId, attempt: number): RunId => `${job}.${attempt}`;

/** The run that begins when a job enters `starting` with a new attempt. */
export function openRun(job: Job, event: JobEvent): Run {
  const { state } = job;
  if (state.status !== "starting") throw new TypeError(`job ${job.id} does not start`);
  return {
    id: runId(job.id, job.attempt),
    job: job.id,
    attempt: job.attempt,
    reason: state.reason,
    on: state.on,
    placedAt: event.at,
    startedAt: null,
    endedAt: null,
    handle: null,
    outcome: null,
    exitCode: null,
    signal: null,
    carriedBytes: 0,
    progress: null,
    ...(event.type === "JobPlaced" && event.because && { because: event.because }),
  };
}

/** The run after one more event of its own, by which its job went from `before` to `after`; the same object when the event says nothing of it. */
export function advanceRun(run: Run, before: Job, after: Job, event: JobEvent): Run {
  switch (event.type) {
    case "CheckpointCarried":
      return { ...run, carriedBytes: run.carriedBytes + event.bytes };
    case "RunStarted":
      return { ...run, startedAt: event.at, handle: event.handle };
    case "RunProgressed":
      return { ...run, progress: event.progress };
    case "JobResized":
      return event.live ? { ...run, on: event.to } : run;
    case "JobResumed":
      return event.on ? { ...run, on: event.on } : run;
    case "RunExited": {
      const { at: endedAt, outcome, exitCode, signal } = event;
      const lostMillis = after.lost && after.lost.millis - (before.lost?.millis ?? 0);
      return { ...run, endedAt, outcome, exitCode, signal, ...(lostMillis !== undefined && { lostMillis }) };
    }
    default:
      return run;
  }
}
