import type { Estimates } from "./estimates.ts";
import type { Job } from "./job.ts";
import { sizeOf } from "./job.ts";
import { mayFreeze } from "./job-spec.ts";
import type { Instant, Millis } from "./time.ts";

/** What keeps a policy from moving work about for little: each is a setting. Requests of users and drains are not bound by them. */
export interface Guards {
  /** At least so long between two plans that stop running work to preempt, resize or migrate it. */
  readonly planSpacingMillis: Millis;
  /** A run is left alone for so long after it has begun to train. */
  readonly cooldownMillis: Millis;
  /** A resize must gain more within this span than its restart costs. */
  readonly horizonMillis: Millis;
  /** The measured cost of a restart counts so many times. */
  readonly restartFactor: number;
  /** A job is left alone when less than so many times its restart cost is left of it. */
  readonly endFactor: number;
  /** A run is migrated only so long after it has begun to train. */
  readonly migrationRestMillis: Millis;
  /** A migration that changes a job's size must save at least so much, and this fraction of what is left. */
  readonly migrationGainMillis: Millis;
  readonly migrationGainFraction: number;
  /** A policy migrates a job at most so often. */
  readonly maxMigrations: number;
  readonly maxConcurrentMigrations: number;
  /** At most so many jobs start, stop or move at once. */
  readonly maxTransitions: number;
  /** A job without GPUs is preempted by freezing it, not by stopping it: its memory stays, its cores go to others. */
  readonly pauseCores: boolean;
  /**
   * Which running jobs move so that a waiting one finds room: none, those that a placement rule which packs the cluster anew moves
   * (so also where it is absent), or with every placement the fewest that will do, if that gains more than it costs.
   */
  readonly defragment?: "off" | "placement" | "on";
}

export const DEFAULT_GUARDS: Guards = {
  planSpacingMillis: 30_000,
  cooldownMillis: 120_000,
  horizonMillis: 600_000,
  restartFactor: 1,
  endFactor: 2,
  migrationRestMillis: 600_000,
  migrationGainMillis: 60_000,
  migrationGainFraction: 0.1,
  maxMigrations: 5,
  maxConcurrentMigrations: 2,
  maxTransitions: 50,
  pauseCores: true,
  defragment: "on",
};

/** For comparisons with simulators that know no costs. */
export const NO_GUARDS: Guards = {
  planSpacingMillis: 0,
  cooldownMillis: 0,
  horizonMillis: Number.POSITIVE_INFINITY,
  restartFactor: 0,
  endFactor: 0,
  migrationRestMillis: 0,
  migrationGainMillis: 0,
  migrationGainFraction: 0,
  maxMigrations: Number.POSITIVE_INFINITY,
  maxConcurrentMigrations: Number.POSITIVE_INFINITY,
  maxTransitions: Number.POSITIVE_INFINITY,
  pauseCores: true,
};

/** A job whose move has failed is not moved again for so long, whatever the settings. */
export const MOVE_AGAIN: Millis = 60_000;

/** The guards as they apply at one instant. */
export class Guard {
  readonly #guards: Guards;
  readonly #now: Instant;
  readonly #estimates: Estimates;
  readonly #nextPlanAt: Instant;
  /** When the first job that is left alone for its sake may be moved again. */
  #freeAt = Number.POSITIVE_INFINITY;

  /** @param lastPlanAt when running work was last moved */
  constructor(guards: Guards, now: Instant, estimates: Estimates, lastPlanAt: Instant) {
    this.#guards = guards;
    this.#now = now;
    this.#estimates = estimates;
    this.#nextPlanAt = lastPlanAt + guards.planSpacingMillis;
  }

  get settings(): Guards {
    return this.#guards;
  }
  /** When to ask again for the sake of those that were left alone; null when nobody was. */
  get wakeAt(): Instant | null {
    return Number.isFinite(this.#freeAt) ? this.#freeAt : null;
  }

  /** Must this running job be left as it is? One that changes its size in place may always do that: it costs nothing. */
  pins(job: Job): boolean {
    const { state, spec } = job;
    if (state.status !== "running" || state.leaving !== null) return true;
    const isInPlace = mayFreeze(spec) ? this.#guards.pauseCores : spec.elasticity === "live";
    return !isInPlace && this.rests(job);
  }

  /** May this running job make way for another now? A frozen one loses nothing. */
  mayStop(job: Job): boolean {
    return (mayFreeze(job.spec) && this.#guards.pauseCores) || !this.rests(job);
  }

  /** Must this running job not be stopped, to preempt it, move it or resize it? */
  rests(job: Job): boolean {
    const { state } = job;
    if (state.status !== "running") return true;
    const failedAt = job.moveFailedAt ?? Number.NEGATIVE_INFINITY;
    const { cooldownMillis } = this.#guards;
    if (!this.#isFree(Math.max(this.#nextPlanAt, state.since + cooldownMillis, failedAt + MOVE_AGAIN))) return true;
    const { endFactor, restartFactor } = this.#guards;
    if (endFactor === 0 || restartFactor === 0) return false; // asking costs time, and nothing is left to know
    const left = this.leftMillis(job, sizeOf(job));
    return left !== null && left < endFactor * this.restartMillis(job);
  }

  /** May the policy send it to another server? */
  mayMigrate(job: Job): boolean {
    const { state, migrations, moveFailedAt } = job;
    const { migrationRestMillis, maxMigrations } = this.#guards;
    if (state.status !== "running" || migrations >= maxMigrations) return false;
    return this.#isFree(Math.max(state.since, moveFailedAt ?? state.since) + migrationRestMillis);
  }

  /** Is another size on the same servers worth the restart? Unknown remaining time counts as long. */
  isWorthResizing(job: Job, to: number): boolean {
    const estimate = this.#estimates.of(job);
    const gain = estimate.speedup(to) / estimate.speedup(sizeOf(job)) - 1;
    const span = Math.min(this.#guards.horizonMillis, this.leftMillis(job, to) ?? Number.POSITIVE_INFINITY);
    return gain > 0 && gain * span > this.restartMillis(job);
  }

  /** Is another size elsewhere worth the move? */
  isWorthMigrating(job: Job, to: number): boolean {
    const [before, after] = [this.leftMillis(job, sizeOf(job)), this.leftMillis(job, to)];
    if (before === null || after === null) return this.isWorthResizing(job, to);
    const { migrationGainMillis, migrationGainFraction } = this.#guards;
    const gain = before - after - this.restartMillis(job);
    return gain >= Math.max(migrationGainMillis, migrationGainFraction * before);
  }

  #isFree(from: Instant): boolean {
    if (from > this.#now) this.#freeAt = Math.min(this.#freeAt, from);
    return from <= this.#now;
  }

  /** Is it worth so many GPU-seconds that a job need not wait so long for its GPUs? Unknown waiting counts as long. */
  isWorthMakingRoom(gpus: number, waitMillis: Millis, costSeconds: number): boolean {
    const { defragment = "placement", horizonMillis } = this.#guards;
    return defragment !== "on" || (gpus * Math.min(waitMillis, horizonMillis)) / 1000 > costSeconds;
  }

  restartMillis(job: Job): Millis {
    return this.#guards.restartFactor * this.#estimates.of(job).restartSeconds * 1000;
  }

  leftMillis(job: Job, size: number): Millis | null {
    const estimate = this.#estimates.of(job);
    const speed = estimate.speedup(size);
    return estimate.remainingSeconds === null || speed <= 0 ? null : (estimate.remainingSeconds / speed) * 1000;
  }
}
