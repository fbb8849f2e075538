import type { Forecast, JobForecast, PolicyForecast, TimeRange } from "../../core/forecast.ts";
import { type Job, type JobId, placementOf } from "../../core/job.ts";
import { poolOf } from "../../core/job-spec.ts";
import type { PolicySetting, ResolvePolicy } from "../../core/policy.ts";
import { leadServer, sizeOn } from "../../core/server.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { findPlacement } from "../../placement/index.ts";
import { completeOptions, findPolicy } from "../../policies/index.ts";
import { speedupOf } from "./believed.ts";
import { Draws } from "./draws.ts";
import { type Fate, playThrough } from "./future.ts";
import type { Belief, Present } from "./present.ts";
import { type Doubt, Reasons } from "./reasons.ts";

/** What is to be forecast, as plain data for another thread. */
export interface Question {
  readonly present: Present;
  /** One forecast for each, with the same draws. */
  readonly settings: readonly PolicySetting[];
  /** Null: all. */
  readonly jobs: readonly JobId[] | null;
  /** Null: as many as the number of jobs allows. */
  readonly runs: number | null;
  readonly seed: number;
  readonly patience: Patience;
}

/** What runs may take, under all policies together. */
export interface Patience {
  readonly usualMillis: Millis;
  /** When there are fewer than are needed for a range, or when their number was asked for. */
  readonly mostMillis: Millis;
}

/** Without a word on it so many times a job is played through, over all jobs and policies, within these bounds. */
const PLAYS = 10_000;
const FEWEST_RUNS = 5;
const USUAL_RUNS = 100;
/** So long the runs may take where somebody waits for them, and where nobody does. */
export const ASKED: Patience = { usualMillis: 2_000, mostMillis: 10_000 };
export const UNASKED: Patience = { usualMillis: 500, mostMillis: 2_000 };

/** As far as is looked: an hour, and so many times as long as all the work that is known would take one after the other; a year at most. */
const LEAST_LOOK: Millis = 3_600_000;
const MOST_LOOK: Millis = 365 * 86_400_000;
const LEISURE = 4;

/** Plays the present through again and again under each policy. The same question has the same answer, unless the time does not suffice. */
export function forecastOf(question: Question): Forecast {
  const { present, settings, seed } = question;
  const fair = Math.floor(PLAYS / Math.max(1, present.jobs.length * settings.length));
  const wanted = question.runs ?? Math.max(FEWEST_RUNS, Math.min(USUAL_RUNS, fair));
  const draws = new Draws(seed, isCertain(present) ? 1 : wanted);
  return { at: present.now, policies: settings.map((setting) => forecastUnder(setting, question, draws)) };
}

/** Then all runs are alike. */
const isCertain = ({ beliefs }: Present): boolean =>
  beliefs.every(({ spread, source }) => spread === 0 || source === "none");

function forecastUnder(setting: PolicySetting, question: Question, draws: Draws): PolicyForecast {
  const { present, settings, patience } = question;
  const resolve = resolverOf(setting);
  const wanted = new Set(question.jobs ?? present.jobs.map(({ id }) => id));
  const until = lookOf(present);
  const began = performance.now();
  const played: ReadonlyMap<JobId, Fate>[] = [];
  while (played.length < draws.runs) {
    const isPatient = question.runs !== null || played.length < FEWEST_RUNS;
    const limit = (isPatient ? patience.mostMillis : patience.usualMillis) / settings.length;
    const isLate = (): boolean => performance.now() - began > limit;
    const run = played.length;
    const fates = playThrough({ present, setting, resolve, draws, run, jobs: [...wanted], until, isLate });
    if (!fates) break;
    played.push(fates);
  }
  const reasons = new Reasons(present, setting, resolve, until);
  const hasRange = isCertain(present) || played.length >= FEWEST_RUNS;
  const jobs = present.jobs.flatMap((job, i): JobForecast[] => {
    if (!wanted.has(job.id)) return [];
    const fates = played.map((run) => run.get(job.id) as Fate);
    const forecast = jobForecast(job, present.beliefs[i] as Belief, fates, reasons);
    return [
      hasRange ? forecast : { ...forecast, startsAt: middle(forecast.startsAt), endsAt: middle(forecast.endsAt) },
    ];
  });
  return { setting, runs: played.length, jobs };
}

function jobForecast(job: Job, belief: Belief, fates: readonly Fate[], reasons: Reasons): JobForecast {
  const { state, spec } = job;
  const on = placementOf(job);
  const trains = on !== null && (state.status === "running" || state.status === "migrating");
  const startsAt = trains ? null : rangeOf(fates.map(({ startedAt }) => startedAt));
  const endsAt = rangeOf(fates.map(({ endedAt }) => endedAt));
  const inTime = fates.filter(
    ({ hasCompleted, endedAt }) => hasCompleted && (endedAt as Instant) <= (spec.deadline ?? 0),
  );
  const problem = mostFrequent(fates.map((fate) => fate.problem ?? ""));
  const doubt: Doubt | null =
    fates.length === 0 ? "late" : !trains && !startsAt?.p50 ? "start" : !endsAt?.p50 ? "end" : null;
  return {
    job: job.id,
    startsAt,
    endsAt,
    server: trains ? leadServer(on) : mostFrequent(fates.map(({ server }) => server)),
    size: trains ? sizeOn(on, poolOf(spec)) : mostFrequent(fates.map(({ size }) => size)),
    basis: belief.source,
    deadlineProbability: spec.deadline === null || !endsAt ? null : inTime.length / fates.length,
    reason: doubt ? reasons.of(job, belief, doubt) : problem ? `it will be given up: ${problem}` : null,
  };
}

/** Of too few runs no more is worth telling. */
const middle = (range: TimeRange | null): TimeRange | null => range && { p10: null, p50: range.p50, p90: null };

/** Null when none of the times is known. Those that are not come after all others. */
export function rangeOf(times: readonly (Instant | null)[]): TimeRange | null {
  const known = times.filter((at) => at !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  // Of n draws the k-th has k / (n + 1) of all draws before it.
  const at = (share: number): Instant | null => {
    const place = Math.min(times.length - 1, Math.max(0, share * (times.length + 1) - 1));
    const [below, above] = [known[Math.floor(place)], known[Math.ceil(place)]];
    if (below === undefined || above === undefined) return null;
    return Math.round(below + (above - below) * (place % 1));
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

function mostFrequent<T>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  let best: T | null = null;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (best === null || count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}

function resolverOf({ policy, options, placement }: PolicySetting): ResolvePolicy {
  const entry = findPolicy(policy);
  const resolved = { policy: entry.create(completeOptions(entry, options)), rule: findPlacement(placement) };
  return () => resolved;
}

/** With jobs that nobody knows the end of, the others may have to share with them. */
function lookOf({ now, jobs, beliefs, speeds }: Present): Instant {
  let [work, unknown] = [0, 0];
  for (const [i, { spec }] of jobs.entries()) {
    const { remainingSeconds, speed } = beliefs[i] as Belief;
    const slowest = speedupOf(speeds[speed] as Present["speeds"][number])(Math.max(1, spec[poolOf(spec)].min));
    if (remainingSeconds === null) unknown++;
    else work += (remainingSeconds * 1000) / slowest;
  }
  return now + Math.min(MOST_LOOK, LEAST_LOOK + work * (LEISURE + unknown));
}
