import type { Estimate, Estimates, Learner, Lesson } from "../../core/estimates.ts";
import type { JobEvent } from "../../core/event.ts";
import { isOver, type Job, type JobId, placementOf, sizeOf } from "../../core/job.ts";
import type { Instant } from "../../core/time.ts";
import type { Belief, Present, SpeedTable } from "./present.ts";

/** A job that has outlived what was believed of it is believed to need this part of what it has done more. */
const OUTLIVED = 0.2;

/**
 * What policies know in a forecast: what was believed of each job at the present, less what it has worked since. They never see what it really comes to
 * in a run, and nothing is learned.
 */
export class Believed implements Learner {
  readonly #present: Present;
  readonly #estimates = new Map<JobId, Estimate>();
  /** Work done since the present, in seconds on one unit, in stretches of training that are over. */
  readonly #done = new Map<JobId, number>();

  constructor(present: Present) {
    this.#present = present;
    const speedups = present.speeds.map(speedupOf);
    for (const [i, { id }] of present.jobs.entries()) {
      const { speed, ...belief } = present.beliefs[i] as Belief;
      this.#estimates.set(id, { ...belief, speedup: speedups[speed] as Estimate["speedup"] });
    }
  }

  observe(before: Job, after: Job, { at }: JobEvent): void {
    if (before.trainingSince !== null && after.trainingSince !== before.trainingSince)
      this.#done.set(after.id, this.#workOf(before, at));
    if (isOver(after)) this.#done.delete(after.id);
  }

  estimates(now: Instant): Estimates {
    return {
      epoch: null,
      of: (job) => this.#believe(job, now),
      services: (pool) => this.#present.services[pool],
    };
  }

  #believe(job: Job, now: Instant): Estimate {
    const estimate = this.#atFirst(job);
    const { remainingSeconds } = estimate;
    if (remainingSeconds === null) return estimate;
    const done = this.#workOf(job, now);
    if (done === 0) return estimate;
    const { source, spread, restartSeconds, largestMeasured, speedup } = estimate; // one by one: a spread takes much longer
    const left = Math.max(remainingSeconds - done, OUTLIVED * done);
    return { source, remainingSeconds: left, spread, restartSeconds, largestMeasured, speedup };
  }

  #workOf(job: Job, until: Instant): number {
    const done = this.#done.get(job.id) ?? 0;
    const on = placementOf(job);
    if (job.trainingSince === null || !on) return done;
    const since = Math.max(job.trainingSince, this.#present.now);
    return done + (Math.max(0, until - since) / 1000) * this.#atFirst(job).speedup(sizeOf(job), on.length);
  }

  #atFirst({ id }: Job): Estimate {
    return this.#estimates.get(id) as Estimate;
  }

  takeChanges(): readonly Lesson[] {
    return [];
  }
  restore(): void {}
  accuracy(): readonly [] {
    return [];
  }
}

/** Beyond the table it is as at its end. */
export const speedupOf =
  (table: SpeedTable): Estimate["speedup"] =>
  (size, servers = 1) => {
    const row = table[Math.min(servers, table.length) - 1] as readonly number[];
    return size <= 0 ? 0 : (row[Math.min(size, row.length) - 1] as number);
  };
