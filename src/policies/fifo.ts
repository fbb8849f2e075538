import type { PolicyEntry } from "../core/policy.ts";
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
      description: "none: strict head of line; fit: whatever fits may pass (a large job can starve behind small ones)",
      kind: "choice",
      default: "none",
      choices: ["none", "fit"],
    },
  ],
  create: ({ backfill }) =>
    perPool(({ contenders }, packer) => {
      walk(contenders, packer, { isPreemptive: false, mayPass: backfill === "fit" });
      return undefined;
    }),
};
