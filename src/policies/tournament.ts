import type { Sizes } from "./sizes.ts";

export interface Player {
  readonly least: number;
  readonly most: number;
  /** Work left, in seconds on one unit. */
  readonly length: number;
  /** What it has before it begins. */
  readonly has: number;
  speed(size: number): number;
}

/** So many pairs are compared at most, about 30 ms; with more players and units, several units are handed out at a time. */
const MOST_PAIRS = 8_000_000;

/**
 * Apathetic future share with known lengths (Hwang et al., NSDI 2021): each unit goes to the winner of a tournament. Of two players the one
 * that would end sooner with what it has wins, unless the other makes sufficiently more of the unit: unless the part of its new speed that the other
 * gains is greater than the part of its old speed that the shorter one gains. Of two that have nothing the shorter one wins. A player that
 * has nothing gets its least at once, which counts by its units. Who would not be faster with more leaves; so does who begins with more than is left.
 *
 * The relation is not transitive, so the order of the walk over the players matters: first those that have something as they are given, then
 * those that have nothing, the shorter before the longer. In another order a short gang that loses in the end would knock out others that would not.
 */
export function playForUnits(players: readonly Player[], units: number, mostPairs = MOST_PAIRS): Sizes {
  const atOnce = Math.ceil((units * Math.min(units, players.length)) / 2 / mostPairs);
  const tournament = new Tournament(players, units, Math.max(1, atOnce));
  while (tournament.next()) {}
  return tournament.sizes;
}

class Tournament {
  readonly sizes: Sizes;
  readonly #players: readonly Player[];
  readonly #atOnce: number;
  #left: number;
  /** Of the next step of each: its units, and what it gains by the unit, as a part of the speed after and before it. */
  readonly #steps: Uint32Array;
  readonly #ofNew: Float64Array;
  readonly #ofOld: Float64Array;
  /** When each would end with what it has. */
  readonly #ends: Float64Array;
  /** Those that have something, as they are given; and who leads among the first one, two, three … of them. */
  readonly #holders: number[] = [];
  readonly #leaders: number[] = [];
  /** Those that have nothing, the longest first, by what they need to begin. */
  readonly #waiting = new Map<number, number[]>();

  constructor(players: readonly Player[], units: number, atOnce: number) {
    this.#players = players;
    this.#atOnce = atOnce;
    this.sizes = Uint32Array.from(players, ({ has }) => has);
    this.#left = this.sizes.reduce((left, size) => left - size, units);
    this.#steps = new Uint32Array(players.length);
    this.#ofNew = new Float64Array(players.length);
    this.#ofOld = new Float64Array(players.length);
    this.#ends = new Float64Array(players.length);
    const byLength = [...players.keys()].sort((a, b) => this.#at(b).length - this.#at(a).length || b - a);
    for (const i of byLength) {
      if (!this.#look(i) || this.sizes[i] !== 0) continue;
      const { least } = this.#at(i);
      const alike = this.#waiting.get(least);
      if (alike) alike.push(i);
      else this.#waiting.set(least, [i]);
    }
    for (const i of players.keys()) if (this.sizes[i] !== 0 && this.#look(i)) this.#holders.push(i);
  }

  /** One step of the winner. False when nobody is left. */
  next(): boolean {
    const leader = this.#leader();
    const challenger = this.#challenger(leader);
    const winner = challenger ?? leader;
    if (winner === undefined) return false;
    const step = Math.min(this.#steps[winner] as number, this.#left);
    this.sizes[winner] = (this.sizes[winner] as number) + step;
    this.#left -= step;
    if (challenger !== undefined) this.#waiting.get(this.#at(challenger).least)?.pop();
    this.#seat(winner, this.#look(winner));
    return this.#left > 0;
  }

  #at(i: number): Player {
    return this.#players[i] as Player;
  }

  /** Reckons the next step. Returns whether there is one. */
  #look(i: number): boolean {
    const { least, most, length, speed } = this.#at(i);
    const size = this.sizes[i] as number;
    const step = size === 0 ? least : Math.min(this.#atOnce, most - size);
    const [before, after] = [speed(size), speed(size + step)];
    const gain = (after - before) / step;
    this.#steps[i] = step;
    this.#ofNew[i] = gain / after;
    this.#ofOld[i] = gain / before;
    this.#ends[i] = length / before;
    return step > 0 && gain > 0;
  }

  /** Puts a holder in its place in the line, or takes it out of it. What was found about those after it is forgotten. */
  #seat(i: number, plays: boolean): void {
    const line = this.#holders;
    let [from, to] = [0, line.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((line[middle] as number) < i) from = middle + 1;
      else to = middle;
    }
    const isSeated = line[from] === i;
    if (plays && !isSeated) line.splice(from, 0, i);
    if (!plays && isSeated) line.splice(from, 1);
    this.#leaders.length = Math.min(this.#leaders.length, from);
  }

  /** Who leads among those that have something. */
  #leader(): number | undefined {
    const [line, leaders] = [this.#holders, this.#leaders];
    for (let i = leaders.length; i < line.length; i++) {
      const next = line[i] as number;
      const leader = leaders[i - 1];
      leaders.push(leader === undefined || this.#takesOver(leader, next) ? next : leader);
    }
    return leaders.at(-1);
  }

  #takesOver(leader: number, next: number): boolean {
    if ((this.#ends[next] as number) < (this.#ends[leader] as number))
      return (this.#ofNew[leader] as number) <= (this.#ofOld[next] as number);
    return (this.#ofNew[next] as number) > (this.#ofOld[leader] as number);
  }

  /** The shortest of those that have nothing that beats the leader: they all are longer than it, since they would never end. */
  #challenger(leader: number | undefined): number | undefined {
    let best: number | undefined;
    for (const [least, alike] of this.#waiting) {
      const shortest = alike.at(-1);
      if (shortest === undefined || least > this.#left) continue;
      if (leader !== undefined && (this.#ofNew[shortest] as number) <= (this.#ofOld[leader] as number)) continue;
      const { length } = this.#at(shortest);
      const bestLength = best === undefined ? Number.POSITIVE_INFINITY : this.#at(best).length;
      if (length < bestLength || (length === bestLength && shortest < (best ?? shortest))) best = shortest;
    }
    return best;
  }
}
