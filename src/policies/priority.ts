import { bySubmission, type Job } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import { listed } from "./line.ts";
import { byKey } from "./order.ts";
import { perPool } from "./per-pool.ts";
import { walk } from "./walk.ts";

type Key = (contender: Contender, index: number) => number;

/** Of those of one priority the one with the least goes first. */
const victimRules: Readonly<Record<string, (pool: PoolView, snapshot: Snapshot) => Key>> = {
  "least-lost-work": lostWork,
  "longest-run":
    () =>
    ({ job }) =>
      since(job),
  "smallest-request":
    () =>
    ({ size }) =>
      size,
};

/**
 * The most important first. Who waits rises in the line, so that nobody starves; but what runs yields only to a job whose own priority is
 * higher, however long another has waited: jobs of one priority would else take turns without end.
 */
export const priority: PolicyEntry = {
  key: "priority",
  description:
    "Highest priority first, then submission order; waiting raises a job in the line. A job takes the place of running ones of lower priority.",
  needs: ["priorities"],
  isPreemptive: true,
  isElastic: false,
  options: [
    {
      name: "preemptive",
      description: "whether a waiting job takes the place of running ones whose priority is lower than its own",
      kind: "flag",
      default: true,
    },
    {
      name: "victims",
      description:
        "who yields first among running jobs of one priority. least-lost-work: least GPU time since its last checkpoint; longest-run: whose run is the oldest; smallest-request: who has the fewest GPUs",
      kind: "choice",
      default: "least-lost-work",
      choices: Object.keys(victimRules),
    },
    {
      name: "minRunSeconds",
      description: "A run is preempted only once it is so old.",
      kind: "number",
      default: 300,
      min: 0,
      max: 86_400,
    },
    {
      name: "ageStepSeconds",
      description:
        "A waiting job counts as one priority higher for each such span that it has waited since it last ran.",
      kind: "number",
      default: 600,
      min: 1,
      max: 604_800,
    },
    {
      name: "maxBoost",
      description: "It counts as at most so much higher; 0: waiting does not raise it.",
      kind: "number",
      default: 10,
      min: 0,
      max: 1_000_000,
      isWhole: true,
    },
    {
      name: "backfill",
      description: "none: who does not fit holds up those behind it; fit: whatever fits may pass",
      kind: "choice",
      default: "none",
      choices: ["none", "fit"],
    },
  ],
  create(options) {
    const minRun = Number(options.minRunSeconds) * 1000;
    const ageing = { step: Number(options.ageStepSeconds) * 1000, most: Number(options.maxBoost) };
    const [isPreemptive, mayPass] = [options.preemptive === true, options.backfill === "fit"];
    const victimKey = victimRules[String(options.victims)] ?? lostWork;
    return perPool((pool, packer, snapshot) => {
      const { now } = snapshot;
      const order = byKey(pool.contenders, (contender) => -raised(contender, ageing, now));
      const running = pool.contenders.filter(({ isRunning }) => isRunning);
      const mature = running.filter(({ job }) => now - since(job) >= minRun);
      const line = byKey(mature, own, victimKey(pool, snapshot), (_, i) => -i);
      const standings = { of: own, line };
      walk(listed(order), packer, { isPreemptive, mayPass, standings, units: pool.capacity, by: "priority" });
      const waiting = order.filter(({ job, isRunning }) => !isRunning && !packer.grants.has(job.id));
      if (isPreemptive && packer.witness)
        for (const each of waiting) tellYoung(each, running, minRun, snapshot.now, packer);
      const matures = isPreemptive ? nextMature(running, waiting, minRun, now) : Number.POSITIVE_INFINITY;
      return { wakeAt: Math.min(matures, mayPass ? Number.POSITIVE_INFINITY : nextHead(waiting, ageing, now)) };
    });
  },
};

const own = ({ job }: Contender): number => job.spec.priority;
const since = ({ state }: Job): Instant => ("since" in state ? state.since : 0);

interface Ageing {
  readonly step: number;
  readonly most: number;
}

/** Reckoned from its own priority and its present wait, so it never adds up; what runs has none. */
const raised = ({ job, isRunning }: Contender, { step, most }: Ageing, now: Instant): number =>
  job.spec.priority + (isRunning ? 0 : Math.min(most, Math.floor((now - since(job)) / step)));

/** Unit-milliseconds since the last checkpoint; a frozen job loses nothing. */
function lostWork({ pool }: PoolView, { guard, now }: Snapshot): Key {
  if (pool === "cores" && guard.settings.pauseCores) return () => 0;
  return ({ job, size }) => size * (now - Math.max(job.trainingSince ?? now, job.checkpoint?.savedAt ?? 0));
}

/** When the next run is old enough to yield to somebody who waits. */
function nextMature(
  running: readonly Contender[],
  waiting: readonly Contender[],
  minRun: number,
  now: Instant,
): Instant {
  const highest = waiting.reduce((most, each) => Math.max(most, own(each)), Number.NEGATIVE_INFINITY);
  const ages = running.filter((each) => own(each) < highest).map(({ job }) => since(job) + minRun);
  return Math.min(...ages.filter((at) => at > now));
}

/** Whoever listens hears that a run would yield to the job, were it older. */
function tellYoung(each: Contender, running: readonly Contender[], minRun: number, now: Instant, packer: Packer): void {
  const at = nextMature(running, [each], minRun, now);
  if (Number.isFinite(at)) packer.witness?.turnedAway(each.job, { kind: "young", at });
}

/** When somebody who waits behind the first of the line will stand before it, were that not to rise too. */
function nextHead(waiting: readonly Contender[], ageing: Ageing, now: Instant): Instant {
  let next = Number.POSITIVE_INFINITY;
  const [head] = waiting;
  if (!head) return next;
  const level = raised(head, ageing, now);
  for (const { job } of waiting) {
    const steps = level - job.spec.priority + (bySubmission(job, head.job) < 0 ? 0 : 1);
    if (steps > ageing.most) continue;
    const at = since(job) + steps * ageing.step;
    if (at > now && at < next && job !== head.job) next = at;
  }
  return next;
}
