import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import { type Admission, admit } from "./edf-admission.ts";
import { listed } from "./line.ts";
import { byKey } from "./order.ts";
import { perPool } from "./per-pool.ts";
import { walk } from "./walk.ts";

/** A deadline is not missed by so many milliseconds: sums of estimates are not exact. */
const SLACK = 1;

/** Classes of jobs, the first one served first. */
const [IN_TIME, UNPROMISED, LATE, WITHOUT_DEADLINE] = [0, 1, 2, 3];

const EVERYBODY: Admission = { isPromised: () => true, requeue: [] };

/** Earliest deadline first. Source: the EDF baselines of ElasticFlow (ASPLOS 2023), with and without admission control. */
export const edf: PolicyEntry = {
  key: "edf",
  description:
    "Earliest deadline first, jobs without one last. Without estimates a plain sort; with them, a job that can no longer be in time gives way to those that can.",
  needs: ["deadlines", "estimates", "speed-up"],
  isPreemptive: true,
  isElastic: false,
  options: [
    {
      name: "preemptive",
      description: "whether a waiting job takes the place of running ones that come after it",
      kind: "flag",
      default: true,
    },
    {
      name: "late",
      description:
        "a job that is past its deadline, or cannot meet it any more by its estimate. demote: it goes behind those that can, so that it does not make them late too; keep: it stays where its deadline puts it",
      kind: "choice",
      default: "demote",
      choices: ["demote", "keep"],
    },
    {
      name: "admission",
      description:
        "whether a job is promised its deadline only if a plan by the estimates meets it and keeps all earlier promises; who is not promised it waits behind those who are, and may run in what they leave",
      kind: "flag",
      default: false,
    },
  ],
  create: ({ preemptive, late, admission }) =>
    perPool((pool, packer, snapshot) => {
      const { isPromised, requeue } = admission === true ? admit(pool, snapshot) : EVERYBODY;
      const classOf = (contender: Contender): number => {
        if (contender.job.spec.deadline === null) return WITHOUT_DEADLINE;
        if (late === "demote" && isLate(contender, snapshot)) return LATE;
        return isPromised(contender) ? IN_TIME : UNPROMISED;
      };
      const order = byKey(pool.contenders, classOf, ({ job }) => job.spec.deadline ?? 0);
      walk(listed(order), packer, {
        isPreemptive: preemptive === true,
        mayPass: true,
        units: pool.capacity,
        by: "deadline",
      });
      return { requeue, wakeAt: late === "demote" ? nextMissed(pool.contenders, snapshot.now) : null };
    }),
};

/** Of a job without an estimate it is known only once its deadline has passed. */
function isLate({ job, size, preferred, isRunning }: Contender, { guard, now }: Snapshot): boolean {
  const left = guard.leftMillis(job, isRunning ? size : preferred) ?? 0;
  return now + left > (job.spec.deadline ?? Number.POSITIVE_INFINITY) + SLACK;
}

/** When a running job that has not ended by then will be late, and gives way to those that wait. */
function nextMissed(contenders: readonly Contender[], now: Instant): Instant {
  let next = Number.POSITIVE_INFINITY;
  for (const { job, isRunning } of contenders) {
    const missedAt = (job.spec.deadline ?? Number.POSITIVE_INFINITY) + SLACK + 1;
    if (isRunning && missedAt > now) next = Math.min(next, missedAt);
  }
  return next;
}
