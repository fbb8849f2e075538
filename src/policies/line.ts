import type { Contender, PoolView } from "../core/pool.ts";
import { byKeys, type KeysOf, type Kind, type Placed } from "../core/waiting.ts";
import { inSubmissionOrder } from "./order.ts";
import { leastOf } from "./sizes.ts";

/** Contenders one after the other, the most important first. */
export interface Line {
  /** The next one; null after the last. Who waits and wants more than so many units may be left out. */
  next(units: number): Contender | null;
  /** How many running ones have gone by. */
  readonly passed: number;
  /** The running ones, in the order in which they come. */
  readonly running: readonly Contender[];
  /** Those that are like the last one have nothing to hope for either. */
  skipKind(): void;
  /** Is it known that nobody is left who waits? */
  readonly isIdle: boolean;
  /** All of them in order, whoever has gone by: for whoever has it explained. */
  everybody(): readonly Contender[];
}

/** A line that is given as a list. */
export function listed(order: readonly Contender[]): Line {
  let at = 0;
  let passed = 0;
  return {
    next() {
      const each = order[at++] ?? null;
      if (each?.isRunning) passed++;
      return each;
    },
    get passed() {
      return passed;
    },
    running: order.filter(({ isRunning }) => isRunning),
    skipKind() {},
    get isIdle() {
      return false;
    },
    everybody: () => order,
  };
}

/** How a line is kept; see `Waiting.line`. */
export interface Standing {
  /** The same object in each round. */
  readonly name: object;
  readonly keysOf: KeysOf;
  /** Of those that run, and stand apart; the same when not said. */
  readonly keysNow?: KeysOf;
  /** What the keys of waiting jobs hold for; they never change when not said. */
  readonly epoch?: unknown;
  /** Waiting ones whose keys are others now: their places in the line do not count. */
  readonly apart?: readonly Contender[];
}

/** In the order of submission, which never changes. */
export const BY_SUBMISSION: Standing = { name: { line: "by submission" }, keysOf: () => [] };

/**
 * Those of a pool about whom an algorithm that is no mere order need think: all that run, and of the waiting ones of each kind so many of the first in
 * line as would fill the pool with their least, since those behind them are not to have anything before they do.
 * @param fill the pool is filled so many times
 * @returns them in the order of submission, and how many that wait were left out
 */
export function front(
  pool: PoolView,
  { name, keysOf, epoch = null, apart = [] }: Standing,
  fill = 1,
): { readonly among: readonly Contender[]; readonly hidden: number } {
  const kinds = pool.waiting.line(name, keysOf, epoch);
  const chosen = new Set<Contender>(apart);
  for (const { members } of kinds) {
    const [first] = members;
    if (!first) continue;
    let room = Math.ceil((fill * pool.capacity) / leastOf(first.contender)); // without end for those that want none of it
    for (let at = 0; at < members.length && room > 0; at++, room--) chosen.add((members[at] as Placed).contender);
  }
  const hidden = pool.waiting.size - chosen.size;
  return { among: hidden === 0 ? pool.contenders : inSubmissionOrder([...pool.running, ...chosen]), hidden };
}

/**
 * The contenders of a pool by their keys. Those that wait stand in a line that is kept from round to round, by kinds: the work is in the
 * number of those that run and of those that are asked for, not of those that wait.
 */
export function lineOf(
  { running, waiting }: PoolView,
  { name, keysOf, keysNow = keysOf, epoch = null, apart = [] }: Standing,
): Line {
  return new StandingLine(waiting.line(name, keysOf, epoch), running, apart, keysNow);
}

interface Open {
  readonly kind: Kind;
  at: number;
}

class StandingLine implements Line {
  readonly running: readonly Contender[];
  passed = 0;
  /** In order: those that run, and those that stand apart. */
  readonly #singles: readonly Placed[];
  readonly #kinds: readonly Kind[];
  #single = 0;
  readonly #apart: ReadonlySet<Contender>;
  #open: Open[];
  /** The kind whose first goes next; null when it is to be looked for. */
  #first: Open | null = null;
  /** The kind of the last one that went by. */
  #last: Open | null = null;

  constructor(kinds: readonly Kind[], running: readonly Contender[], apart: readonly Contender[], keysOf: KeysOf) {
    this.#kinds = kinds;
    this.#open = kinds.map((kind) => ({ kind, at: 0 }));
    this.#apart = new Set(apart);
    const placed = (contender: Contender): Placed => ({ contender, keys: keysOf(contender) });
    const inOrder = running.map(placed).sort(byKeys);
    this.running = inOrder.map(({ contender }) => contender);
    this.#singles = apart.length === 0 ? inOrder : [...inOrder, ...apart.map(placed)].sort(byKeys);
  }

  get isIdle(): boolean {
    return this.#open.length === 0 && this.#apart.size === 0;
  }

  next(units: number): Contender | null {
    const first = this.#firstOf(units);
    const single = this.#singles[this.#single];
    const head = first?.kind.members[first.at];
    this.#last = null;
    if (single && (!head || byKeys(single, head) < 0)) {
      this.#single++;
      const { contender } = single;
      if (contender.isRunning) this.passed++;
      return contender;
    }
    if (!first || !head) return null;
    first.at++;
    this.#last = first;
    this.#first = null;
    return head.contender;
  }

  everybody(): readonly Contender[] {
    const waiting = this.#kinds.flatMap(({ members }) =>
      members.filter(({ contender }) => !this.#apart.has(contender)),
    );
    return [...this.#singles, ...waiting].sort(byKeys).map(({ contender }) => contender);
  }

  skipKind(): void {
    if (this.#last) this.#open = this.#open.filter((each) => each !== this.#last);
  }

  /** Closes what is used up or wants too much. */
  #firstOf(units: number): Open | null {
    if (this.#first && this.#first.kind.preferred <= units) return this.#first;
    let first: Open | null = null;
    let least: Placed | null = null;
    let kept = 0;
    for (const open of this.#open) {
      const { members, preferred } = open.kind;
      while (
        this.#apart.size > 0 &&
        open.at < members.length &&
        this.#apart.has((members[open.at] as Placed).contender)
      )
        open.at++;
      const head = members[open.at];
      if (!head || preferred > units) continue;
      this.#open[kept++] = open;
      if (least && byKeys(least, head) < 0) continue;
      [first, least] = [open, head];
    }
    this.#open.length = kept;
    this.#first = first;
    return first;
  }
}
