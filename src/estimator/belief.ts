import { attainedSeconds, type Estimate, type EstimateSource } from "../core/estimates.ts";
import type { Job, JobProgress } from "../core/job.ts";
import type { Instant } from "../core/time.ts";
import { doneOf, totalOf } from "./measure.ts";
import type { Outlook } from "./outlook.ts";
import { type Mark, type Pace, paceOf, type Stint } from "./stint.ts";
import type { Trail } from "./trail.ts";

/** Relative standard deviation of what progress tells: of a job that is nearly done, and what comes on top for one of which nothing is seen. */
const LEAST_SPREAD = 0.05;
const UNSEEN_SPREAD = 0.5;
/** Work that was seen says so much more of work of the same amount to come. */
const SEEN = 10;
/** What others took says at best so little of a job that tells itself. */
const OTHERS_SPREAD = 0.5;
/** A job that is silent beyond the time it should have ended, or told again, is believed to need this part of its silence more. */
const SILENCE = 0.2;
/** A job that has told all its progress and still runs: this part of what it did, and at least so many seconds. */
const LAST_PART = 0.001;
const LAST_SECONDS = 0.001;

export const believe = (job: Job, trail: Trail | null, outlook: Outlook, request: number, now: Instant): Estimate =>
  new Belief(outlook, () => {
    const attained = workOf(job, trail, outlook.speedup, now);
    const others = outlook.life(attained, request, declaredWork(job, outlook));
    const own = trail ? ownWord(job, trail, outlook.speedup, attained, now) : null;
    if (own) return { source: "progress", ...(others ? blended(own, others) : own) };
    return others ?? { source: "none", seconds: null, spread: 1 };
  });

interface Remaining {
  readonly source: EstimateSource;
  readonly seconds: number | null;
  readonly spread: number;
}

/** What is left is reckoned when it is asked for: many a policy asks for the speed-up alone. */
class Belief implements Estimate {
  readonly restartSeconds: number;
  readonly largestMeasured: number;
  readonly speedup: Estimate["speedup"];
  readonly #reckon: () => Remaining;
  #remaining: Remaining | null = null;

  constructor({ restartSeconds, largestMeasured, speedup }: Outlook, reckon: () => Remaining) {
    this.restartSeconds = restartSeconds;
    this.largestMeasured = largestMeasured;
    this.speedup = speedup;
    this.#reckon = reckon;
  }

  get source(): EstimateSource {
    return this.#known().source;
  }
  get remainingSeconds(): number | null {
    return this.#known().seconds;
  }
  get spread(): number {
    return this.#known().spread;
  }

  #known(): Remaining {
    this.#remaining ??= this.#reckon();
    return this.#remaining;
  }
}

/** Work done, in seconds on one unit. */
export function workOf(job: Job, trail: Trail | null, speedup: Estimate["speedup"], now: Instant): number {
  if (!trail) return job.firstStartedAt === null ? 0 : attainedSeconds(job, now);
  const { stint, workSeconds } = trail;
  return workSeconds + (stint ? stintWork(stint, speedup, now) : 0);
}

export const stintWork = ({ since, size, servers }: Stint, speedup: Estimate["speedup"], until: Instant): number =>
  (Math.max(0, until - since) / 1000) * speedup(size, servers);

/** The newest sample of the stint; null while it has none. */
export function sampleOf(progress: JobProgress | null, { unit, steps }: Trail, since: Instant): Mark | null {
  if (!progress || !unit || progress.at < since) return null;
  const done = doneOf(progress, unit, steps);
  return done === null ? null : { at: progress.at, done };
}

/** The pace of a job on one unit. What was measured before goes before the first glances after a change of size. */
export function ownPace(job: Job, trail: Trail, speedup: Estimate["speedup"]): Pace | null {
  const { stint, pace } = trail;
  const now = stint && paceOf(stint, sampleOf(job.progress, trail, stint.since));
  if (!stint || !now || (now.windows === 0 && pace !== null && pace.windows > 0)) return pace;
  return { ...now, seconds: now.seconds * speedup(stint.size, stint.servers) };
}

/** The part of its work that a job has done by its own account, 0 to 1. */
export function shareDone({ progress, spec }: Job, { unit, steps }: Trail): number | null {
  const done = progress && unit && doneOf(progress, unit, steps);
  const total = progress && unit && totalOf(progress, spec, unit, steps);
  return done === null || !total ? null : Math.min(1, done / total.units);
}

interface Word {
  readonly seconds: number;
  readonly spread: number;
}

/** What is left by the job's own account; null while it tells too little, or when it has done all that was declared and goes on. */
function ownWord(job: Job, trail: Trail, speedup: Estimate["speedup"], attained: number, now: Instant): Word | null {
  const { progress, spec } = job;
  const { unit, steps, stint } = trail;
  if (!progress || !unit) return null;
  const done = doneOf(progress, unit, steps);
  const total = totalOf(progress, spec, unit, steps);
  const pace = ownPace(job, trail, speedup);
  if (done === null || !total || !pace || (done >= total.units && !total.isTold)) return null;
  const left = Math.max(0, total.units - done);
  const silent = stint ? stintWork({ ...stint, since: Math.max(stint.since, progress.at) }, speedup, now) : 0;
  const seconds = Math.max(left * pace.seconds - silent, SILENCE * silent, LAST_PART * attained, LAST_SECONDS);
  const unseen = left > 0 ? left / (left + SEEN * pace.covered) : 0;
  return { seconds, spread: Math.sqrt(LEAST_SPREAD ** 2 + (UNSEEN_SPREAD ** 2 * unseen) / (1 + pace.windows)) };
}

/** The two by what each is worth, in logarithms: one may be many times the other. */
function blended(own: Word, others: Word): Word {
  const ownWorth = own.spread ** -2;
  const othersWorth = Math.max(OTHERS_SPREAD, others.spread) ** -2;
  const worth = ownWorth + othersWorth;
  const log = (ownWorth * Math.log(own.seconds) + othersWorth * Math.log(others.seconds)) / worth;
  return { seconds: Math.exp(log), spread: worth ** -0.5 };
}

/** All the work as the user declares it, where it can be told in seconds on one unit. */
export function declaredWork({ spec }: Job, outlook: Outlook): number | null {
  const { seconds, epochs, steps } = spec.estimate;
  return seconds || (epochs ?? 0) * (outlook.pace("epoch") ?? 0) || (steps ?? 0) * (outlook.pace("step") ?? 0) || null;
}
