import type { Bin, Gang, Packing, PackingCost, PackingProblem } from "../core/packing.ts";
import type { Part, Place, Places } from "./room.ts";

/** A problem, and what every algorithm needs to know about it. */
export interface Task {
  readonly bins: readonly Bin[];
  readonly gangs: readonly Gang[];
  /** Where each gang is now, if it may stay there; null for one that does not run, or must move whatever happens. */
  readonly homes: Places;
  readonly runs: readonly boolean[];
  /** Gangs of one kind fit in the same places. */
  readonly kinds: readonly number[];
}

export function prepare({ bins, gangs }: PackingProblem): Task {
  const runs = gangs.map((gang) => (gang.gpus === 0 ? gang.currentBin >= 0 : gang.current !== null));
  return { bins, gangs, runs, homes: gangs.map((gang, at) => (runs[at] ? homeOf(gang) : null)), kinds: kindsOf(gangs) };
}

function homeOf(gang: Gang): Place | null {
  const now = gang.current?.map((gpus, bin): Part => ({ bin, gpus })) ?? [];
  const home = gang.gpus === 0 ? [{ bin: gang.currentBin, gpus: 0 }] : now.filter(({ gpus }) => gpus > 0);
  const stays =
    home.reduce((sum, part) => sum + part.gpus, 0) === gang.gpus &&
    home.length >= gang.minServers &&
    home.length <= gang.maxServers &&
    home.every(({ bin, gpus }) => (gang.suits[bin] ?? 0) >= Math.max(1, gpus));
  return stays ? home : null;
}

function kindsOf(gangs: readonly Gang[]): number[] {
  const suits = new Map<readonly number[], string>();
  const kinds = new Map<string, number>();
  return gangs.map((gang) => {
    const fits = suits.get(gang.suits) ?? gang.suits.join();
    suits.set(gang.suits, fits);
    const key = [gang.gpus, gang.cores, gang.memoryMiB, gang.minServers, gang.maxServers, fits].join(" ");
    const kind = kinds.get(key) ?? kinds.size;
    kinds.set(key, kind);
    return kind;
  });
}

/** What not placing it counts. */
export const weight = (gang: Gang): number => Math.max(1, gang.gpus);

export function samePlace(a: Place | null, b: Place | null): boolean {
  if (!a || !b || a.length !== b.length) return a === b;
  return a.every((part, i) => part.bin === b[i]?.bin && part.gpus === b[i].gpus);
}

export const isHome = ({ homes }: Task, at: number, place: Place | null): boolean =>
  place !== null && samePlace(place, homes[at] ?? null);

export function costOf(task: Task, places: Places): PackingCost {
  let unplaced = 0;
  let spans = 0;
  let moved = 0;
  task.gangs.forEach((gang, at) => {
    const place = places[at] ?? null;
    if (place) spans += place.length - 1;
    else unplaced += weight(gang);
    if (task.runs[at] && !isHome(task, at, place)) moved += gang.moveCost;
  });
  return { unplaced, spans, moved };
}

/** Below 0 when `a` is the cheaper, 0 when they cost the same. */
export const compareCosts = (a: PackingCost, b: PackingCost): number =>
  a.unplaced - b.unplaced || a.spans - b.spans || a.moved - b.moved;

/** An answer in the making. */
export interface Answer {
  readonly places: Places;
  readonly cost: PackingCost;
}

/** Below 0 when `a` is better: cheaper, or as cheap and it places the more important gangs. 0 when they are as good. */
export function compareAnswers(a: Answer, b: Answer): number {
  const difference = compareCosts(a.cost, b.cost);
  if (difference !== 0) return difference;
  const at = a.places.findIndex((place, i) => (place === null) !== (b.places[i] === null));
  if (at < 0) return 0;
  return a.places[at] ? -1 : 1;
}

export const better = (a: Answer, b: Answer): Answer => (compareAnswers(b, a) < 0 ? b : a);

/** @param least what any packing costs at least: reaching it is proof */
export function toPacking({ bins, gangs }: Task, { places, cost }: Answer, least: PackingCost): Packing {
  return {
    cost,
    proven: compareCosts(cost, least) <= 0,
    places: places.map((place, at) => {
      if (!place) return null;
      const gpus = bins.map(() => 0);
      for (const part of place) gpus[part.bin] = (gangs[at] as Gang).gpus === 0 ? 1 : part.gpus;
      return gpus;
    }),
  };
}
