import type { PlacementRule } from "../core/placement-rule.ts";
import { leastCost } from "./bound.ts";
import { consolidate } from "./consolidate.ts";
import { solveHungarian } from "./hungarian.ts";
import { Search } from "./search.ts";
import { prepare, toPacking } from "./task.ts";

export const branchAndBound: PlacementRule = {
  key: "branch-and-bound",
  description:
    "Like hungarian, and then looks for a better packing among all there are, for as long as it may: exact for up to a dozen servers, and says whether it proved the optimum.",
  choose: consolidate.choose,
  pack(problem, effort) {
    const task = prepare(problem);
    const least = leastCost(task);
    const search = new Search(task, solveHungarian(task, least));
    const isProven = search.run(effort);
    return toPacking(task, search.best, isProven ? search.best.cost : least);
  },
};
