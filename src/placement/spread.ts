import type { Candidate, PlacementRule } from "../core/placement-rule.ts";

/** Round-robin over the servers: the first that fits behind the one used last. The cursor moves only with a success. */
export const spread: PlacementRule = {
  key: "spread",
  description: "Servers in turn: each job goes to the next server that fits, so that load is even.",
  choose(candidates, _job, last) {
    const turn = (each: Candidate): number => (each.order > last ? each.order : each.order + 1e9);
    return candidates.reduce((best, each) => {
      if (each.mustWait !== best.mustWait) return best.mustWait ? each : best;
      return turn(each) < turn(best) ? each : best;
    });
  },
};
