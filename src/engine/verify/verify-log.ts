import type { SqlEntityManager } from "@mikro-orm/sqlite";
import type { Learner } from "../../core/estimates.ts";
import type { ResolvePolicy } from "../../core/policy.ts";
import { type Recorded, readEvents } from "../../store/event-log.ts";
import { progressThinnedTo } from "../../store/retention.ts";
import type { Store } from "../../store/store.ts";
import { readTurns, type Turn } from "../../store/turns.ts";
import { compareRows, type RowComparison } from "./compare-rows.ts";
import { type Divergence, Replay, type RoundCounts } from "./replay.ts";

export type { RowDifference } from "./compare-rows.ts";
export type { Divergence } from "./replay.ts";

/** What came of going through a log again. */
export interface Verdict {
  readonly events: number;
  readonly starts: number;
  readonly rounds: RoundCounts;
  /** Events from before the log told of rounds: they were folded, and nothing was decided again. */
  readonly unmarkedEvents: number;
  /** Whether progress is missing that was thinned out since. */
  readonly isThinned: boolean;
  /** The first place where the log and the core part; null where they never do. */
  readonly divergence: Divergence | null;
  /** Null when the log has diverged: then its rows mean nothing. */
  readonly rows: RowComparison | null;
}

export interface VerifyOptions {
  readonly resolve: ResolvePolicy;
  newLearner(): Learner;
}

/** At once. */
const EVENTS = 2_000;
const TURNS = 500;

/** Goes through the log of a database, which a server may be writing to meanwhile: what it has at this moment counts. */
export function verifyLog(store: Store, options: VerifyOptions): Promise<Verdict> {
  return store.fork().transactional((em) =>
    verify(
      {
        fork: () => em.fork({ keepTransactionContext: true }) as SqlEntityManager,
        close: () => Promise.resolve(),
      },
      options,
    ),
  );
}

async function verify(store: Store, { resolve, newLearner }: VerifyOptions): Promise<Verdict> {
  const replay = new Replay(resolve, newLearner);
  const log = new LogReader(store, await progressThinnedTo(store));
  let [starts, unmarkedEvents] = [0, 0];
  let divergence: Divergence | null = null;
  for await (const turn of turnsOf(store)) {
    const events = await log.upTo(turn.seq);
    if (log.gap && log.gap.seq <= turn.seq) divergence = log.gap;
    if (divergence) break;
    if (starts === 0) unmarkedEvents += events.length;
    if (turn.boot) {
      starts++;
      divergence = replay.observe(events);
      replay.end();
      divergence ??= replay.boot(turn.boot, turn.at, turn.seq);
    } else divergence = replay.turn(turn, events);
    if (divergence) break;
  }
  if (!divergence) {
    const rest = await log.upTo(Number.POSITIVE_INFINITY);
    if (starts === 0) unmarkedEvents += rest.length;
    divergence = log.gap ?? replay.observe(rest);
    replay.end();
  }
  const { rounds, isThinned, rows } = replay;
  return {
    ...{ events: log.count, starts, rounds, unmarkedEvents, isThinned, divergence },
    rows: divergence
      ? null
      : await compareRows(store, rows, { usage: unmarkedEvents === 0, lessons: unmarkedEvents === 0 && !isThinned }),
  };
}

async function* turnsOf(store: Store): AsyncGenerator<Turn> {
  for (let after = 0; ; ) {
    const turns = await readTurns(store, after, TURNS);
    yield* turns;
    const last = turns.at(-1);
    if (!last) return;
    after = last.number;
  }
}

/** The log from its beginning, a part at a time. */
class LogReader {
  readonly #store: Store;
  #ahead: Recorded[] = [];
  readonly #thinnedTo: number;
  #read = 0;
  count = 0;
  /** The first place where events are missing, other than progress that was thinned out. */
  gap: Divergence | null = null;

  constructor(store: Store, thinnedTo: number) {
    this.#store = store;
    this.#thinnedTo = thinnedTo;
  }

  /** The events up to that number which were not read yet. */
  async upTo(seq: number): Promise<readonly Recorded[]> {
    const events: Recorded[] = [];
    for (;;) {
      const cut = this.#ahead.findIndex((each) => each.seq > seq);
      events.push(...this.#ahead.splice(0, cut < 0 ? this.#ahead.length : cut));
      if (cut >= 0) break;
      this.#ahead = await readEvents(this.#store, this.#read, EVENTS);
      if (this.#ahead.length === 0) break;
      for (const { seq, event } of this.#ahead) {
        const problem = "events before it are missing";
        if (seq > this.#read + 1 && seq > this.#thinnedTo + 1)
          this.gap ??= { seq, at: event.at, problem, recorded: [event], found: [] };
        this.#read = seq;
      }
    }
    this.count += events.length;
    return events;
  }
}
