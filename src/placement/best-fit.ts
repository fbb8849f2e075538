import type { Gang } from "../core/packing.ts";
import { type Part, type Place, type Places, Room } from "./room.ts";
import { isHome, type Task } from "./task.ts";

/**
 * Places gangs one after another, each where it is if that still serves, else best fit: over the fewest servers, in room that
 * nobody has before room of gangs that come later (the least moved work first), on the fullest server. Gangs that are given
 * a place stay; who finds none gets null.
 */
export function bestFit(task: Task, order: readonly number[], given: Places = []): Places {
  const { bins, gangs, homes } = task;
  const places: (Place | null)[] = gangs.map((_, at) => given[at] ?? null);
  const free = new Room(bins);
  const calm = new Room(bins);
  /** What moving those away would cost who are there and come later. */
  const claims = new Float64Array(bins.length);
  const claim = (gang: Gang, home: Place, sign: 1 | -1): void => {
    for (const { bin } of home) claims[bin] = (claims[bin] as number) + sign * gang.moveCost;
    if (sign > 0) calm.take(gang, home);
    else calm.give(gang, home);
  };
  places.forEach((place, at) => {
    if (!place) return;
    free.take(gangs[at] as Gang, place);
    calm.take(gangs[at] as Gang, place);
  });
  for (const at of order) if (homes[at]) claim(gangs[at] as Gang, homes[at], 1);
  for (const at of order) {
    const gang = gangs[at] as Gang;
    const home = homes[at] ?? null;
    if (home) claim(gang, home, -1);
    const place = choose(gang, home, free, calm, claims);
    places[at] = place;
    if (!place) continue;
    free.take(gang, place);
    calm.take(gang, place);
  }
  return places;
}

function choose(gang: Gang, home: Place | null, free: Room, calm: Room, claims: Float64Array): Place | null {
  const least = Math.max(1, gang.minServers);
  let best = home && free.holds(gang, home) ? home : null;
  for (const room of [calm, free]) {
    if (best && best.length === least) return best;
    const place = placeIn(gang, room, room === calm ? null : claims);
    if (place && (!best || place.length < best.length)) best = place;
  }
  return best;
}

/** The best place over the fewest servers of this room; null when there is none. */
function placeIn(gang: Gang, room: Room, claims: Float64Array | null): Place | null {
  const all = new Set<number>();
  if (gang.minServers <= 1) {
    const bin = bestBin(gang, gang.gpus, room, claims, all);
    if (bin >= 0) return [{ bin, gpus: gang.gpus }];
  }
  return gang.maxServers > 1 && gang.gpus > 1 ? split(gang, room, claims) : null;
}

function split(gang: Gang, room: Room, claims: Float64Array | null): Place | null {
  const open: Part[] = [];
  for (let bin = 0; bin < room.gpus.length; bin++) {
    const gpus = Math.min(gang.gpus, room.usable(gang, bin));
    if (gpus > 0) open.push({ bin, gpus });
  }
  const claimed = (part: Part): number => claims?.[part.bin] ?? 0;
  open.sort((a, b) => b.gpus - a.gpus || claimed(a) - claimed(b) || away(gang, a.bin) - away(gang, b.bin));
  let needed = 0;
  for (let sum = 0; sum < gang.gpus; needed++) {
    const part = open[needed];
    if (!part) return null;
    sum += part.gpus;
  }
  const servers = Math.max(needed, gang.minServers);
  if (servers > Math.min(gang.maxServers, open.length, gang.gpus)) return null;
  const place = servers > needed ? evenly(gang, open.slice(0, servers)) : fully(gang, open, servers, room, claims);
  return place.sort((a, b) => a.bin - b.bin);
}

/** More servers than it needs: each gives about as much as the others. */
function evenly(gang: Gang, open: readonly Part[]): Part[] {
  let left = gang.gpus;
  return open.toReversed().map(({ bin, gpus: most }, i) => {
    const gpus = Math.min(most, Math.floor(left / (open.length - i)));
    left -= gpus;
    return { bin, gpus };
  });
}

/** The largest rooms whole, and the rest of the gang where it leaves least. */
function fully(gang: Gang, open: readonly Part[], servers: number, room: Room, claims: Float64Array | null): Part[] {
  const whole = open.slice(0, servers - 1);
  const rest = whole.reduce((left, part) => left - part.gpus, gang.gpus);
  const bin = bestBin(gang, rest, room, claims, new Set(whole.map((part) => part.bin)));
  return [...whole, { bin, gpus: rest }];
}

/** 0 where the gang has been already. */
const away = (gang: Gang, bin: number): number => (gang.currentBin === bin || gang.current?.[bin] ? 0 : 1);

/** The bin that has so many GPUs for the gang and where the least is displaced, then where it was already, then the fullest; -1 for none. */
function bestBin(gang: Gang, gpus: number, room: Room, claims: Float64Array | null, except: Set<number>): number {
  let best = -1;
  let least: readonly number[] = [];
  for (let bin = 0; bin < room.gpus.length; bin++) {
    if (room.usable(gang, bin) < Math.max(1, gpus) || except.has(bin)) continue;
    const rank = [claims?.[bin] ?? 0, away(gang, bin), room.gpus[bin] as number, room.cores[bin] as number];
    if (best >= 0 && !isLess(rank, least)) continue;
    best = bin;
    least = rank;
  }
  return best;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}

/** Largest first, then who suits the fewest GPUs, then by kind, and of one kind those that run. */
export function largestFirst({ gangs, kinds, runs }: Task): number[] {
  const choice = gangs.map((gang) => gang.suits.reduce((sum, gpus) => sum + gpus, 0));
  return gangs
    .map((_, at) => at)
    .sort(
      (a, b) =>
        (gangs[b] as Gang).gpus - (gangs[a] as Gang).gpus ||
        (choice[a] as number) - (choice[b] as number) ||
        (kinds[a] as number) - (kinds[b] as number) ||
        Number(runs[b]) - Number(runs[a]) ||
        a - b,
    );
}

/** Leaves everything where it is, as far as that is possible, and places the others around it. */
export function stay(task: Task): Places {
  const room = new Room(task.bins);
  const kept = task.gangs.map((gang, at) => {
    const home = task.homes[at] ?? null;
    if (!home || !room.holds(gang, home)) return null;
    room.take(gang, home);
    return home;
  });
  return bestFit(
    task,
    largestFirst(task).filter((at) => !isHome(task, at, kept[at] ?? null)),
    kept,
  );
}
