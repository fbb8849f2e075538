import type { Job } from "../core/job.ts";
import { heldBy } from "../core/job.ts";
import { poolOf } from "../core/job-spec.ts";
import type { Snapshot } from "../core/policy.ts";
import type { PoolView } from "../core/pool.ts";
import { sizeOn } from "../core/server.ts";
import { countWhile } from "../core/sorted.ts";

/** How much a job has from now on, step by step of the profile, and until when. */
export interface Course {
  readonly end: number;
  readonly sizes: readonly number[];
}

/** How many units are free from now on: a step function of time, in milliseconds from now. */
export class FreeProfile {
  /** When each step begins; the first one now, the last one lasts for ever. */
  readonly #from: number[] = [0];
  readonly #free: number[];

  constructor(free: number) {
    this.#free = [free];
  }

  /** As it is now, whatever becomes of this one. */
  copy(): FreeProfile {
    const copy = new FreeProfile(0);
    copy.#from.splice(0, 1, ...this.#from);
    copy.#free.splice(0, 1, ...this.#free);
    return copy;
  }

  get now(): number {
    return this.#free[0] as number;
  }

  /** From `at` on, `units` more are free. */
  release(at: number, units: number): void {
    for (let i = this.#split(at); i < this.#free.length; i++) this.#free[i] = (this.#free[i] as number) + units;
  }

  /**
   * Finds the least size with which a job is done in time: at each moment it takes as much as that size, or what less there is of `sizes`.
   * @param work milliseconds on one unit
   * @param sizes ascending, those that the job may have
   * @param speeds relative to one unit, by position in `sizes`
   * @param deadline from now; a millisecond late counts as in time
   * @returns null when no size will do
   */
  satisfy(work: number, sizes: readonly number[], speeds: readonly number[], deadline: number): Course | null {
    for (let level = 0; level < sizes.length; level++) {
      const course = this.#run(work, sizes, speeds, level, deadline + 1);
      if (course) return course;
    }
    return null;
  }

  /** What a job has of which only its size is known and that it may be there until `end`. */
  hold(size: number, end: number): Course {
    return { end, sizes: this.#free.map((free) => (free >= size ? size : 0)) };
  }

  /** Takes what a course that was found in the profile as it is needs. */
  reserve({ end, sizes }: Course): void {
    const last = this.#split(end);
    for (let i = 0; i < last; i++) this.#free[i] = (this.#free[i] as number) - (sizes[i] as number);
  }

  #run(
    work: number,
    sizes: readonly number[],
    speeds: readonly number[],
    level: number,
    deadline: number,
  ): Course | null {
    const taken: number[] = [];
    let left = work;
    for (let i = 0; i < this.#from.length; i++) {
      const from = this.#from[i] as number;
      if (from >= deadline) return null;
      let usable = level;
      while (usable >= 0 && (sizes[usable] as number) > (this.#free[i] as number)) usable--;
      taken.push(usable < 0 ? 0 : (sizes[usable] as number));
      const speed = usable < 0 ? 0 : (speeds[usable] as number);
      const to = this.#from[i + 1] ?? Number.POSITIVE_INFINITY;
      if (speed > 0 && left <= (to - from) * speed) {
        const end = from + left / speed;
        return end <= deadline ? { end, sizes: taken } : null;
      }
      left -= speed > 0 ? (to - from) * speed : 0;
    }
    return null;
  }

  /** The step that begins at `at`, made if need be. */
  #split(at: number): number {
    const i = countWhile(this.#from, (from) => from < at);
    if (this.#from[i] !== at) {
      this.#from.splice(i, 0, at);
      this.#free.splice(i, 0, this.#free[i - 1] as number);
    }
    return i;
  }
}

/** What the contenders can have, and what is added as those end, as far as known, about whom there is nothing to decide. */
export function freeFromNow({ pool, capacity, contenders }: PoolView, { jobs, guard }: Snapshot): FreeProfile {
  const free = new FreeProfile(capacity);
  const release = (job: Job, size: number): void => {
    const left = guard.leftMillis(job, size);
    if (left !== null) free.release(left, size);
  };
  for (const { job, size, isPinned } of contenders) if (isPinned) release(job, size);
  for (const job of jobs.values()) {
    const { status } = job.state;
    if ((status === "starting" || status === "migrating") && poolOf(job.spec) === pool)
      release(job, sizeOn(heldBy(job)[0] ?? [], pool));
  }
  return free;
}
