import type { CheckpointFolder, CheckpointPlan, Job, JobId, StartReason } from "./job.ts";
import { foldersOf, hasFolder } from "./job.ts";
import type { JobSpec } from "./job-spec.ts";
import type { Placement } from "./server.ts";
import { leadServer } from "./server.ts";
import { checkpointPlan } from "./transition.ts";

/** All that a driver needs to bring one run to life. */
export interface RunOrder {
  readonly job: JobId;
  readonly attempt: number;
  readonly spec: JobSpec;
  readonly on: Placement;
  readonly reason: StartReason;
  readonly checkpoint: CheckpointPlan;
  /** Counts the changes of the grant within one run, from 1. */
  readonly generation: number;
  /** What a resized run had before and may still use; null when it has nothing to let go of. */
  readonly leaving: Placement | null;
  /** Its memory from before, to go on with. */
  readonly images?: CheckpointFolder;
  /** The servers' addresses in rank order, of a run over several. */
  readonly hosts?: readonly string[];
  /** Known to the members of the run alone, so that they let in each other and nobody else. */
  readonly key?: string;
}

/** Which run, and where. */
export interface RunRef {
  readonly job: JobId;
  readonly attempt: number;
  readonly on: Placement;
}

/** What the scheduler wants done outside. A driver answers with events, never with a return value. */
export type Command =
  /** Get ready for this run without starting it: pull its image, create its container. */
  | { readonly type: "prepare"; readonly run: RunOrder }
  | { readonly type: "start"; readonly run: RunOrder }
  /** Signal the run, wait at most `graceSeconds`, then kill it. Told twice with less grace, it hurries. */
  | { readonly type: "stop"; readonly run: RunRef; readonly signal: string; readonly graceSeconds: number }
  /** Give a running or paused run what `run.on` says, without a restart; answered by `RunResized` when what it had beyond that is free. */
  | { readonly type: "resize"; readonly run: RunOrder }
  | { readonly type: "pause"; readonly run: RunRef }
  | { readonly type: "resume"; readonly run: RunRef }
  /** Write its memory, which ends it; answered by its exit, or by `RunDumpFailed`. */
  | { readonly type: "dump"; readonly run: RunRef }
  /** Undo a `prepare` that will not be started. */
  | { readonly type: "discard"; readonly run: RunRef }
  | { readonly type: "discardCheckpoint"; readonly job: JobId; readonly folder: CheckpointFolder };

/** What the world must be told when a job moves: the only place where commands are born. `after` is null for a deleted job. */
export function commandsFor(before: Job, after: Job | null): readonly Command[] {
  if (!after) return foldersOf(before).map((folder) => drop(before, folder));
  const commands: Command[] = forsaken(before, after).map((folder) => drop(before, folder));
  if (before.state === after.state) return commands;
  const { state } = after;

  const abandoned = abandonedFolder(before, after);
  if (abandoned) commands.push({ type: "discardCheckpoint", job: after.id, folder: abandoned });
  const images = before.state.status === "starting" && before.state.images;
  if (images && (state.status !== "starting" || before.attempt !== after.attempt)) commands.push(drop(after, images));
  if (before.state.status === "migrating" && !goesOn(before.state.to, after)) {
    const run = { job: after.id, attempt: before.attempt + 1, on: before.state.to };
    commands.push({ type: "discard", run });
  }

  switch (state.status) {
    case "starting":
      if (after.attempt !== before.attempt) commands.push({ type: "start", run: startOrder(after, state) });
      break;
    case "migrating":
      if (state.step === "preparing") {
        const attempt = after.attempt + 1;
        const plan = checkpointPlan(after, state.to, attempt);
        commands.push({ type: "prepare", run: order(after, state.to, attempt, plan, "migrated") });
      } else if (state.live)
        commands.push({ type: "dump", run: { job: after.id, attempt: after.attempt, on: state.on } });
      else commands.push(stop(after, state.on, after.spec.checkpoint.graceSeconds));
      break;
    case "preempting":
      commands.push(stop(after, state.on, after.spec.checkpoint.graceSeconds));
      break;
    case "cancelling":
      commands.push(stop(after, state.on, state.graceSeconds));
      break;
    case "paused":
      commands.push(pause(after, state.on));
      break;
    case "running":
      if (before.attempt === after.attempt && before.generation !== after.generation) commands.push(resize(after));
      if (before.state.status === "paused") commands.push(resume(after, state.on));
      break;
  }
  return commands;
}

/** What to tell the world again after a restart, so that what was recorded and not done is done. */
export function pendingCommands(job: Job): readonly Command[] {
  const { state } = job;
  switch (state.status) {
    case "starting":
      return [{ type: "start", run: startOrder(job, state) }];
    case "running": // whether it was told of its grant, or to go on after a pause, is not on record; told twice does no harm
      return [...(job.generation > 1 ? [resize(job)] : []), resume(job, state.on)];
    case "paused": // the same goes for what it is to go on with
      return [...(job.generation > 1 && state.by === "user" ? [resize(job)] : []), pause(job, state.on)];
    case "migrating":
    case "preempting":
    case "cancelling":
      return commandsFor({ ...job, state: { status: "running", since: 0, on: state.on, leaving: null } }, job).slice(
        -1,
      );
    default:
      return [];
  }
}

const goesOn = (to: Placement, { state }: Job): boolean =>
  (state.status === "migrating" || state.status === "starting") && leadServer(to) === leadServer(placeOf(state));
const placeOf = (state: Extract<Job["state"], { status: "migrating" | "starting" }>): Placement =>
  state.status === "migrating" ? state.to : state.on;

/** The folder that was made for a run which never came to train in it; null when there is none. */
function abandonedFolder({ state, attempt }: Job, after: Job): CheckpointFolder | null {
  const plan = state.status === "starting" ? state.checkpoint : state.status === "cancelling" ? state.folder : null;
  if (!plan || !("on" in state) || plan.generation !== attempt) return null; // an older folder has work in it
  const isOpen =
    after.attempt === attempt && (after.state.status === "starting" || after.state.status === "cancelling");
  if (isOpen || after.checkpoint?.generation === plan.generation || after.state.status === "completed") return null;
  return { server: leadServer(state.on), generation: plan.generation };
}

/** Folders that the job has done with. One whose server is lost may come back with it, and is seen to then. */
function forsaken(before: Job, after: Job): readonly CheckpointFolder[] {
  if (before.checkpoint === after.checkpoint && before.older === after.older) return [];
  const isLost = after.checkpoint === null && after.state.status === "starting";
  return isLost ? [] : foldersOf(before).filter((folder) => !hasFolder(after, folder));
}

const drop = ({ id }: Job, { server, generation }: CheckpointFolder): Command => ({
  type: "discardCheckpoint",
  job: id,
  folder: { server, generation },
});

const order = (
  { id, spec }: Job,
  on: Placement,
  attempt: number,
  checkpoint: CheckpointPlan,
  reason: StartReason,
): RunOrder => ({ job: id, attempt, spec, on, reason, checkpoint, generation: 1, leaving: null });

const startOrder = (job: Job, state: Extract<Job["state"], { status: "starting" }>): RunOrder => ({
  ...order(job, state.on, job.attempt, state.checkpoint, state.reason),
  ...(state.images && { images: state.images }),
});

/** The order of a run that trains, as it is now. */
export function presentOrder(job: Job): RunOrder {
  const { state, checkpoint, attempt, generation } = job;
  if (!("on" in state)) throw new TypeError(`job ${job.id} has no place`);
  const plan = { generation: checkpoint?.generation ?? attempt, from: null };
  const leaving = state.status === "running" ? state.leaving : null;
  return { ...order(job, state.on, attempt, plan, "recovered"), generation, leaving };
}

const resize = (job: Job): Command => ({ type: "resize", run: presentOrder(job) });
const pause = ({ id, attempt }: Job, on: Placement): Command => ({ type: "pause", run: { job: id, attempt, on } });
const resume = ({ id, attempt }: Job, on: Placement): Command => ({ type: "resume", run: { job: id, attempt, on } });

const stop = (job: Job, on: Placement, graceSeconds: number): Command => ({
  type: "stop",
  run: { job: job.id, attempt: job.attempt, on },
  signal: job.spec.checkpoint.signal,
  graceSeconds,
});
