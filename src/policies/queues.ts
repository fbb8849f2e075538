import type { Fault } from "../core/errors.ts";
import type { Packer } from "../core/packer.ts";
import type { Options, PolicyOption, Verdict } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import { countWhile } from "../core/sorted.ts";
import type { Instant } from "../core/time.ts";
import type { KeysOf, Kind } from "../core/waiting.ts";
import { faultOf } from "./options.ts";
import { inSubmissionOrder } from "./order.ts";

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
  /** Where it stands within its queue. */
  readonly placeOf: KeysOf;
  /** Waiting ones that go to another queue now. */
  readonly apart: readonly Contender[];
  /** What changes, to be recorded, and when the next change is due. */
  readonly verdict: Verdict;
  /** To be called when it is decided who runs. */
  settle?(packer: Packer): void;
}

/**
 * Sorts the jobs of a pool into queues by the service that they have attained since they last came to the first: discretised
 * two-dimensional least attained service, with promotion of those that starve. The queue follows from what is recorded of
 * the job, so it survives restarts, other thresholds and other policies. Source: Gu et al., "Tiresias", NSDI 2019, 3.3.
 * @param limits unit-seconds from which on a job is in the next queue, ascending
 * @param knob a job that has waited so many times as long as it ran is promoted; 0 for never
 */
export function queueing(limits: readonly number[], knob: number): (pool: PoolView, now: Instant) => Queues {
  const due = {};
  return ({ pool, running, waiting }, now) => {
    /** Unit-seconds since it last came to the first queue: of `sincePromotion` what is needed of each running job in each round. */
    const attainedBy = ({ job, size }: Contender): number => {
      const field = pool === "gpus" ? "gpuMillis" : "coreMillis";
      const spent = job.trainingSince === null ? 0 : Math.max(0, now - job.trainingSince);
      return (job[field] + spent * size - (job.queue?.base[field] ?? 0)) / 1000;
    };
    const reached = (contender: Contender): number => {
      const attained = attainedBy(contender);
      return countWhile(limits, (limit) => limit <= attained);
    };
    const isRecorded = ({ job }: Contender, level: number): boolean => level === (job.queue?.level ?? 0);
    const dueAt = (contender: Contender): number => {
      const level = reached(contender);
      return isRecorded(contender, level) ? promotionOf(contender, level, knob) : Number.NEGATIVE_INFINITY;
    };
    const [apart, nextDue] = firstDue(
      waiting.line(due, (contender) => [dueAt(contender)]),
      now,
    );
    let wakeAt = nextDue;
    const levels = new Map<Contender, number>();
    const requeue: { job: string; level: number; promoted: boolean }[] = [];
    for (const contender of apart.length === 0 ? running : inSubmissionOrder([...running, ...apart])) {
      const { job, isRunning, size } = contender;
      const had = reached(contender);
      const promotedAt = promotionOf(contender, had, knob);
      const promoted = promotedAt <= now;
      const level = promoted ? 0 : had;
      levels.set(contender, level);
      if (promoted || !isRecorded(contender, level)) requeue.push({ job: job.id, level, promoted });
      const limit = isRunning ? limits[level] : undefined;
      if (limit !== undefined) wakeAt = Math.min(wakeAt, now + ((limit - attainedBy(contender)) / size) * 1000);
      if (!promoted) wakeAt = Math.min(wakeAt, promotedAt);
    }
    return {
      levelOf: (contender) => levels.get(contender) ?? reached(contender),
      placeOf: ({ job }) => [job.firstStartedAt ?? Number.POSITIVE_INFINITY],
      apart,
      verdict: { wakeAt: Math.ceil(wakeAt), requeue },
    };
  };
}

/** When a job of that queue is promoted if it goes on waiting; Infinity for never. */
function promotionOf({ job, isRunning }: Contender, level: number, knob: number): Instant {
  if (isRunning || level === 0 || knob === 0) return Number.POSITIVE_INFINITY;
  const base = job.queue?.base;
  const served = job.serviceMillis - (base?.serviceMillis ?? 0);
  return (base?.at ?? job.submittedAt) + served + knob * served;
}

/** Those whose time has come, and when the next one's does. */
function firstDue(kinds: readonly Kind[], now: Instant): [readonly Contender[], Instant] {
  const due: Contender[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const { members } of kinds)
    for (const { contender, keys } of members) {
      const [at] = keys as readonly [number];
      if (at > now) {
        next = Math.min(next, at);
        break;
      }
      due.push(contender);
    }
  return [due, next];
}
