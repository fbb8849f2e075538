import { decide } from "../check-decision.ts";
import type { Job, JobId } from "../job.ts";
import type { Packer } from "../packer.ts";
import { type Plan, reconcile } from "../plan.ts";
import type { Decision, Snapshot } from "../policy.ts";
import type { Contender } from "../pool.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Instant, Millis } from "../time.ts";
import type { TurnedAway, Witness } from "../witness.ts";

/** A search for a placement may take so many steps: the same each time, so that the same state is explained alike. */
const SEARCH_STEPS = 500;

/** What was heard of a state is taken for so long, as long as no fact comes in: the next round would come to the same. */
const FRESH: Millis = 1_000;

/** Jobs that wait for a pool, in the order in which the policy serves them, and what that goes by. */
export class Line {
  readonly by: string;
  readonly waiting: readonly Contender[];
  /** What one is to have at least, in units of its pool. */
  readonly wanted: (contender: Contender) => number;
  readonly #places: ReadonlyMap<JobId, number>;

  constructor(by: string, jobs: readonly Contender[], wanted: Line["wanted"]) {
    this.by = by;
    this.wanted = wanted;
    this.waiting = jobs.filter(({ isRunning }) => !isRunning);
    this.#places = new Map(this.waiting.map(({ job }, i) => [job.id, i]));
  }

  /** How many stand before it; null when it does not stand here. */
  placeOf(id: JobId): number | null {
    return this.#places.get(id) ?? null;
  }
}

/** A round held on paper: the same policy, on the same state, with somebody who listens. Nothing of it is done. */
export interface Hearing {
  readonly snapshot: Snapshot;
  /** As the policy left it. */
  readonly packer: Packer;
  readonly decision: Pick<Decision, "run" | "defragments">;
  readonly plan: Pick<Plan, "start" | "unpause">;
  /** Why the policy could decide nothing; null when it could. */
  readonly failure: string | null;
  readonly lines: readonly Line[];
  /** The least that was asked for the job and not to be had. */
  readonly refused: ReadonlyMap<JobId, number>;
  readonly turnedAway: ReadonlyMap<JobId, TurnedAway>;
  /** Whom nobody may pass. */
  readonly heads: ReadonlySet<JobId>;
}

class Notes implements Witness {
  readonly lines: Line[] = [];
  readonly refused = new Map<JobId, number>();
  readonly turned = new Map<JobId, TurnedAway>();
  readonly heads = new Set<JobId>();

  line(by: string, jobs: readonly Contender[], wanted: Line["wanted"]): void {
    this.lines.push(new Line(by, jobs, wanted));
  }
  noRoom({ id }: Job, size: number): void {
    this.refused.set(id, Math.min(size, this.refused.get(id) ?? size));
  }
  holdsUp({ id }: Job): void {
    this.heads.add(id);
  }
  turnedAway({ id }: Job, why: TurnedAway): void {
    this.turned.set(id, why);
  }
}

const known = new WeakMap<Scheduler, { readonly version: number; readonly at: Instant; readonly hearing: Hearing }>();

/** What a round would decide now, and how it came to that. It is held once for all jobs that are asked about. */
export function hear(scheduler: Scheduler, now: Instant): Hearing {
  const before = known.get(scheduler);
  if (before && before.version === scheduler.version && now >= before.at && now - before.at < FRESH)
    return before.hearing;
  const hearing = hold(scheduler, now);
  known.set(scheduler, { version: scheduler.version, at: now, hearing });
  return hearing;
}

function hold(scheduler: Scheduler, now: Instant): Hearing {
  const notes = new Notes();
  const snapshot = scheduler.snapshot(now);
  const packer = scheduler.packer(snapshot, { effort: { steps: SEARCH_STEPS }, witness: notes });
  const heard = {
    snapshot,
    packer,
    lines: notes.lines,
    refused: notes.refused,
    turnedAway: notes.turned,
    heads: notes.heads,
  };
  try {
    const { policy } = scheduler.resolve(scheduler.setting);
    const decision = decide(policy, snapshot, packer, scheduler.ledger.rooms);
    const plan = reconcile(snapshot, decision, scheduler.ledger, scheduler.holdings);
    return { ...heard, decision, plan, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const decision = { run: scheduler.holdings.running, defragments: new Map() };
    return { ...heard, decision, plan: { start: [], unpause: [] }, failure };
  }
}

/** The line that the job stands in; null where the policy told of none with it. */
export const lineWith = ({ lines }: Hearing, id: JobId): Line | null =>
  lines.find((line) => line.placeOf(id) !== null) ?? null;
