import { InvariantError } from "./errors.ts";
import type { Event, JobEvent, MigrationCause } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import { isEligible } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import type { Decision, Snapshot } from "./policy.ts";
import type { Placement } from "./server.ts";
import { gpuCount, samePlacement } from "./server.ts";
import type { Instant } from "./time.ts";

/** What to do so that the decision comes true. */
export interface Plan {
  readonly preempt: readonly JobId[];
  readonly migrate: readonly { readonly job: JobId; readonly to: Placement }[];
  readonly start: readonly { readonly job: JobId; readonly on: Placement }[];
}

/** The difference between what runs and what should. What cannot begin yet, since its room is not idle, is asked for again next round. */
export function reconcile(snapshot: Snapshot, { run }: Decision, ledger: Ledger, holding: Iterable<JobId>): Plan {
  const preempt: JobId[] = [];
  const migrate: { job: JobId; to: Placement }[] = [];
  const start: { job: JobId; on: Placement }[] = [];
  for (const id of holding) {
    const job = snapshot.jobs.get(id);
    if (job?.state.status !== "running") continue;
    const to = run.get(id);
    if (!to) preempt.push(id);
    else if (!samePlacement(job.state.on, to) && ledger.isIdle(to, id)) migrate.push({ job: id, to });
  }
  for (const [id, on] of run) {
    const job = snapshot.jobs.get(id);
    if (job && isEligible(job, snapshot.now) && ledger.isIdle(on, id)) start.push({ job: id, on });
  }
  return { preempt, migrate, start };
}

/** What no decision may break, whatever it optimises. It judges the packer, so it counts for itself. Throws InvariantError. */
export function checkDecision({ jobs, servers }: Snapshot, { run }: Decision): void {
  const gpuTaken = new Map<string, JobId>();
  const coreTaken = new Map<string, JobId>();
  const take = (taken: Map<string, JobId>, what: string, id: JobId): void => {
    const other = taken.get(what);
    if (other) throw new InvariantError(`${what} is given to ${other} and ${id}`);
    taken.set(what, id);
  };
  for (const [id, on] of run) {
    const job = jobs.get(id);
    if (!job) throw new InvariantError(`the decision names ${id}, which is not there to run`);
    const { gpus } = job.spec;
    const granted = gpuCount(on);
    if (granted < gpus.min || granted > gpus.max)
      throw new InvariantError(`${id} is given ${granted} GPUs, not ${gpus.min} to ${gpus.max}`);
    for (const share of on) {
      const server = servers.get(share.server);
      if (!server) throw new InvariantError(`${id} is placed on ${share.server}, which is not there`);
      if (job.state.status === "pending" && (server.health !== "up" || server.draining))
        throw new InvariantError(`${id} is placed on ${share.server}, which takes no new run`);
      for (const gpu of share.gpus) {
        if (job.state.status === "pending" && !server.gpus.some(({ id: known }) => known === gpu))
          throw new InvariantError(`${share.server} has no GPU ${gpu}`);
        take(gpuTaken, `GPU ${gpu}`, id);
      }
      for (const core of share.cores) take(coreTaken, `core ${core} of ${share.server}`, id);
    }
  }
}

/** The plan as events, in the order in which they must be observed: room is made before it is used. */
export function planEvents(plan: Plan, snapshot: Snapshot): Event[] {
  const at = snapshot.now;
  return [
    ...plan.preempt.map(
      (job) => ({ type: "JobPreempted", job, cause: "the policy gives its room to others", at }) as const,
    ),
    ...plan.migrate.map(({ job, to }) => migrationEvent(snapshot.jobs.get(job) as Job, to, "policy", at)),
    ...plan.start.map(({ job, on }) => {
      const { attempt, nextReason } = snapshot.jobs.get(job) as Job;
      return { type: "JobPlaced", job, on, attempt: attempt + 1, reason: nextReason, at } as const;
    }),
  ];
}

export const migrationEvent = (job: Job, to: Placement, cause: MigrationCause, at: Instant): JobEvent => ({
  type: "JobMigrated",
  job: job.id,
  to,
  migration: `${job.id}.m${job.migrationsBegun + 1}`,
  cause,
  at,
});
