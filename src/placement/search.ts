import type { Effort, Gang, PackingCost } from "../core/packing.ts";
import { largestFirst } from "./best-fit.ts";
import { Bound } from "./bound.ts";
import { finish } from "./exchange.ts";
import { type Part, type Place, Room, serversNeeded } from "./room.ts";
import { type Answer, better, compareCosts, isHome, samePlace, type Task, weight } from "./task.ts";

const NOTHING: PackingCost = { unplaced: 0, spans: 0, moved: 0 };
/** Steps between two looks at the clock. */
const STRIDE = 32;

/** A gang of the path that the search is on, and the places that are still to try for it. */
interface Level {
  readonly at: number;
  /** Of the gangs before it. */
  readonly cost: PackingCost;
  readonly choices: Iterator<Place | null>;
}

/**
 * Depth-first branch and bound: gang after gang, the largest first, each in all its places. Of servers that do not differ for
 * the gangs to come only the first is tried, and gangs of one kind that wait are placed in their order.
 */
export class Search {
  best: Answer;
  readonly #task: Task;
  readonly #order: readonly number[];
  readonly #bound: Bound;
  readonly #room: Room;
  readonly #places: (Place | null)[];
  /** What moving those away would cost whose home is in the bin and whose turn is still to come. */
  readonly #claims: Float64Array;
  /** Bins of one kind do for the same gangs. */
  readonly #binKinds: readonly string[];
  #effort: Effort = { steps: 0 };
  #steps = 0;
  #isStopped = false;

  /** @param first what is to be beaten */
  constructor(task: Task, first: Answer) {
    this.best = first;
    this.#task = task;
    this.#order = largestFirst(task);
    this.#bound = new Bound(task, this.#order);
    this.#room = new Room(task.bins);
    this.#places = task.gangs.map(() => null);
    this.#claims = new Float64Array(task.bins.length);
    task.gangs.forEach((_, at) => {
      this.#claim(at, 1);
    });
    const oneOfEach = [...new Map(task.kinds.map((kind, at) => [kind, this.#gang(at)])).values()];
    this.#binKinds = task.bins.map((_, bin) => oneOfEach.map((gang) => gang.suits[bin]).join());
  }

  /** A step is a place tried for a gang. Returns whether all that could be better was looked at: `best` is proven then. */
  run(effort: Effort): boolean {
    this.#effort = effort;
    const path: Level[] = [];
    if (this.#canWin(0, NOTHING)) path.push(this.#level(0, NOTHING));
    for (let level = path.at(-1); level; level = path.at(-1)) {
      if (!this.#mayGoOn()) return false;
      this.#undo(level.at);
      const { value: place, done } = level.choices.next();
      if (done) {
        this.#claim(level.at, 1);
        path.pop();
        continue;
      }
      const cost = this.#put(level, place);
      if (!this.#canWin(path.length, cost)) continue;
      if (path.length < this.#order.length) path.push(this.#level(path.length, cost));
      else this.best = better(this.best, finish(this.#task, this.#places));
    }
    return !this.#isStopped;
  }

  #mayGoOn(): boolean {
    const effort = this.#effort;
    this.#isStopped ||= this.#steps >= effort.steps || (this.#steps % STRIDE === 0 && effort.expired?.() === true);
    this.#steps++;
    return !this.#isStopped;
  }

  #canWin(from: number, cost: PackingCost): boolean {
    return compareCosts(this.#bound.of(from, this.#room, cost), this.best.cost) < 0;
  }

  #level(depth: number, cost: PackingCost): Level {
    const at = this.#order[depth] as number;
    this.#claim(at, -1);
    return { at, cost, choices: this.#choices(depth) };
  }

  #claim(at: number, sign: 1 | -1): void {
    const { moveCost } = this.#gang(at);
    for (const { bin } of this.#task.homes[at] ?? [])
      this.#claims[bin] = (this.#claims[bin] as number) + sign * moveCost;
  }

  #undo(at: number): void {
    const place = this.#places[at];
    if (place) this.#room.give(this.#gang(at), place);
    this.#places[at] = null;
  }

  #put({ at, cost: { unplaced, spans, moved } }: Level, place: Place | null): PackingCost {
    const gang = this.#gang(at);
    if (place) this.#room.take(gang, place);
    this.#places[at] = place;
    return {
      unplaced: place ? unplaced : unplaced + weight(gang),
      spans: place ? spans + place.length - 1 : spans,
      moved: this.#task.runs[at] && !isHome(this.#task, at, place) ? moved + gang.moveCost : moved,
    };
  }

  /** Where it is, then on one server, then on more, then nowhere. */
  *#choices(depth: number): Generator<Place | null> {
    const at = this.#order[depth] as number;
    const gang = this.#gang(at);
    const twin = this.#twin(depth);
    const before = twin === null ? null : this.#places[twin];
    const needed = serversNeeded(gang, this.#room);
    if (needed > 0 && (before !== null || twin === null)) {
      const home = this.#task.homes[at] ?? null;
      if (home && this.#room.holds(gang, home)) yield home;
      const isOther = (place: Place): boolean => !samePlace(place, home);
      const first = gang.maxServers === 1 ? (before?.[0]?.bin ?? 0) : 0;
      if (gang.minServers <= 1) for (const place of this.#wholes(gang, first)) if (isOther(place)) yield place;
      const reach = this.#reach(gang);
      for (let servers = Math.max(2, needed); servers <= Math.min(gang.maxServers, gang.gpus); servers++)
        for (const place of this.#splits(gang, reach, servers, gang.gpus, 0, [])) if (isOther(place)) yield place;
    }
    yield null;
  }

  /** The gang before it, if that is of its kind and waits as well. */
  #twin(depth: number): number | null {
    const { kinds, runs } = this.#task;
    const [before, at] = [this.#order[depth - 1], this.#order[depth] as number];
    return before !== undefined && kinds[before] === kinds[at] && !runs[before] && !runs[at] ? before : null;
  }

  #wholes(gang: Gang, first: number): Place[] {
    const open: number[] = [];
    for (let bin = first; bin < this.#claims.length; bin++)
      if (this.#room.usable(gang, bin) >= weight(gang) && this.#alike(bin, first) < 0) open.push(bin);
    const claims = (bin: number): number => this.#claims[bin] as number;
    const free = (bin: number): number => this.#room.gpus[bin] as number;
    open.sort((a, b) => claims(a) - claims(b) || free(a) - free(b) || a - b);
    return open.map((bin) => [{ bin, gpus: gang.gpus }]);
  }

  /** How many GPUs the gang could have of each bin and those after it together. */
  #reach(gang: Gang): number[] {
    const reach = this.#task.bins.map((_, bin) => Math.max(0, this.#room.usable(gang, bin)));
    for (let bin = reach.length - 2; bin >= 0; bin--) reach[bin] = (reach[bin] as number) + (reach[bin + 1] as number);
    return reach;
  }

  *#splits(gang: Gang, reach: number[], servers: number, left: number, bin: number, parts: Part[]): Generator<Place> {
    if (servers === 0) yield [...parts];
    if (servers === 0 || (reach[bin] ?? 0) < left || !this.#mayGoOn()) return;
    const alike = this.#alike(bin, 0);
    const cap = alike < 0 ? left : (parts.find((part) => part.bin === alike)?.gpus ?? 0);
    const most = Math.min(cap, left - servers + 1, this.#room.usable(gang, bin));
    for (let gpus = most; gpus >= (servers === 1 ? left : 1); gpus--)
      yield* this.#splits(gang, reach, servers - 1, left - gpus, bin + 1, [...parts, { bin, gpus }]);
    yield* this.#splits(gang, reach, servers, left, bin + 1, parts);
  }

  /** The last bin before this one that does not differ from it for the gangs to come; -1 for none. */
  #alike(bin: number, from: number): number {
    const { gpus, cores, memoryMiB } = this.#room;
    for (let other = bin - 1; other >= from; other--)
      if (
        gpus[other] === gpus[bin] &&
        cores[other] === cores[bin] &&
        memoryMiB[other] === memoryMiB[bin] &&
        this.#claims[other] === 0 &&
        this.#claims[bin] === 0 &&
        this.#binKinds[other] === this.#binKinds[bin]
      )
        return other;
    return -1;
  }

  #gang(at: number): Gang {
    return this.#task.gangs[at] as Gang;
  }
}
