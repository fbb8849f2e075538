import type { JobEvent } from "../event.ts";
import type { Job, JobId } from "../job.ts";
import { type Pool, poolOf } from "../job-spec.ts";
import type { Migration } from "../migration.ts";
import type { Run } from "../run.ts";
import { type Placement, type ServerId, sizeOn } from "../server.ts";
import type { Instant, Millis } from "../time.ts";
import { named, span, units } from "./words.ts";

export type ChangeKind = "start" | "preempt" | "pause" | "resume" | "resize" | "migrate";

/** Who wanted it. */
export type ChangeCause =
  | "policy"
  | "user"
  | "drain"
  | "defragmentation"
  | "unhealthy-gpu"
  | "server-lost"
  | "failure"
  | "recovery";

/** What a change cost the job; null where that is not known (yet). */
export interface ChangeCost {
  /** Time training that was not saved and had to be done again. */
  readonly lostMillis: Millis | null;
  readonly lostSteps: number | null;
  /** From the stop until it trained again. */
  readonly stoppedMillis: Millis | null;
  /** Of the checkpoint, carried from server to server. */
  readonly bytes: number;
}

/** What it was good for. */
export interface ChangeGain {
  /** Those that were given what it had. */
  readonly jobs: readonly JobId[];
  /** How many times as fast the job was expected to be; null where the policy did not know. */
  readonly speedup: number | null;
}

/** One change of where and with how much a job trains, and all that is known of why. */
export interface ExplainedChange {
  readonly at: Instant;
  readonly kind: ChangeKind;
  /** The run that it was about. */
  readonly attempt: number;
  readonly cause: ChangeCause;
  /** In plain words what happened, why, and what came of it. */
  readonly message: string;
  readonly from: readonly ServerId[];
  readonly to: readonly ServerId[];
  /** GPUs, or cores of a job without, before and after; null where it had or has none. */
  readonly sizeBefore: number | null;
  readonly sizeAfter: number | null;
  readonly cost: ChangeCost;
  readonly gain: ChangeGain;
}

/** The events that the history of a job is told from. */
export const HISTORY_TYPES = [
  "JobPlaced",
  "JobPreempted",
  "JobPaused",
  "JobResumed",
  "JobResized",
  "JobMigrated",
] as const satisfies readonly JobEvent["type"][];

type Told = Extract<JobEvent, { type: (typeof HISTORY_TYPES)[number] }>;

/** What is on record of a job beside its events. */
export interface OnRecord {
  readonly job: Job;
  /** In the order of their attempts. */
  readonly runs: readonly Run[];
  readonly migrations: readonly Migration[];
}

/** The changes that the events tell of, the first one first. @param events oldest first; those of other types say nothing here */
export function historyOf(record: OnRecord, events: readonly JobEvent[]): ExplainedChange[] {
  const told = events.filter((event): event is Told => (HISTORY_TYPES as readonly string[]).includes(event.type));
  const pool = poolOf(record.job.spec);
  let had: Placement | null = null;
  return told.map((event, i) => {
    const run = runAt(record.runs, event);
    const before: Placement | null = event.type === "JobPlaced" ? null : (had ?? run?.on ?? null);
    const facts: Facts = {
      before,
      pool,
      run,
      next: record.runs.find(({ attempt }) => attempt === (run?.attempt ?? 0) + 1),
    };
    const change = changeOf(event, facts, record, told.slice(i + 1));
    had = afterIt(event, before);
    return change;
  });
}

interface Facts {
  readonly before: Placement | null;
  readonly pool: Pool;
  readonly run: Run | undefined;
  /** The run after it. */
  readonly next: Run | undefined;
}

/** The run that was going on; of a start the one that began. */
const runAt = (runs: readonly Run[], event: Told): Run | undefined =>
  event.type === "JobPlaced"
    ? runs.find(({ attempt }) => attempt === event.attempt)
    : runs.findLast(({ placedAt }) => placedAt <= event.at);

function afterIt(event: Told, before: Placement | null): Placement | null {
  switch (event.type) {
    case "JobPlaced":
      return event.on;
    case "JobMigrated":
    case "JobResized":
      return event.to;
    case "JobPreempted":
      return null;
    case "JobResumed":
      return event.on ?? before;
    default:
      return before;
  }
}

const NO_COST: ChangeCost = { lostMillis: 0, lostSteps: null, stoppedMillis: null, bytes: 0 };
const NO_GAIN: ChangeGain = { jobs: [], speedup: null };

function changeOf(event: Told, facts: Facts, { migrations }: OnRecord, later: readonly Told[]): ExplainedChange {
  const { before, pool, run } = facts;
  const after = afterIt(event, before);
  const sizeOf = (on: Placement | null): number | null => on && sizeOn(on, pool);
  const base = {
    at: event.at,
    attempt: run?.attempt ?? 0,
    from: serversOf(before),
    to: serversOf(after),
    sizeBefore: sizeOf(before),
    sizeAfter: sizeOf(after),
    cost: NO_COST,
    gain: NO_GAIN,
  };
  const where = named(base.to);
  const size = units(base.sizeAfter ?? 0, pool);
  switch (event.type) {
    case "JobPlaced": {
      const cause = event.reason === "retried" ? "failure" : event.reason === "recovered" ? "recovery" : "policy";
      const message = `given ${size} of ${where}: ${STARTS[event.reason]}`;
      return { ...base, kind: "start", cause, message, cost: { ...NO_COST, bytes: run?.carriedBytes ?? 0 } };
    }
    case "JobPreempted": {
      const cost = restartCost(facts);
      const gain = { ...NO_GAIN, jobs: event.for ?? [] };
      const cause = event.by ?? "policy";
      return { ...base, kind: "preempt", cause, message: told(`stopped: ${event.cause}`, cost, gain), cost, gain };
    }
    case "JobPaused": {
      const next = later.find(({ type }) => type === "JobResumed" || type === "JobPreempted");
      const cost = { ...NO_COST, stoppedMillis: next?.type === "JobResumed" ? next.at - event.at : null };
      const gain = { ...NO_GAIN, jobs: event.for ?? [] };
      const why = event.by === "policy" ? "frozen, and its cores given to others" : "paused by its user";
      const message = told(why, cost, gain);
      return { ...base, kind: "pause", cause: event.by, message, to: [], sizeAfter: null, cost, gain };
    }
    case "JobResumed": {
      const message = event.on ? `went on with ${size} of ${where}` : "resumed by its user";
      return { ...base, kind: "resume", cause: event.on ? "policy" : "user", message, from: [], sizeBefore: null };
    }
    case "JobResized": {
      const cost = event.live ? { ...NO_COST, stoppedMillis: 0 } : restartCost(facts);
      const gain = { jobs: event.for ?? [], speedup: event.speedup ?? null };
      const how = event.live ? "as it runs" : "by a restart";
      const change = `from ${base.sizeBefore ?? "?"} to ${size} on ${where}, ${how}: ${event.cause}`;
      return { ...base, kind: "resize", cause: "policy", message: told(change, cost, gain), cost, gain };
    }
    case "JobMigrated": {
      const migration = migrations.find(({ id }) => id === event.migration);
      const cost: ChangeCost = {
        lostMillis: migration?.lostMillis ?? null,
        lostSteps: migration?.lostSteps ?? null,
        stoppedMillis: migration?.downtimeMillis ?? null,
        bytes: migration?.bytes ?? 0,
      };
      const gain = { jobs: event.makesRoomFor ? [event.makesRoomFor] : [], speedup: event.speedup ?? null };
      const end = migration && ENDS[migration.state];
      const state = end ? `${end}${migration.reason ? ` (${migration.reason})` : ""}; ` : "";
      const change = `${state}moved from ${named(base.from)} to ${size} of ${where}${event.live ? " as it ran" : ""}: ${MOVES[event.cause]}`;
      return { ...base, kind: "migrate", cause: event.cause, message: told(change, cost, gain), cost, gain };
    }
  }
}

const STARTS = {
  submitted: "its first run",
  preempted: "it goes on after a preemption",
  migrated: "it goes on after a move",
  resized: "it goes on with another size",
  retried: "it tries again",
  recovered: "it begins again",
} as const;

const MOVES = {
  user: "somebody asked for it",
  policy: "the policy makes more of it there",
  drain: "its server was draining",
  defragmentation: "room was made",
  "unhealthy-gpu": "a GPU of it did not work well",
} as const;

const ENDS: Partial<Record<Migration["state"], string>> = { failed: "failed", superseded: "came to nothing" };

/** Of a stop after which it starts anew. */
const restartCost = ({ run, next }: Facts): ChangeCost => ({
  lostMillis: run?.lostMillis ?? null,
  lostSteps: null,
  stoppedMillis: run?.endedAt && next?.startedAt ? next.startedAt - run.endedAt : null,
  bytes: next?.carriedBytes ?? 0,
});

/** The change with what it cost and what it was good for. */
function told(change: string, { lostMillis, stoppedMillis, bytes }: ChangeCost, { jobs, speedup }: ChangeGain): string {
  const cost = [
    lostMillis ? `${span(lostMillis)} of work lost` : null,
    stoppedMillis ? `${span(stoppedMillis)} without training` : null,
    bytes > 0 ? `${bytes} bytes of checkpoint carried` : null,
  ].filter((part) => part !== null);
  const gain = [
    jobs.length > 0 ? `room for ${named(jobs)}` : null,
    speedup !== null ? `${speedup.toFixed(2)} times as fast expected` : null,
  ].filter((part) => part !== null);
  return [change, cost.length > 0 && `cost: ${cost.join(", ")}`, gain.length > 0 && `gain: ${gain.join(", ")}`]
    .filter(Boolean)
    .join("; ");
}

const serversOf = (on: Placement | null): readonly ServerId[] => (on ?? []).map(({ server }) => server);
