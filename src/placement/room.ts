import type { Bin, Gang, PackingProblem } from "../core/packing.ts";

/** What a gang has in one bin: GPUs, or none for a gang without. */
export interface Part {
  readonly bin: number;
  readonly gpus: number;
}

/** Where a gang is: its parts, by bin ascending. Never empty. */
export type Place = readonly Part[];

/** The place of each gang of a problem, by position; null for one that is not placed. */
export type Places = readonly (Place | null)[];

/** What is free of each bin. It may fall below zero, where room is promised twice. */
export class Room {
  readonly gpus: Float64Array;
  readonly cores: Float64Array;
  readonly memoryMiB: Float64Array;

  constructor(bins: readonly Bin[]) {
    this.gpus = Float64Array.from(bins, (bin) => bin.gpus);
    this.cores = Float64Array.from(bins, (bin) => bin.cores);
    this.memoryMiB = Float64Array.from(bins, (bin) => bin.memoryMiB);
  }

  /** How many GPUs of the bin the gang could have: at most 1 for one without GPUs, which could go there; 0 or less is none. */
  usable(gang: Gang, bin: number): number {
    if ((this.cores[bin] as number) < gang.cores || (this.memoryMiB[bin] as number) < gang.memoryMiB) return 0;
    return Math.min(gang.suits[bin] as number, gang.gpus === 0 ? 1 : (this.gpus[bin] as number));
  }

  holds(gang: Gang, place: Place): boolean {
    return place.every((part) => this.usable(gang, part.bin) >= Math.max(1, part.gpus));
  }

  take(gang: Gang, place: Place): void {
    this.#change(gang, place, -1);
  }

  give(gang: Gang, place: Place): void {
    this.#change(gang, place, 1);
  }

  #change(gang: Gang, place: Place, sign: 1 | -1): void {
    for (const { bin, gpus } of place) {
      this.gpus[bin] = (this.gpus[bin] as number) + sign * gpus;
      this.cores[bin] = (this.cores[bin] as number) + sign * gang.cores;
      this.memoryMiB[bin] = (this.memoryMiB[bin] as number) + sign * gang.memoryMiB;
    }
  }
}

/** What is left of the bins. */
export function roomLeft({ bins, gangs }: PackingProblem, places: Places): Room {
  const room = new Room(bins);
  places.forEach((place, at) => {
    if (place) room.take(gangs[at] as Gang, place);
  });
  return room;
}

/** The least number of servers over which the gang could be placed in this room, were it alone; 0 when it could not. */
export function serversNeeded(gang: Gang, room: Room): number {
  const least = Math.max(1, gang.minServers);
  const wanted = Math.max(1, gang.gpus);
  if (least > wanted || least > gang.maxServers) return 0;
  const usable: number[] = [];
  for (let bin = 0; bin < room.gpus.length; bin++) {
    const gpus = room.usable(gang, bin);
    if (gpus >= wanted && least === 1) return 1;
    if (gpus > 0 && gang.maxServers > 1) usable.push(gpus);
  }
  usable.sort((a, b) => b - a);
  let sum = 0;
  for (let servers = 1; servers <= Math.min(usable.length, gang.maxServers); servers++) {
    sum += usable[servers - 1] as number;
    if (sum >= wanted && servers >= least) return servers;
  }
  return 0;
}
