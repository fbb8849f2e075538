import { isEligible } from "../core/job.ts";
import type { Pool } from "../core/job-spec.ts";
import { poolOf } from "../core/job-spec.ts";
import type { PolicyEntry } from "../core/policy.ts";
import type { Placement } from "../core/server.ts";

/** First in, first out. Never preempts. */
export const fifo: PolicyEntry = {
  key: "fifo",
  description:
    "Submission order. Strict: the first job that does not fit holds up those behind it, unless backfill lets them pass.",
  options: [
    {
      name: "backfill",
      description: "none: strict head of line; fit: whatever fits may pass (a large job can starve behind small ones)",
      default: "none",
      choices: ["none", "fit"],
    },
  ],
  create: ({ backfill }) => ({
    decide({ now, jobs }, packer) {
      const run = new Map<string, Placement>();
      const blocked = new Set<Pool>();
      for (const job of jobs.values()) {
        if (job.state.status === "running") run.set(job.id, job.state.on);
        if (!isEligible(job, now) || blocked.has(poolOf(job.spec))) continue;
        const on = packer.place(job, packer.request(job));
        if (on) run.set(job.id, on);
        else if (backfill === "none") blocked.add(poolOf(job.spec));
      }
      return { run };
    },
  }),
};
