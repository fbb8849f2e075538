import type { Gang, PackingCost } from "../core/packing.ts";
import { Room, serversNeeded } from "./room.ts";
import { type Task, weight } from "./task.ts";

/** Tells what a packing will cost at least when the gangs before a position of the order are placed and the others are not yet. */
export class Bound {
  readonly #task: Task;
  readonly #order: readonly number[];
  /** Before a position: how much of so many free GPUs of one bin the gangs from there on could use. */
  readonly #fills: Uint32Array[];
  readonly #suits: number[];

  constructor(task: Task, order: readonly number[]) {
    this.#task = task;
    this.#order = order;
    this.#fills = fillsOf(task, order);
    // Each may suit other GPUs than the rest.
    this.#suits = task.bins.map(({ gpus }, bin) =>
      Math.min(
        gpus,
        task.gangs.reduce((sum, gang) => sum + (gang.suits[bin] as number), 0),
      ),
    );
  }

  /** @param cost of the gangs before `from`, with `room` left by them */
  of(from: number, room: Room, cost: PackingCost): PackingCost {
    const { gangs, homes, runs } = this.#task;
    let { unplaced, spans, moved } = cost;
    let wanted = 0;
    let spread = 0;
    for (let i = from; i < this.#order.length; i++) {
      const at = this.#order[i] as number;
      const gang = gangs[at] as Gang;
      const home = homes[at];
      if (runs[at] && !(home && room.holds(gang, home))) moved += gang.moveCost;
      const servers = serversNeeded(gang, room);
      if (servers === 0) unplaced += weight(gang);
      else {
        wanted += gang.gpus;
        spread += servers - 1;
      }
    }
    const lacking = wanted - this.#usable(from, room);
    // Where GPUs lack, it may be the spread gangs that are left out.
    if (lacking > 0) unplaced += lacking;
    else spans += spread;
    return { unplaced, spans, moved };
  }

  #usable(from: number, room: Room): number {
    const fill = this.#fills[from] as Uint32Array;
    return this.#suits.reduce((sum, most, bin) => sum + (fill[Math.min(most, room.gpus[bin] as number)] as number), 0);
  }
}

/** Sums of the sizes: a gang that cannot split is whole in a bin or not there. */
function fillsOf({ bins, gangs }: Task, order: readonly number[]): Uint32Array[] {
  const most = bins.reduce((max, bin) => Math.max(max, bin.gpus), 0);
  const reached = new Uint8Array(most + 1);
  reached[0] = 1;
  const fills: Uint32Array[] = [];
  for (let from = order.length; from >= 0; from--) {
    if (from < order.length) {
      const { gpus, maxServers } = gangs[order[from] as number] as Gang;
      for (let sum = most; sum >= 0; sum--)
        for (let part = maxServers > 1 ? 1 : gpus; part <= Math.min(gpus, sum); part++)
          if (reached[sum - part]) reached[sum] = 1;
    }
    let best = 0;
    fills[from] = Uint32Array.from(reached, (is, sum) => {
      if (is) best = sum;
      return best;
    });
  }
  return fills;
}

/** What any packing costs at least. */
export function leastCost(task: Task): PackingCost {
  const order = task.gangs.map((_, at) => at);
  return new Bound(task, order).of(0, new Room(task.bins), { unplaced: 0, spans: 0, moved: 0 });
}
