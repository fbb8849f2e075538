import type { Event } from "./event.ts";
import { bySubmission, isOver, type Job, type JobId, jobNumber } from "./job.ts";
import type { BatchId, BatchPlace, JobSpec } from "./job-spec.ts";
import type { Instant } from "./time.ts";

/** `batch-17` is the batch whose first job is `job-17`. */
export const batchIdOf = (first: JobId): BatchId => `batch-${jobNumber(first)}`;

/** The jobs of one submission, numbered on from the first. */
export function numbered(first: JobId, specs: readonly JobSpec[]): { readonly id: JobId; readonly spec: JobSpec }[] {
  const id = batchIdOf(first);
  return specs.map((spec, i) => ({
    id: i === 0 ? first : `job-${jobNumber(first) + i}`,
    spec: spec.batch ? { ...spec, batch: { ...spec.batch, id } } : spec,
  }));
}

/** `SCHEDULEARN_PARAM_LR`: the variable in which a job finds its value of `lr`. */
export const parameterVariable = (parameter: string): string =>
  `SCHEDULEARN_PARAM_${parameter.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;

/** Does the batch let fewer than all of its jobs run at a time? */
export const takesTurns = ({ maxParallel, size }: BatchPlace): boolean =>
  maxParallel !== undefined && maxParallel < size;

/**
 * What a member is to its batch. `active`: it has its turn until it is over; `waiting` for its turn; `resting`: held by its user,
 * or behind another job, and in nobody's way.
 */
type Standing = "active" | "waiting" | "resting" | "over";

function standingOf(job: Job): Standing {
  const { state, awaitsTurn, blockedBy } = job;
  if (isOver(job)) return "over";
  if (state.status === "pending" && state.held) return "resting";
  if (!awaitsTurn) return "active";
  return blockedBy.length === 0 ? "waiting" : "resting";
}

interface Members {
  /** Those that are not over. */
  readonly open: Set<JobId>;
  readonly waiting: Set<JobId>;
  active: number;
}

/** Jobs that were submitted together from one spec: who may run at a time, and when the rest is cancelled. */
export class Batches {
  readonly #members = new Map<BatchId, Members>();
  /** How many of a batch have failed and are on record; those of batches that are over too, since a job of them may be tried again. */
  readonly #failures = new Map<BatchId, number>();
  /** Batches in which a turn may have become free, and those of which one more has failed. */
  readonly #touched = new Set<BatchId>();
  readonly #failing = new Set<BatchId>();

  restore(failures: Readonly<Record<BatchId, number>> = {}): void {
    for (const [id, count] of Object.entries(failures)) this.#failures.set(id, count);
  }

  /** @param before as it was known, if it was @param after null when its record is deleted */
  put(before: Job | undefined, after: Job | null): void {
    const batch = (after ?? before)?.spec.batch;
    if (!batch) return;
    const failed = Number(after?.state.status === "failed") - Number(before?.state.status === "failed");
    if (failed !== 0) this.#failures.set(batch.id, this.failures(batch.id) + failed);
    if (failed > 0) this.#failing.add(batch.id);
    const [was, is] = [before ? standingOf(before) : "over", after ? standingOf(after) : "over"];
    if (was !== is) this.#move(batch, (after ?? before) as Job, was, is);
  }

  /** How many of the batch have their turn. */
  active(id: BatchId): number {
    return this.#members.get(id)?.active ?? 0;
  }

  failures(id: BatchId): number {
    return this.#failures.get(id) ?? 0;
  }

  /** The rest of a batch is cancelled when more of it have failed than may; else who is next has its turn. */
  duties(jobs: ReadonlyMap<JobId, Job>, at: Instant): readonly Event[] {
    const cancelled = [...this.#failing].flatMap((id) => this.#rest(id, jobs, at));
    this.#failing.clear();
    if (cancelled.length > 0) return cancelled; // what that comes to is looked at next
    const turns = [...this.#touched].flatMap((id) => this.#turns(id, jobs, at));
    this.#touched.clear();
    return turns;
  }

  #move({ id }: BatchPlace, job: Job, was: Standing, is: Standing): void {
    const members = this.#members.get(id) ?? { open: new Set(), waiting: new Set(), active: 0 };
    this.#members.set(id, members);
    if (is === "over") members.open.delete(job.id);
    else members.open.add(job.id);
    if (is === "waiting") members.waiting.add(job.id);
    else members.waiting.delete(job.id);
    members.active += Number(is === "active") - Number(was === "active");
    this.#touched.add(id);
    if (members.open.size === 0) this.#members.delete(id);
  }

  #rest(id: BatchId, jobs: ReadonlyMap<JobId, Job>, at: Instant): readonly Event[] {
    const rest = [...(this.#members.get(id)?.open ?? [])].flatMap((job) => jobs.get(job) ?? []);
    const most = rest[0]?.spec.batch?.maxFailures;
    const failures = this.failures(id);
    if (most === undefined || failures <= most) return [];
    const message = `${failures} of ${id} have failed, and at most ${most} may: the rest is cancelled`;
    const cause = { origin: "application", code: "batch", message } as const;
    return rest
      .filter(({ state }) => state.status !== "cancelling")
      .sort(bySubmission)
      .map(({ id: job }) => ({ type: "JobCancelled", job, by: id, delete: false, graceSeconds: null, cause, at }));
  }

  #turns(id: BatchId, jobs: ReadonlyMap<JobId, Job>, at: Instant): readonly Event[] {
    const { waiting, active } = this.#members.get(id) ?? { waiting: new Set<JobId>(), active: 0 };
    const all = [...waiting].flatMap((job) => jobs.get(job) ?? []);
    const free = (all[0]?.spec.batch?.maxParallel ?? 0) - active;
    if (free <= 0) return [];
    return all
      .sort((a, b) => b.spec.priority - a.spec.priority || bySubmission(a, b))
      .slice(0, free)
      .map(({ id: job }) => ({ type: "BatchTurnCame", job, at }));
  }
}
