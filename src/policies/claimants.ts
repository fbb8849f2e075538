import type { Yielding } from "../core/cluster.ts";
import type { Job, JobId } from "../core/job.ts";
import { bySubmission, heldBy } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { Placement, ServerId } from "../core/server.ts";
import { Heap } from "./heap.ts";
import { byKey } from "./order.ts";
import { Refusals } from "./walk.ts";

/** Whose jobs they are: a user, or a job by itself. */
export interface Claimant {
  /** What it wants to start, in its own order. */
  readonly waiting: readonly Contender[];
  /** How much it has now, however that is measured. */
  readonly share: number;
  /** How well off it is: the least gets the next job. */
  readonly standing: number;
  /** Counts what one of its jobs has been given, or with -1 what has been taken from it. */
  book(on: Placement, sign: 1 | -1): void;
}

/** A running job that may be stopped for others, with what its claimant has without it and without those that began later. */
export interface Holder<C extends Claimant> {
  readonly job: Job;
  readonly on: Placement;
  readonly claimant: C;
  readonly share: number;
  readonly standing: number;
}

/**
 * Counts all that is held in the draft: first what runs, in the order in which it began, then what starts, moves or is paused by its user.
 * So what a job that began later adds makes none of the earlier ones more likely to be stopped.
 * @returns those that could be stopped
 */
export function bookHeld<C extends Claimant>(
  contenders: readonly Contender[],
  { jobs }: Snapshot,
  packer: Packer,
  claimantOf: (job: Job) => C | undefined,
): Holder<C>[] {
  const holders: Holder<C>[] = [];
  const running = contenders.filter(({ isRunning }) => isRunning);
  for (const { job, mayYield } of byKey(running, ({ job: { firstStartedAt } }) => firstStartedAt ?? 0)) {
    const claimant = claimantOf(job);
    const on = packer.grants.get(job.id);
    if (!claimant || !on) continue;
    if (mayYield) holders.push({ job, on, claimant, share: claimant.share, standing: claimant.standing });
    claimant.book(on, 1);
  }
  for (const job of jobs.values()) {
    const { state } = job;
    const isKept = state.status === "starting" || state.status === "migrating" || state.status === "paused";
    const [on] = isKept && !(state.status === "paused" && state.by === "policy") ? heldBy(job) : [];
    if (on) claimantOf(job)?.book(on, 1);
  }
  return holders;
}

/** Which running jobs give way to the waiting ones of a claimant. */
export type Yields<C extends Claimant> = (holder: Holder<C>, claimant: C) => boolean;

/** Stopped for who was worse off before than its own claimant will be after: so two never take the same room from each other in turn. */
export const isBetterOff = <C extends Claimant>(holder: Holder<C>, { share, standing }: C): boolean =>
  holder.share > share && holder.standing > standing;

/** The holders in the order in which they are stopped: those whose claimants have most first, of one claimant the last that began. */
export const richestFirst = <C extends Claimant>(holders: readonly Holder<C>[]): Holder<C>[] =>
  holders.toReversed().sort((a, b) => b.share - a.share);

export interface Filling<C extends Claimant> {
  /** What a job is given, or nothing. */
  size(contender: Contender): number;
  /** Which jobs are considered; all when not said. */
  mayHave?(claimant: C, contender: Contender): boolean;
  /** What they take turns by, in words. */
  readonly by?: string;
  /** Whom it may stop, the first one first; nobody when not said. */
  readonly holders?: readonly Holder<C>[];
  readonly yields?: Yields<C>;
}

/**
 * Whoever is worst off gets room for its next job, again and again; what does not fit is passed.
 * @returns whether a job that was considered got nothing
 */
export function fill<C extends Claimant>(claimants: readonly C[], packer: Packer, filling: Filling<C>): boolean {
  const { mayHave = () => true, holders = [], yields = isBetterOff } = filling;
  const line = new Line(holders, yields);
  const turns = claimants.map((claimant) => new Turn(claimant, packer, filling));
  const waiting = (): Heap<Turn<C>> =>
    new Heap(
      isBefore,
      turns.filter(({ next }) => next),
    );
  let isShort = false;
  let heap = waiting();
  const served: Contender[] | null = packer.witness ? [] : null;
  for (let turn = heap.first; turn; turn = heap.first) {
    const { claimant, size } = turn;
    const contender = turn.next as Contender;
    const { job } = contender;
    served?.push(contender);
    let isStopping = false;
    if (mayHave(claimant, contender)) {
      const isFree = packer.place(job, size);
      isStopping = !isFree && line.comesTo(claimant) && packer.makeRoom(job, size, line);
      if (isFree || isStopping) claimant.book(packer.grants.get(job.id) as Placement, 1);
      else {
        turn.refuse();
        isShort = true;
      }
    }
    turn.advance();
    if (isStopping) {
      line.settle(packer);
      heap = waiting(); // who lost something stands elsewhere now
    } else if (turn.next) heap.settle();
    else heap.pop();
  }
  if (served) packer.witness?.line(filling.by ?? "share", served, filling.size);
  return isShort;
}

/** How far a claimant's waiting jobs have been gone through. */
class Turn<C extends Claimant> {
  readonly claimant: C;
  next: Contender | undefined;
  /** What the next one is to get. */
  size = 0;
  readonly #packer: Packer;
  readonly #sizeOf: (contender: Contender) => number;
  readonly #refused = new Refusals();
  #at = -1;

  constructor(claimant: C, packer: Packer, { size }: Filling<C>) {
    this.claimant = claimant;
    this.#packer = packer;
    this.#sizeOf = size;
    this.advance();
  }

  refuse(): void {
    if (this.next) this.#refused.add(this.next.job, this.size, 0);
  }

  /** To the next one that has nothing yet and is not like one that was refused. */
  advance(): void {
    const { waiting } = this.claimant;
    for (this.#at++; this.#at < waiting.length; this.#at++) {
      this.next = waiting[this.#at] as Contender;
      this.size = this.#sizeOf(this.next);
      const { job } = this.next;
      if (!this.#refused.covers(job, this.size, 0) && !this.#packer.grants.has(job.id)) return;
    }
    this.next = undefined;
  }
}

const isBefore = <C extends Claimant>(a: Turn<C>, b: Turn<C>): boolean =>
  a.claimant.standing < b.claimant.standing ||
  (a.claimant.standing === b.claimant.standing && bySubmission(jobOf(a), jobOf(b)) < 0);
const jobOf = <C extends Claimant>({ next }: Turn<C>): Job => (next as Contender).job;

/** Those of the holders who yield to the claimant that it has come to. */
class Line<C extends Claimant> implements Yielding {
  #holders: readonly Holder<C>[];
  readonly #yields: Yields<C>;
  readonly #ranks = new Map<JobId, number>();
  readonly #byServer = new Map<ServerId, Holder<C>[]>();
  #claimant: C | null = null;

  constructor(holders: readonly Holder<C>[], yields: Yields<C>) {
    this.#holders = holders;
    this.#yields = yields;
    for (const [i, holder] of holders.entries()) {
      this.#ranks.set(holder.job.id, -i);
      for (const { server } of holder.on) {
        const known = this.#byServer.get(server);
        if (known) known.push(holder);
        else this.#byServer.set(server, [holder]);
      }
    }
  }

  /** @returns whether there is anybody who would yield to it */
  comesTo(claimant: C): boolean {
    this.#claimant = claimant;
    return this.#holders.some((holder) => this.#yields(holder, claimant));
  }

  /** Takes out those that were stopped. */
  settle({ grants }: Packer): void {
    this.#holders = this.#holders.filter(({ job, on, claimant }) => {
      const isStopped = !grants.has(job.id);
      if (isStopped) claimant.book(on, -1);
      return !isStopped;
    });
  }

  rank({ id }: Job): number {
    return this.#ranks.get(id) ?? Number.NEGATIVE_INFINITY;
  }
  on(server: ServerId): readonly Job[] {
    return this.#yielding(this.#byServer.get(server) ?? []);
  }
  all(): readonly Job[] {
    return this.#yielding(this.#holders);
  }

  #yielding(holders: readonly Holder<C>[]): readonly Job[] {
    const claimant = this.#claimant as C;
    return holders.filter((holder) => this.#yields(holder, claimant)).map(({ job }) => job);
  }
}
