import type { Bin, Gang } from "../core/packing.ts";
import { assign } from "./assignment.ts";
import type { Part, Places } from "./room.ts";
import type { Task } from "./task.ts";

/** What lies together in one bin. */
interface Shape {
  gpus: number;
  cores: number;
  memoryMiB: number;
  readonly parts: { readonly gang: Gang; readonly gpus: number }[];
  /** How many gangs of each kind. */
  readonly counts: Map<number, number>;
}

/**
 * Takes a packing for nameless bins and gives each shape in it a server on which it fits, so that the most work stays where
 * it is: Kuhn–Munkres. Gangs of one kind count as one another, since they can trade places; of a gang that spans servers
 * each part counts for itself.
 */
export function bind(task: Task, places: Places): Places {
  const { bins } = task;
  const shapes = shapesOf(task, places);
  const stakes = stakesOf(task);
  const costs = new Float64Array(bins.length ** 2);
  let pair = 0;
  for (const [made, shape] of shapes.entries())
    for (const [at, bin] of bins.entries()) {
      const fits = made === at || fitsIn(shape, bin, at);
      costs[pair++] = fits ? -kept(shape, stakes[at] as Stakes) : Number.POSITIVE_INFINITY;
    }
  // Each shape fits at least where it was made.
  const binOf = assign(costs, bins.length, bins.length) as Int32Array;
  const bound = ({ bin, gpus }: Part): Part => ({ bin: binOf[bin] as number, gpus });
  return places.map((place) => place?.map(bound).sort((a, b) => a.bin - b.bin) ?? null);
}

function shapesOf({ bins, gangs, kinds }: Task, places: Places): Shape[] {
  const shapes = bins.map((): Shape => ({ gpus: 0, cores: 0, memoryMiB: 0, parts: [], counts: new Map() }));
  places.forEach((place, at) => {
    const gang = gangs[at] as Gang;
    const kind = kinds[at] as number;
    for (const { bin, gpus } of place ?? []) {
      const shape = shapes[bin] as Shape;
      shape.gpus += gpus;
      shape.cores += gang.cores;
      shape.memoryMiB += gang.memoryMiB;
      shape.parts.push({ gang, gpus });
      shape.counts.set(kind, (shape.counts.get(kind) ?? 0) + 1);
    }
  });
  return shapes;
}

const fitsIn = (shape: Shape, bin: Bin, at: number): boolean =>
  shape.gpus <= bin.gpus &&
  shape.cores <= bin.cores &&
  shape.memoryMiB <= bin.memoryMiB &&
  shape.parts.every(({ gang, gpus }) => (gang.suits[at] as number) >= Math.max(1, gpus));

/** For each kind what moving its gangs away from a bin would cost, most first. */
type Stakes = Map<number, number[]>;

function stakesOf({ bins, gangs, homes, kinds }: Task): Stakes[] {
  const stakes = bins.map((): Stakes => new Map());
  homes.forEach((home, at) => {
    const { gpus, moveCost } = gangs[at] as Gang;
    const kind = kinds[at] as number;
    for (const part of home ?? []) {
      const there = stakes[part.bin] as Stakes;
      const costs = there.get(kind) ?? [];
      costs.push(gpus === 0 ? moveCost : (moveCost * part.gpus) / gpus);
      there.set(kind, costs);
    }
  });
  for (const there of stakes) for (const costs of there.values()) costs.sort((a, b) => b - a);
  return stakes;
}

function kept({ counts }: Shape, stakes: Stakes): number {
  let sum = 0;
  for (const [kind, costs] of stakes) {
    const stays = Math.min(counts.get(kind) ?? 0, costs.length);
    for (let i = 0; i < stays; i++) sum += costs[i] as number;
  }
  return sum;
}
