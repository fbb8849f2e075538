import type { Gang } from "../core/packing.ts";
import { type Place, type Places, roomLeft } from "./room.ts";
import { type Answer, costOf, isHome, type Task } from "./task.ts";

/** Makes an answer of a packing: improves it where no search is needed, and reckons the cost. It gets no worse. */
export function finish(task: Task, places: Places): Answer {
  const improved = [...places];
  trade(task, improved);
  promote(task, improved);
  return { places: improved, cost: costOf(task, improved) };
}

/** Gangs of one kind are worth the same to a server: a seat goes to whose home it is, the dearest first, for the seat that it had. */
function trade(task: Task, places: (Place | null)[]): void {
  const seats = new Map<string, Set<number>>();
  const sitters = (gang: number, place: Place): Set<number> => {
    const key = `${task.kinds[gang]}:${place.map(({ bin, gpus }) => `${bin} ${gpus}`)}`;
    const found = seats.get(key) ?? new Set();
    seats.set(key, found);
    return found;
  };
  places.forEach((place, gang) => {
    if (place) sitters(gang, place).add(gang);
  });
  const cost = (gang: number): number => (task.gangs[gang] as Gang).moveCost;
  const strays = (gang: number): number => Number(!isHome(task, gang, places[gang] ?? null));
  const claimants = [...places.keys()].filter((gang) => task.homes[gang]);
  for (const gang of claimants.sort((a, b) => cost(b) - cost(a) || strays(a) - strays(b) || a - b)) {
    const home = task.homes[gang] as Place;
    const unclaimed = sitters(gang, home);
    if (unclaimed.delete(gang)) continue;
    const [guest] = unclaimed;
    if (guest === undefined) continue;
    unclaimed.delete(guest);
    const left = places[gang] ?? null;
    if (left) sitters(gang, left).delete(gang);
    if (left) sitters(guest, left).add(guest);
    places[gang] = home;
    places[guest] = left;
  }
}

/** Who is more important gets the place of one as large that waited with it. */
function promote(task: Task, places: (Place | null)[]): void {
  const { gangs, runs } = task;
  const waits = (at: number): boolean => !runs[at];
  const last = places.findLastIndex((place, at) => place !== null && waits(at));
  const room = roomLeft(task, places);
  for (let at = 0; at < last; at++) {
    if (places[at] || !waits(at)) continue;
    const gang = gangs[at] as Gang;
    for (let later = last; later > at; later--) {
      const other = gangs[later] as Gang;
      const place = places[later];
      if (!place || !waits(later) || other.gpus !== gang.gpus) continue;
      if (place.length < gang.minServers || place.length > gang.maxServers) continue;
      room.give(other, place);
      const gives = room.holds(gang, place);
      room.take(gives ? gang : other, place);
      if (!gives) continue;
      places[at] = place;
      places[later] = null;
      break;
    }
  }
}
