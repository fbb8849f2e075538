import type { Changes } from "./changes.ts";
import type { Learner } from "./estimates.ts";
import type { JobEvent } from "./event.ts";
import type { Job } from "./job.ts";
import { placementOf } from "./job.ts";
import type { Server, ServerId } from "./server.ts";
import { coreCount, gpuCount, modelOf } from "./server.ts";
import type { SchedulerState } from "./state.ts";
import type { Instant } from "./time.ts";
import { Usage } from "./usage.ts";

/** What the past teaches: how fast jobs are and how long they take, who has had how much, when work was last moved. */
export class Memory {
  readonly learner: Learner;
  readonly usage = new Usage();
  /** When running work was last moved by a plan or a user. */
  lastPlanAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(learner: Learner) {
    this.learner = learner;
  }

  observe(before: Job, after: Job, event: JobEvent, servers: ReadonlyMap<ServerId, Server>): void {
    const on = placementOf(before) ?? placementOf(after);
    this.learner.observe(before, after, event, on && modelOf(on, servers));
    if (before.trainingSince !== null && after.serviceMillis > before.serviceMillis && on) {
      const { user } = before.spec;
      this.usage.add(user, "gpus", gpuCount(on), before.trainingSince, event.at);
      this.usage.add(user, "cores", coreCount(on), before.trainingSince, event.at);
    }
    this.lastPlanAt = Math.max(this.lastPlanAt, after.movedAt ?? Number.NEGATIVE_INFINITY);
  }

  restore(state: Partial<SchedulerState>): void {
    this.learner.restore(state.lessons ?? []);
    this.usage.restore(state.usage ?? []);
    for (const { movedAt } of state.jobs ?? [])
      this.lastPlanAt = Math.max(this.lastPlanAt, movedAt ?? Number.NEGATIVE_INFINITY);
  }

  takeChanges(): Pick<Changes, "lessons" | "usage"> {
    return { lessons: this.learner.takeChanges(), usage: this.usage.takeChanges() };
  }
}
