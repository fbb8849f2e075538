import type { Event } from "../event.ts";
import type { Job } from "../job.ts";
import { isSuspended } from "../job.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Instant } from "../time.ts";
import { wantedBy } from "./blockers.ts";
import type { Candidate, Case } from "./candidates.ts";
import * as candidates from "./candidates.ts";
import type { SmallestChange } from "./change.ts";
import { copyOf } from "./copy.ts";
import { type Hearing, hear } from "./hearing.ts";
import { outlookFor } from "./room.ts";
import { type Outcome, tryOut } from "./trial.ts";
import { aheadOf } from "./turn.ts";
import { named } from "./words.ts";

/** So many rounds are held at most in search of it: fewer when many jobs make each of them long. */
const MOST_TRIALS = 30;
const FEWEST_TRIALS = 5;
const JOBS_TRIED = 20_000;

type Found = Exclude<Outcome, { effect: null }>;

/** Looks for the smallest change, what its user can do first; each is tried, and only one with which the job starts is told. */
export function smallestChange(job: Job, scheduler: Scheduler, now: Instant): SmallestChange | null {
  const lifted = liftOf(job, now);
  const trials = new Trials(job, scheduler, now, lifted);
  if (lifted.length > 0) {
    const alone = trials.hold([]);
    const candidate = { words: liftWords(job), events: [], ...LIFTED, command: liftCommand(job) };
    if (alone) return told({ outcome: alone, candidate }, lifted, null);
  }
  const about = caseOf(job, scheduler, now, lifted);
  for (const family of FAMILIES) {
    const found = family(about, trials);
    if (found) return told(found, lifted, lifted.length > 0 ? liftWords(job) : null);
    if (trials.isOver) return null;
  }
  return null;
}

const LIFTED = { by: "user", fields: {} } as const;

/** What has to happen before the scheduler looks at the job at all. */
export function liftOf({ id, state, blockedBy, awaitsTurn }: Job, at: Instant): Event[] {
  if (state.status !== "pending") return [];
  return [
    ...blockedBy.map((on) => ({ type: "DependencyMet", job: id, on, at }) as const),
    ...(state.held ? [{ type: "JobResumed", job: id, on: null, at } as const] : []),
    ...(awaitsTurn ? [{ type: "BatchTurnCame", job: id, at } as const] : []),
  ];
}

function liftWords({ state, blockedBy, awaitsTurn }: Job): string {
  const parts = [
    state.status === "pending" && state.held && "once it is resumed",
    blockedBy.length > 0 && `without waiting for ${named(blockedBy)}`,
    awaitsTurn && "with a greater maxParallel",
  ];
  return parts.filter(Boolean).join(" and ");
}

const liftCommand = ({ id, state, blockedBy, awaitsTurn }: Job): string | null =>
  state.status === "pending" && state.held && blockedBy.length === 0 && !awaitsTurn ? `schedulearn resume ${id}` : null;

/** The case as it is once nothing of its own keeps the job back. */
function caseOf(job: Job, scheduler: Scheduler, now: Instant, lifted: readonly Event[]): Case {
  let seen = scheduler;
  if (lifted.length > 0) {
    seen = copyOf(scheduler, now);
    for (const event of lifted) seen.observe(event);
  }
  const subject = seen.job(job.id) ?? job;
  const hearing: Hearing = hear(seen, now);
  const outlook = outlookFor(subject, wantedBy(subject, hearing), seen.ledger.rooms, hearing);
  return { job: subject, scheduler: seen, now, hearing, outlook, ahead: aheadOf(subject, hearing) };
}

interface Success {
  readonly outcome: Found;
  readonly candidate: Candidate;
}

class Trials {
  readonly #job: Job;
  readonly #scheduler: Scheduler;
  readonly #now: Instant;
  readonly #lifted: readonly Event[];
  #left: number;

  constructor(job: Job, scheduler: Scheduler, now: Instant, lifted: readonly Event[]) {
    this.#job = job;
    this.#scheduler = scheduler;
    this.#now = now;
    this.#lifted = lifted;
    this.#left = Math.max(FEWEST_TRIALS, Math.min(MOST_TRIALS, Math.floor(JOBS_TRIED / (scheduler.jobs.size + 1))));
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** What comes of it; null when the job goes on waiting, or no more may be tried. */
  hold(events: readonly Event[]): Found | null {
    if (this.#left-- <= 0) return null;
    const outcome = tryOut(this.#scheduler, this.#job.id, [...this.#lifted, ...events], this.#now);
    return outcome.effect === null ? null : outcome;
  }

  /** The first that does it. */
  first(all: readonly Candidate[]): Success | null {
    for (const candidate of all) {
      const outcome = this.hold(candidate.events);
      if (outcome) return { outcome, candidate };
    }
    return null;
  }
}

type Family = (about: Case, trials: Trials) => Success | null;

/** Its request cannot change while it holds a place. */
const mayAsk = ({ job }: Case): boolean => !isSuspended(job);
/** To ask for less helps only where there is too little, and nobody stands before it who may not be passed. */
const mayAskForLess = (about: Case): boolean =>
  mayAsk(about) && !about.outlook.hasRoom && (about.ahead?.head ?? null) === null;

const FAMILIES: readonly Family[] = [
  (about, trials) => (mayAskForLess(about) ? trials.first(candidates.withLess(about)) : null),
  (about, trials) => (maySpan(about) ? wider(about, trials) : null),
  smaller,
  (about, trials) => (maySpan(about) ? null : wider(about, trials)),
  higher,
  (about, trials) => (mayAsk(about) ? trials.first(candidates.withDeadline(about)) : null),
  (about, trials) => trials.first(candidates.withServer(about)),
  (about, trials) => trials.first(candidates.withGpus(about)),
  (about, trials) => trials.first(candidates.withOptions(about)),
  (about, trials) => trials.first(candidates.withoutThoseAhead(about)),
  (about, trials) => trials.first(candidates.withoutHolder(about)),
  smallerAndSooner,
];

/** Its program is made for several servers, as far as is known. */
const maySpan = ({ job: { spec } }: Case): boolean => spec.launcher !== undefined || spec.servers.max > 1;

const wider: Family = (about, trials) => (mayAskForLess(about) ? trials.first(candidates.withServers(about)) : null);

/** The greatest size with which it starts: as much as is free somewhere, or, where others would take that, less and less. */
function smaller(about: Case, trials: Trials): Success | null {
  if (!mayAskForLess(about)) return null;
  const sizes = candidates.sizesThatFit(about);
  const [most] = sizes;
  if (most === undefined) return null;
  const found = trials.first(candidates.withSize(about, most));
  const least = sizes.at(-1) as number;
  if (found || least === most) return found;
  return trials.first(candidates.withSize(about, least));
}

/** Where others stand before it and what is left is too little: both at once. */
function smallerAndSooner(about: Case, trials: Trials): Success | null {
  if (!mayAsk(about) || about.outlook.hasRoom) return null;
  const [size] = candidates.sizesThatFit(about);
  const sooner =
    about.ahead?.by === "priority"
      ? candidates
          .prioritiesThatMayDo(about)
          .slice(-1)
          .map((priority) => candidates.withPriority(about, priority))
      : candidates.withoutThoseAhead(about);
  const [first] = sooner;
  if (size === undefined || !first) return null;
  return trials.first(candidates.withSize(about, size).map((each) => candidates.both(each, first)));
}

/** The least priority with which it starts. */
function higher(about: Case, trials: Trials): Success | null {
  if (about.ahead?.by !== "priority" || !mayAsk(about)) return null;
  const priorities = candidates.prioritiesThatMayDo(about);
  const most = priorities.at(-1);
  let best = most === undefined ? null : trials.first([candidates.withPriority(about, most)]);
  let [low, high] = [0, priorities.length - 1]; // the last one does it
  while (best && low < high && !trials.isOver) {
    const middle = (low + high) >> 1;
    const found = trials.first([candidates.withPriority(about, priorities[middle] as number)]);
    if (found) [best, high] = [found, middle];
    else low = middle + 1;
  }
  return best;
}

/** @param first what has to happen besides, in words */
function told({ outcome, candidate }: Success, lifted: readonly Event[], first: string | null): SmallestChange {
  const { words, by, fields, command } = candidate;
  const stops = outcome.effect === "makes-room" ? outcome.stops : [];
  const how = [first, words].filter(Boolean).join(" and ");
  const message =
    stops.length === 0
      ? `would start now ${how}`
      : `would start ${how}, as soon as ${named(stops)} ${stops.length === 1 ? "has" : "have"} made room`;
  const events = [...lifted, ...candidate.events];
  return { message, effect: outcome.effect, by, fields, command: first === null ? command : null, stops, events };
}
