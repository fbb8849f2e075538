import {
  type Accuracy,
  attainedSeconds,
  type Estimate,
  type Estimates,
  type Learner,
  type Lesson,
} from "../core/estimates.ts";
import type { JobEvent } from "../core/event.ts";
import { isOver, type Job, placementOf, sizeOf } from "../core/job.ts";
import { type Pool, poolOf } from "../core/job-spec.ts";
import type { Instant } from "../core/time.ts";
import { believe, declaredWork, ownPace, sampleOf, shareDone, stintWork, workOf } from "./belief.ts";
import type { Kin } from "./kin.ts";
import { Knowledge } from "./knowledge.ts";
import { betterUnit, unitOf } from "./measure.ts";
import type { Outlook } from "./outlook.ts";
import { costOf, timed } from "./restart.ts";
import { JUDGED, Scores } from "./scores.ts";
import { Services } from "./services.ts";
import { MOST } from "./shape.ts";
import { Shelf } from "./shelf.ts";
import { advanced, newStint, paceOf, type Stint } from "./stint.ts";
import { newTrail, type Prediction, type Trail, trailShape } from "./trail.ts";

const MOST_TRAILS = 20_000;
/** Seconds; for the work of a job that completed at once. */
const LEAST_WORK = 0.001;

export const createLearner = (): Learner => new HistoryLearner();

/** An estimate that stands until something is learned, or time passes for a job that trains. */
interface Belief {
  readonly kin: Kin;
  revision: number;
  now: Instant;
  estimate: Estimate;
}

/**
 * Learns from progress and from what completed. All that it knows is in rows that change seldom: at the ends of stints of training,
 * and within one at most every half a minute; so a restart at any time loses nothing. What it believes is reckoned when it is asked for.
 */
class HistoryLearner implements Learner {
  readonly #knowledge = new Knowledge();
  readonly #trails = new Shelf<Trail>("trail", trailShape, MOST_TRAILS);
  readonly #scores = new Scores();
  readonly #services: Readonly<Record<Pool, Services>> = {
    gpus: new Services("services-gpus"),
    cores: new Services("services-cores"),
  };
  readonly #beliefs = new WeakMap<Job, Belief>();

  observe(before: Job, after: Job, event: JobEvent, gpuModel: string | null): void {
    const { at } = event;
    const known = this.#trails.get(after.id);
    if (!known && before.trainingSince === null && after.trainingSince === null) return;
    let trail = known ?? newTrail(attainedSeconds(before, before.trainingSince ?? at));
    if (event.type === "RunProgressed") trail = this.#progressed(trail, before, after);
    const stint = stintOf(after);
    if (!isSameStint(trail.stint, stint)) {
      trail = this.#ended(trail, before, at);
      if (stint) trail = { ...trail, stint, model: gpuModel };
    }
    trail = this.#restarted(trail, before, after, at);
    if (isOver(after)) this.#over(trail, after);
    else if (trail !== known) this.#trails.put(after.id, trail);
  }

  estimates(now: Instant): Estimates {
    return {
      epoch: this.#knowledge.revision,
      of: (job) => this.#believe(job, now),
      services: (pool) => this.#services[pool].ascending(),
    };
  }

  takeChanges(): readonly Lesson[] {
    return this.#kept().flatMap((kept) => kept.takeChanges());
  }

  restore(lessons: readonly Lesson[]): void {
    for (const kept of this.#kept()) kept.restore(lessons);
    this.#knowledge.forgetOutlooks();
  }

  accuracy(): readonly Accuracy[] {
    return this.#scores.accuracy();
  }

  #kept() {
    const { gpus, cores } = this.#services;
    return [this.#knowledge.shelf, this.#trails, this.#scores.shelf, gpus, cores];
  }

  #believe(job: Job, now: Instant): Estimate {
    const known = this.#beliefs.get(job);
    const { revision } = this.#knowledge;
    if (known?.revision === revision && (known.now === now || job.trainingSince === null)) return known.estimate;
    const kin = known?.kin ?? this.#knowledge.kinOf(job);
    const estimate = this.#reckoned(job, kin, now);
    if (!known) this.#beliefs.set(job, { kin, revision, now, estimate });
    else {
      known.revision = revision; // ten thousand new entries in a WeakMap would cost more than the reckoning
      known.now = now;
      known.estimate = estimate;
    }
    return estimate;
  }

  #reckoned(job: Job, kin: Kin, now: Instant): Estimate {
    const isNew = job.firstStartedAt === null;
    const trail = isNew ? null : (this.#trails.get(job.id) ?? null);
    const outlook = this.#knowledge.outlook(kin, trail ? trail.model : job.spec.gpus.model);
    const reckon = (): Estimate => believe(job, trail, outlook, kin.request, now);
    return isNew && declaredWork(job, outlook) === null ? outlook.newcomer(kin.request, reckon) : reckon();
  }

  #outlook(job: Job, trail: Trail | null): Outlook {
    return this.#knowledge.outlook(this.#knowledge.kinOf(job), trail ? trail.model : job.spec.gpus.model);
  }

  #progressed(trail: Trail, before: Job, after: Job): Trail {
    const { progress } = after;
    const { stint } = trail;
    if (!progress || !stint) return trail;
    const unit = betterUnit(trail.unit, unitOf(progress));
    if (unit !== trail.unit) {
      const anew = newStint(stint.since, stint.size, stint.servers, stint.isFirst && trail.unit === null);
      const counting = { ...trail, unit, steps: null, pace: null, stint: anew };
      return this.#progressed(counting, { ...before, progress: null }, after);
    }
    if (unit === "step" && progress.steps && trail.steps === null)
      return this.#progressed({ ...trail, steps: progress.steps }, before, after);
    const sample = sampleOf(progress, trail, stint.since);
    if (!sample) return trail;
    const moved = advanced(stint, sample, sampleOf(before.progress, trail, stint.since)?.done ?? null);
    const next = moved === stint ? trail : { ...trail, stint: moved };
    // 1, 2, 4, 8, … windows: a long job teaches early, and then seldom.
    if (moved.windows > stint.windows && Number.isInteger(Math.log2(moved.windows))) this.#measured(next, after);
    return this.#predicted(next, after);
  }

  /** Keeps what is believed when a part of the work is done, to be judged at the end. */
  #predicted(trail: Trail, job: Job): Trail {
    const share = shareDone(job, trail);
    const part = share === null || share === 1 ? undefined : JUDGED.findLast((at) => at <= share);
    if (part === undefined || part <= (trail.predictions.at(-1)?.at ?? 0) || !job.progress) return trail;
    const { at } = job.progress;
    const outlook = this.#outlook(job, trail);
    const { remainingSeconds } = believe(job, trail, outlook, this.#knowledge.kinOf(job).request, at);
    if (remainingSeconds === null || remainingSeconds > MOST) return trail;
    const attained = workOf(job, trail, outlook.speedup, at);
    return { ...trail, predictions: [...trail.predictions, { at: part, remainingSeconds, attainedSeconds: attained }] };
  }

  #ended(trail: Trail, job: Job, at: Instant): Trail {
    const { stint } = trail;
    if (!stint) return trail;
    this.#measured(trail, job);
    const { speedup } = this.#outlook(job, trail);
    const workSeconds = trail.workSeconds + stintWork(stint, speedup, at);
    return { ...trail, stint: null, workSeconds, pace: ownPace(job, trail, speedup) };
  }

  /** Teaches what the present stint has shown of the pace at its size. */
  #measured(trail: Trail, job: Job): void {
    const { stint, unit, model } = trail;
    const pace = stint && paceOf(stint, sampleOf(job.progress, trail, stint.since));
    if (!stint || !unit || !pace) return;
    const { size, servers } = stint;
    const { seconds, windows } = pace;
    this.#knowledge.learnPace(job, { job: job.id, model, unit, size, servers, seconds, windows });
  }

  #restarted(trail: Trail, before: Job, after: Job, at: Instant): Trail {
    const restart = timed(trail.restart, before, after, at);
    const isBack = after.state.status === "running";
    const cost = restart && trail.stint && isBack ? costOf(restart, trail.stint, after.progress !== null) : null;
    if (cost === null) return restart === trail.restart ? trail : { ...trail, restart };
    this.#knowledge.learnRestart(after, cost);
    return { ...trail, restart: null };
  }

  #over(trail: Trail, job: Job): void {
    this.#trails.drop(job.id);
    if (job.state.status !== "completed" || job.firstStartedAt === null) return;
    const work = Math.max(LEAST_WORK, trail.workSeconds);
    const told = trail.predictions.length > 0 ? trail.predictions : this.#hindsight(job, trail, work);
    this.#scores.judge(job.spec.type, told, work);
    this.#knowledge.learnLife(job, work);
    this.#services[poolOf(job.spec)].add(attainedSeconds(job, job.state.at));
  }

  /** A job without progress passes parts of its work unseen: what would have been believed then, by what was known before it ended. */
  #hindsight(job: Job, trail: Trail, work: number): Prediction[] {
    const outlook = this.#outlook(job, trail);
    const { request } = this.#knowledge.kinOf(job);
    const declared = declaredWork(job, outlook);
    return JUDGED.flatMap((at) => {
      const life = outlook.life(at * work, request, declared);
      return life ? [{ at, remainingSeconds: life.seconds, attainedSeconds: at * work }] : [];
    });
  }
}

/** The stint that a job is in, as it begins; null while it does not train. */
function stintOf(job: Job): Stint | null {
  const on = placementOf(job);
  if (job.trainingSince === null || !on) return null;
  const isFirst = job.progress === null && job.serviceMillis === 0;
  return newStint(job.trainingSince, Math.max(1, sizeOf(job)), on.length, isFirst);
}

const isSameStint = (a: Stint | null, b: Stint | null): boolean =>
  a?.since === b?.since && a?.size === b?.size && a?.servers === b?.servers;
