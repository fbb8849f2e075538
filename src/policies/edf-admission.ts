import { bySubmission, type Job } from "../core/job.ts";
import type { Snapshot, Verdict } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import type { Millis } from "../core/time.ts";
import { type FreeProfile, freeFromNow } from "./free-profile.ts";
import { byKey } from "./order.ts";

/** So many promises at once: the cost of the plan grows with their square. More are made as jobs end. */
const MOST_PROMISES = 256;

/** Who is promised its deadline. What changes in that is recorded with the jobs: queue 0 is promised, 1 no longer. */
export interface Admission {
  isPromised(contender: Contender): boolean;
  readonly requeue: NonNullable<Verdict["requeue"]>;
}

/**
 * Promises deadlines, as long as the plan of earliest deadline first keeps all that are promised: in it each job in turn takes its size
 * wherever that is still free in the time to come. Earlier promises are looked at first, so no newcomer takes one away.
 */
export function admit(pool: PoolView, snapshot: Snapshot): Admission {
  const plan = new Plan(freeFromNow(pool, snapshot));
  const tasks = byKey(pool.contenders, promisedAt).flatMap((contender) => taskOf(contender, snapshot) ?? []);
  const earlier = tasks.filter(({ contender }) => wasPromised(contender.job));
  const promised = new Set(plan.add(earlier) ? earlier : []);
  for (const task of tasks) if (!promised.has(task) && plan.add([task])) promised.add(task);

  const kept = new Set(Array.from(promised, ({ contender }) => contender));
  const asked = pool.contenders.filter(({ job, isPinned }) => job.spec.deadline !== null && !isPinned);
  const changed = asked.filter((contender) => kept.has(contender) !== wasPromised(contender.job));
  return {
    isPromised: (contender) => contender.isPinned || kept.has(contender),
    requeue: changed.map((contender) => ({
      job: contender.job.id,
      level: kept.has(contender) ? 0 : 1,
      promoted: false,
    })),
  };
}

const wasPromised = ({ queue }: Job): boolean => queue?.level === 0;
const promisedAt = ({ job }: Contender): number =>
  wasPromised(job) ? (job.queue?.enteredAt ?? 0) : Number.POSITIVE_INFINITY;

/** Null where there is nothing to promise, or nothing is known. */
function taskOf(contender: Contender, { guard, now }: Snapshot): Task | null {
  const { job, isPinned, isRunning, size, preferred } = contender;
  const { deadline } = job.spec;
  if (deadline === null || isPinned) return null;
  const units = isRunning ? size : preferred;
  const millis = guard.leftMillis(job, units);
  return millis === null ? null : { contender, units, millis, deadline: deadline - now };
}

/** Times from now. */
interface Task {
  readonly contender: Contender;
  readonly units: number;
  readonly millis: Millis;
  readonly deadline: Millis;
}

/** Tasks in the order of their deadlines, and what those before each leave free. */
class Plan {
  #tasks: readonly Task[] = [];
  readonly #free: FreeProfile[];

  constructor(free: FreeProfile) {
    this.#free = [free];
  }

  /** False, and nothing changed, when with them somebody would be late. */
  add(tasks: readonly Task[]): boolean {
    if (this.#tasks.length + tasks.length > MOST_PROMISES) return false;
    const all = [...this.#tasks, ...tasks].sort(byDeadline);
    const same = all.findIndex((task, i) => task !== this.#tasks[i]);
    if (same < 0) return true;
    const behind = [this.#free[same] as FreeProfile];
    for (const { units, millis, deadline } of all.slice(same)) {
      const free = behind.at(-1) as FreeProfile;
      const course = free.satisfy(millis, [units], [1], deadline);
      if (!course) return false;
      const rest = free.copy();
      rest.reserve(course);
      behind.push(rest);
    }
    this.#tasks = all;
    this.#free.splice(same, Number.POSITIVE_INFINITY, ...behind);
    return true;
  }
}

const byDeadline = (a: Task, b: Task): number =>
  a.deadline - b.deadline || bySubmission(a.contender.job, b.contender.job);
