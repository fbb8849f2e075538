import type { PolicyEntry } from "../core/policy.ts";
import { backfill } from "./easy.ts";
import { BY_SUBMISSION, lineOf } from "./line.ts";
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
    perPool((pool, packer, snapshot) => {
      const line = lineOf(pool, BY_SUBMISSION);
      const first = walk(line, packer, {
        isPreemptive: false,
        mayPass: options.backfill === "fit",
        units: pool.capacity,
        by: "submission",
      });
      if (options.backfill !== "easy" || !first) return;
      const { contenders } = pool;
      backfill(contenders.slice(contenders.indexOf(first)), packer, snapshot);
    }),
};
