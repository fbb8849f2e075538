import type { Fault } from "../core/errors.ts";
import { sincePromotion } from "../core/job.ts";
import type { Options, PolicyOption, Verdict } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import { countWhile } from "./bisect.ts";
import { faultOf } from "./options.ts";

/** What a policy with queues by attained service asks of its users. */
export const queueOptions: readonly PolicyOption[] = [
  {
    name: "thresholds",
    description:
      "Unit-seconds of service (GPUs times seconds; cores for jobs without) after which a job goes to the next queue, ascending: one queue more than there are numbers. The default is that of the public Tiresias simulator, close to the 3200 of its paper's test-bed.",
    kind: "numbers",
    default: [3250, 7200],
    min: 1,
  },
  {
    name: "promoteKnob",
    description:
      "A job that has waited so many times as long as it has run, since it last came to the first queue, goes back there and is counted anew; 0: never.",
    kind: "number",
    default: 8,
    min: 0,
    max: 1000,
  },
];

/** What is wrong with them together. */
export function queueFaults({ thresholds }: Options): readonly Fault[] {
  const limits = thresholds as readonly number[];
  const isAscending = limits.every((limit, i) => i === 0 || limit > (limits[i - 1] as number));
  if (limits.length > 0 && isAscending) return [];
  const found = limits.length === 0 ? "an empty list" : limits.join(", ");
  return [faultOf("thresholds", `option thresholds must be numbers that ascend, such as 3250, 7200, not ${found}`)];
}

/** Which queue each job of a pool is in. */
export interface Queues {
  /** 0 is served first. */
  levelOf(contender: Contender): number;
  /** The order within a queue, by one key after the other. */
  readonly keys: readonly ((contender: Contender) => number)[];
  /** What changes, to be recorded, and when the next change is due. */
  readonly verdict: Verdict;
}

/**
 * Sorts the jobs of a pool into queues by the service that they have attained since they last came to the first: discretised
 * two-dimensional least attained service, with promotion of those that starve. The queue follows from what is recorded of
 * the job, so it survives restarts, other thresholds and other policies. Source: Gu et al., "Tiresias", NSDI 2019, 3.3.
 * @param limits unit-seconds from which on a job is in the next queue, ascending
 * @param knob a job that has waited so many times as long as it ran is promoted; 0 for never
 */
export function queuesOf(
  { pool, contenders }: PoolView,
  limits: readonly number[],
  knob: number,
  now: Instant,
): Queues {
  const levels = new Map<Contender, number>();
  const requeue: { job: string; level: number; promoted: boolean }[] = [];
  let wakeIn = Number.POSITIVE_INFINITY;
  for (const contender of contenders) {
    const { job, isRunning, size } = contender;
    const had = sincePromotion(job, now);
    const attained = (pool === "gpus" ? had.gpuMillis : had.coreMillis) / 1000;
    const reached = countWhile(limits, (limit) => limit <= attained);
    const mayRise = reached > 0 && !isRunning && knob > 0;
    const patience = mayRise ? knob * had.serviceMillis - had.waitMillis : Number.POSITIVE_INFINITY;
    const promoted = patience <= 0;
    const level = promoted ? 0 : reached;
    if (level > 0) levels.set(contender, level);
    if (promoted || level !== (job.queue?.level ?? 0)) requeue.push({ job: job.id, level, promoted });
    const limit = isRunning ? (limits[level] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    if (!promoted) wakeIn = Math.min(wakeIn, patience, ((limit - attained) / size) * 1000);
  }
  return {
    levelOf: (contender) => levels.get(contender) ?? 0,
    keys: [({ job }) => job.firstStartedAt ?? Number.POSITIVE_INFINITY],
    verdict: { wakeAt: now + Math.ceil(wakeIn), requeue },
  };
}
