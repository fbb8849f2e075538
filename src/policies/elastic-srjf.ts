import type { PolicyEntry } from "../core/policy.ts";
import { leastThenInTurn } from "./elastic-fifo.ts";
import { byKey } from "./order.ts";
import { bySize } from "./realise.ts";
import { remaining } from "./remaining.ts";

/** As elastic FIFO, in the order of the work that is left. */
export const elasticSrjf: PolicyEntry = {
  key: "elastic-srjf",
  description:
    "Each its least, the job with the least work left first; then one more in turn while that still speeds a job up. Jobs of which nothing is known go last, those first that have had least.",
  needs: ["estimates", "speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [],
  create: () =>
    bySize(({ contenders, capacity }, snapshot) => {
      const { work, attained } = remaining(snapshot);
      const order = byKey(contenders, work, (each) => (Number.isFinite(work(each)) ? 0 : attained(each)));
      return leastThenInTurn(order, capacity, snapshot);
    }),
};
