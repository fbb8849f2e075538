import type { Estimates, Learner } from "../estimates.ts";
import { Scheduler } from "../scheduler.ts";
import type { Instant } from "../time.ts";

/**
 * A scheduler in the same state, with which something can be tried: what is observed and decided there is nobody else's. It believes what the first
 * one believed at that time, and learns nothing.
 */
export function copyOf(scheduler: Scheduler, now: Instant, guards = scheduler.guards): Scheduler {
  const { setting, resolve, lostAfterMillis, takenInAt, lastServer } = scheduler;
  const { estimates, usage } = scheduler.snapshot(now);
  const learner = new Settled(estimates);
  const copy = new Scheduler(resolve, setting, { guards, learner, lostAfterMillis, ports: scheduler.ledger.ports });
  const jobs = [...scheduler.jobs.values()];
  copy.restore(
    {
      servers: [...scheduler.servers.values()],
      jobs,
      runs: jobs.flatMap(({ id }) => scheduler.run(id) ?? []),
      migrations: jobs.flatMap(({ id }) => scheduler.migration(id) ?? []),
      usage: usage.rows(),
    },
    takenInAt,
  );
  copy.memory.lastPlanAt = scheduler.memory.lastPlanAt;
  copy.lastServer = lastServer;
  return copy;
}

/** Believes for good what was believed at one time. */
class Settled implements Learner {
  readonly #estimates: Estimates;

  constructor(estimates: Estimates) {
    this.#estimates = estimates;
  }
  estimates(): Estimates {
    return this.#estimates;
  }
  observe(): void {}
  restore(): void {}
  takeChanges(): readonly never[] {
    return [];
  }
  accuracy(): readonly never[] {
    return [];
  }
}
