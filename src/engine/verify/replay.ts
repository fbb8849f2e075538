import { isDeepStrictEqual } from "node:util";
import type { Estimates, Learner } from "../../core/estimates.ts";
import type { Event } from "../../core/event.ts";
import { withoutGrounds } from "../../core/grounds.ts";
import { isOver } from "../../core/job.ts";
import type { PolicySetting, ResolvePolicy } from "../../core/policy.ts";
import { Scheduler } from "../../core/scheduler.ts";
import type { Instant } from "../../core/time.ts";
import type { Recorded } from "../../store/event-log.ts";
import type { Boot } from "../../store/rows.ts";
import type { Turn } from "../../store/turns.ts";
import { SearchesAgain } from "../searches.ts";
import { takeIn } from "../take-in.ts";
import { FoldedRows, throughJson } from "./folded-rows.ts";

/** Where the log and the core part. */
export interface Divergence {
  /** Of the first event that is concerned. */
  readonly seq: number;
  readonly at: Instant;
  readonly problem: string;
  readonly recorded: readonly Event[];
  readonly found: readonly Event[];
}

/** What became of the rounds. */
export interface RoundCounts {
  verified: number;
  /** They asked for estimates, and progress that had taught them is not in the log any more. */
  unverifiable: number;
}

/** Until a server has started whose log tells of its rounds. */
const UNKNOWN: PolicySetting = { policy: "fifo", options: {}, placement: "consolidate" };

/**
 * Goes through a log as the live loop did: facts are observed, and each round is held again on the state of its time and must
 * decide what was recorded. Two schedulers go along: one holds the rounds, the other only observes what is recorded.
 */
export class Replay {
  readonly rows = new FoldedRows();
  readonly rounds: RoundCounts = { verified: 0, unverifiable: 0 };
  readonly #resolve: ResolvePolicy;
  readonly #newLearner: () => Learner;
  readonly #searches = new SearchesAgain();
  /** Null until a start is on record. */
  #judge: Scheduler | null = null;
  #asking = new Asking();
  #fold: Scheduler;
  #setting: PolicySetting | null = null;
  /** The number of the newest event. */
  #newest = 0;
  /** Events are missing, which can only be progress; the estimator had learned from it. */
  #isThinned = false;
  /** A round could not be verified: what its scheduler believes is of no use until the next start. */
  #isAstray = false;

  constructor(resolve: ResolvePolicy, newLearner: () => Learner) {
    this.#resolve = resolve;
    this.#newLearner = newLearner;
    this.#fold = new Scheduler(resolve, UNKNOWN, { learner: newLearner() });
  }

  get isThinned(): boolean {
    return this.#isThinned;
  }

  /** The server has started: it took the rows in, and forgot all else. */
  boot({ setting, guards, lostAfterMillis }: Boot, at: Instant, seq: number): Divergence | null {
    this.#asking = new Asking();
    const learner = this.#asking.watch(this.#newLearner());
    const effort = () => this.#searches.effort();
    this.#judge = new Scheduler(this.#resolve, setting, {
      guards,
      learner,
      effort,
      ...(lostAfterMillis && { lostAfterMillis }),
    });
    this.#fold = new Scheduler(this.#resolve, setting, { guards, learner: this.#newLearner() });
    const { state } = this.rows;
    for (const scheduler of [this.#judge, this.#fold]) takeIn(scheduler, state, at);
    this.#isAstray = false;
    if (this.#setting === null || isDeepStrictEqual(throughJson(this.#setting), setting)) return null;
    const problem = `the server has started with the policy ${setting.policy}, and the log says ${this.#setting.policy}`;
    return { seq, at, problem, recorded: [], found: [] };
  }

  /** Facts that no round followed yet. */
  observe(facts: readonly Recorded[]): Divergence | null {
    this.#notice(facts);
    for (const fact of facts) {
      const { seq, event } = fact;
      if (event.type === "PolicyChanged")
        this.#setting = { policy: event.policy, options: event.options, placement: event.placement };
      for (const scheduler of [this.#judge, this.#fold]) {
        const problem = scheduler && this.#told(scheduler, event);
        if (problem && !(scheduler === this.#judge && this.#isAstray))
          return { seq, at: event.at, problem, recorded: [event], found: [] };
      }
    }
    return null;
  }

  #notice(events: readonly Recorded[]): void {
    for (const { seq } of events) {
      if (seq > this.#newest + 1) this.#isThinned = true;
      this.#newest = Math.max(this.#newest, seq);
    }
  }

  /** @param events those of the turn: facts, then what its round decided */
  turn({ at, decided, cuts }: Turn, events: readonly Recorded[]): Divergence | null {
    const last = events.at(-1);
    if (!last || events.length < (decided ?? 0))
      return { seq: last?.seq ?? 0, at, problem: "events of the turn are missing", recorded: [], found: [] };
    this.#notice(events);
    const facts = events.slice(0, events.length - (decided ?? 0));
    const decisions = events.slice(facts.length);
    const odd = this.observe(facts) ?? this.#hold(at, decisions, cuts, last.seq);
    if (odd) return odd;
    for (const { seq, event } of decisions) {
      const problem = this.#told(this.#fold, event);
      if (problem) return { seq, at, problem, recorded: [event], found: [] };
    }
    this.rows.take(this.#fold.takeChanges());
    this.#judge?.takeChanges();
    for (const { event } of events) this.#forget(event);
    return null;
  }

  /** What was observed last is in the rows too. */
  end(): void {
    this.rows.take(this.#fold.takeChanges());
  }

  #hold(at: Instant, decisions: readonly Recorded[], cuts: Turn["cuts"], last: number): Divergence | null {
    if (!this.#judge || this.#isAstray) {
      this.rounds.unverifiable++;
      return null;
    }
    this.#searches.hold(cuts);
    this.#asking.asked = false;
    const found = comparable(this.#judge.round(at).events);
    const recorded = comparable(decisions.map(({ event }) => event));
    if (isDeepStrictEqual(found, recorded)) this.rounds.verified++;
    else if (this.#isThinned && this.#asking.asked) {
      this.rounds.unverifiable++;
      this.#isAstray = true;
    } else return { seq: decisions[0]?.seq ?? last, at, problem: "the round decides something else", recorded, found };
    return null;
  }

  /** What is wrong with an event; null when it is news, as all that is recorded was. */
  #told(scheduler: Scheduler, event: Event): string | null {
    const known = "job" in event ? this.rows.jobs.get(event.job) : undefined;
    if (known && event.type !== "JobSubmitted" && !scheduler.job(known.id)) scheduler.recall(known);
    try {
      // Before the first start on record nothing tells of restarts, after which known things are told again.
      return scheduler.observe(event) || !this.#judge ? null : `${event.type} says nothing new`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #forget(event: Event): void {
    if (!("job" in event)) return;
    for (const scheduler of [this.#judge, this.#fold]) {
      const job = scheduler?.job(event.job);
      if (job && isOver(job)) scheduler?.forget(job.id);
    }
  }
}

/** As the database gives them back, and without what versions noted with them or did not. That a policy failed is told once, which depends on rounds that left no trace. */
const comparable = (events: readonly Event[]): Event[] =>
  throughJson(events.filter(({ type }) => type !== "RoundFailed").map(withoutGrounds));

/** Knows whether anybody has asked a learner what it believes. */
class Asking {
  asked = false;

  watch(learner: Learner): Learner {
    const ask = (): void => {
      this.asked = true;
    };
    return {
      observe: (...news) => learner.observe(...news),
      takeChanges: () => learner.takeChanges(),
      restore: (lessons) => learner.restore(lessons),
      accuracy: () => learner.accuracy(),
      estimates: (now) => watched(learner.estimates(now), ask),
    };
  }
}

const watched = (estimates: Estimates, ask: () => void): Estimates => ({
  ...estimates,
  of: (job) => {
    ask();
    return estimates.of(job);
  },
  services: (pool) => {
    ask();
    return estimates.services(pool);
  },
});
