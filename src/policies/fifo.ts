import type { PolicyEntry } from "../core/policy.ts";
import { backfill } from "./easy.ts";
import { perPool } from "./per-pool.ts";
import { walk } from "./walk.ts";

/** First in, first out. Never preempts. */
export const fifo: PolicyEntry = {
  key: "fifo",
  description:
    "Submission order. Strict: the first job that does not fit holds up those behind it, unless backfill lets them pass.",
  needs: [],
  isPreemptive: false,
  isElastic: false,
  options: [
    {
      name: "backfill",
      description:
        "none: strict head of line; fit: whatever fits may pass (a large job can starve behind small ones); easy: the first that waits has its room reserved for the earliest time at which the others' estimates let it start, and only those may pass that do not delay it",
      kind: "choice",
      default: "none",
      choices: ["none", "fit", "easy"],
    },
  ],
  create: (options) =>
    perPool(({ contenders, capacity: units }, packer, snapshot) => {
      const blocked = walk(contenders, packer, { isPreemptive: false, mayPass: options.backfill === "fit", units });
      if (options.backfill === "easy") backfill(contenders.slice(blocked), packer, snapshot);
      return undefined;
    }),
};
