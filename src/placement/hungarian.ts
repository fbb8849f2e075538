import type { PackingCost } from "../core/packing.ts";
import type { PlacementRule } from "../core/placement-rule.ts";
import { bestFit, largestFirst, stay } from "./best-fit.ts";
import { bind } from "./binding.ts";
import { leastCost } from "./bound.ts";
import { consolidate } from "./consolidate.ts";
import { finish } from "./exchange.ts";
import { type Answer, better, compareCosts, prepare, type Task, toPacking } from "./task.ts";

export const hungarian: PlacementRule = {
  key: "hungarian",
  description:
    "Like consolidate; and when a job finds no room, packs the cluster anew and binds the packing to servers so that the least running work moves (Kuhn–Munkres).",
  choose: consolidate.choose,
  pack(problem) {
    const task = prepare(problem);
    const least = leastCost(task);
    return toPacking(task, solveHungarian(task, least), least);
  },
};

/**
 * The best of three: all stay and the others fit in; the largest first and the small give way; packed from nothing, then bound
 * to servers.
 * @param least what is good enough to look no further
 */
export function solveHungarian(task: Task, least: PackingCost): Answer {
  const asItIs = finish(task, stay(task));
  if (compareCosts(asItIs.cost, least) <= 0) return asItIs;
  const order = largestFirst(task);
  const fromNothing = bestFit({ ...task, homes: task.gangs.map(() => null) }, order);
  const others = [bestFit(task, order), bind(task, fromNothing)];
  return others.reduce((best, places) => better(best, finish(task, places)), asItIs);
}
