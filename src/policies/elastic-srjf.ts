import type { PolicyEntry } from "../core/policy.ts";
import { leastThenInTurn } from "./elastic-fifo.ts";
import { byLength, lengths } from "./length.ts";
import { front } from "./line.ts";
import { byKey } from "./order.ts";
import { bySize } from "./realise.ts";
import { sizable } from "./sizes.ts";

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
    bySize((pool, snapshot) => {
      const { among } = front(pool, byLength(snapshot));
      const asking = sizable(among);
      const left = lengths(asking, snapshot);
      const order = byKey(asking, (_, i) => left[i] as number);
      return { by: "work left", ...leastThenInTurn(order, pool.capacity, snapshot), among };
    }),
};
