import type { Gang, Packing, PackingProblem } from "./packing.ts";

/** Of those that could make way on one server, so many are tried in pairs: the cheapest. */
const MOST_PAIRED = 16;

interface Moves {
  readonly bin: number;
  readonly gangs: readonly number[];
  readonly cost: number;
}

/**
 * Leaves everybody where they are but for one or two that go elsewhere whole, the cheapest there are, so that the last gang has room on
 * one server. What placement rules that do not pack the cluster do against fragments.
 */
export function makeRoomByMoves(problem: PackingProblem): Packing {
  const { bins, gangs } = problem;
  const last = gangs.length - 1;
  const wanted = gangs[last] as Gang;
  const room = new Rooms(problem);
  let best: { moves: Moves; places: (readonly number[] | null)[] } | null = null;
  for (const [bin] of bins.entries()) {
    if (wanted.minServers > 1 || (wanted.suits[bin] ?? 0) < wanted.gpus) continue;
    for (const moves of movesFrom(problem, bin)) {
      if (best && moves.cost >= best.moves.cost) continue;
      const places = room.after(moves, wanted);
      if (places) best = { moves, places };
    }
  }
  const places = best?.places ?? gangs.map(({ current }, i) => (i === last ? null : current));
  const spans = places.reduce((sum, place) => sum + Math.max(0, (place ?? []).filter((n) => n > 0).length - 1), 0);
  const cost = { unplaced: best ? 0 : wanted.gpus, spans, moved: best?.moves.cost ?? 0 };
  return { places, cost, proven: false };
}

/** Those of one server that are on it alone: each, then pairs. */
function movesFrom({ gangs }: PackingProblem, bin: number): Moves[] {
  const able = gangs.flatMap(({ current, moveCost, gpus }, i) =>
    current !== null && gpus > 0 && current[bin] === gpus ? [{ bin, gangs: [i], cost: moveCost }] : [],
  );
  const cheapest = able.toSorted((a, b) => a.cost - b.cost).slice(0, MOST_PAIRED);
  const pairs = cheapest.flatMap((a, i) =>
    cheapest.slice(i + 1).map((b) => ({ bin, gangs: [...a.gangs, ...b.gangs], cost: a.cost + b.cost })),
  );
  return [...able, ...pairs];
}

/** What is free on each server. */
class Rooms {
  readonly #problem: PackingProblem;
  readonly #free: readonly { readonly gpus: number; readonly cores: number; readonly memoryMiB: number }[];

  constructor(problem: PackingProblem) {
    this.#problem = problem;
    this.#free = problem.bins.map((bin, at) => {
      const here = problem.gangs.filter(({ current }) => (current?.[at] ?? 0) > 0);
      return {
        gpus: bin.gpus - here.reduce((sum, { current }) => sum + (current?.[at] ?? 0), 0),
        cores: bin.cores - here.reduce((sum, { cores }) => sum + cores, 0),
        memoryMiB: bin.memoryMiB - here.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
      };
    });
  }

  /** All places once these have gone elsewhere and the wanted one has come; null when that cannot be. */
  after({ bin, gangs: moving }: Moves, wanted: Gang): (readonly number[] | null)[] | null {
    const { gangs } = this.#problem;
    const free = this.#free.map((each) => ({ ...each }));
    const places: (readonly number[] | null)[] = gangs.map(({ current }) => current);
    const add = (at: number, { gpus, cores, memoryMiB }: Gang, sign: 1 | -1): void => {
      const each = free[at];
      if (!each) return;
      each.gpus += sign * gpus;
      each.cores += sign * cores;
      each.memoryMiB += sign * memoryMiB;
    };
    const fits = (at: number, { gpus, cores, memoryMiB, suits }: Gang): boolean => {
      const each = free[at];
      const isRoomy = each && each.gpus >= gpus && each.cores >= cores && each.memoryMiB >= memoryMiB;
      return isRoomy === true && (suits[at] ?? 0) >= gpus;
    };
    const only = (at: number, gpus: number): number[] => free.map((_, i) => (i === at ? gpus : 0));
    for (const i of moving) add(bin, gangs[i] as Gang, 1);
    if (!fits(bin, wanted)) return null;
    add(bin, wanted, -1);
    places[gangs.length - 1] = only(bin, wanted.gpus);
    for (const i of moving.toSorted((a, b) => (gangs[b] as Gang).gpus - (gangs[a] as Gang).gpus)) {
      const gang = gangs[i] as Gang;
      // The fullest server that has room, so that the emptier ones stay whole.
      const [to] = free
        .flatMap((each, at) => (at !== bin && fits(at, gang) ? [{ at, gpus: each.gpus }] : []))
        .sort((a, b) => a.gpus - b.gpus || a.at - b.at);
      if (!to) return null;
      add(to.at, gang, -1);
      places[i] = only(to.at, gang.gpus);
    }
    return places;
  }
}
