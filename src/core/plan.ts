import type { Event, JobEvent, MigrationCause } from "./event.ts";
import type { Grounds } from "./grounds.ts";
import type { Holdings } from "./holdings.ts";
import type { Job, JobId } from "./job.ts";
import { isEligible, isSuspended } from "./job.ts";
import { mayFreeze, poolOf } from "./job-spec.ts";
import type { Ledger } from "./ledger.ts";
import type { Decision, Snapshot } from "./policy.ts";
import type { Placement } from "./server.ts";
import { coreCount, gpuCount, leadServer, samePlacement, sameServers, sizeOn } from "./server.ts";
import type { Instant } from "./time.ts";

interface MigrationPlan {
  readonly job: JobId;
  readonly to: Placement;
  readonly cause: MigrationCause;
  readonly makesRoomFor?: JobId;
}

/** What to do so that the decision comes true, in the order in which it must be observed: room is made before it is used. */
export interface Plan {
  /** Frozen: cheap, and their memory stays. */
  readonly pause: readonly JobId[];
  readonly preempt: readonly JobId[];
  readonly migrate: readonly MigrationPlan[];
  readonly resize: readonly { readonly job: JobId; readonly to: Placement; readonly live: boolean }[];
  readonly unpause: readonly { readonly job: JobId; readonly on: Placement }[];
  readonly start: readonly { readonly job: JobId; readonly on: Placement }[];
}

type Building = { -readonly [K in keyof Plan]: Plan[K][number][] };

/** The difference between what runs and what should. What cannot begin yet, since its room is not idle, is asked for again next round. */
export function reconcile(snapshot: Snapshot, decision: Decision, ledger: Ledger, { all }: Holdings): Plan {
  const { jobs, guard, servers } = snapshot;
  const plan: Building = { pause: [], preempt: [], migrate: [], resize: [], unpause: [], start: [] };
  const budget = new Transitions(snapshot, all.values());
  for (const id of decision.changed) {
    const job = jobs.get(id);
    if (job?.state.status !== "running") continue;
    const to = decision.run.get(id);
    if (!to) {
      if (mayFreeze(job.spec) && guard.settings.pauseCores && !isFixed(job.state.on)) plan.pause.push(id);
      else if (!guard.rests(job) && budget.take()) plan.preempt.push(id);
    } else if (!samePlacement(job.state.on, to)) changePlace(job, job.state.on, to);
  }
  for (const id of decision.changed) {
    const [job, on] = [jobs.get(id), decision.run.get(id)];
    if (!job || !on || job.state.status === "running" || !ledger.isIdle(on, id)) continue;
    if (isSuspended(job)) plan.unpause.push({ job: id, on });
    else if (isEligible(job, snapshot.now) && budget.take()) plan.start.push({ job: id, on });
  }
  return plan;

  /** Its cores stay as they are while it runs, since an engine can do no other. */
  function isFixed(on: Placement): boolean {
    return on.some(({ server }) => servers.get(server)?.engine?.fixedCores !== undefined);
  }

  function changePlace(job: Job, on: Placement, to: Placement): void {
    const { id, spec } = job;
    if (!ledger.isIdle(to, id)) return;
    const size = sizeOn(to, poolOf(spec));
    const grows = size > sizeOn(on, poolOf(spec));
    if (leadServer(on) !== leadServer(to)) {
      const makesRoomFor = decision.defragments.get(id);
      const cause = makesRoomFor === undefined ? "policy" : "defragmentation";
      if (grows && !guard.isWorthMigrating(job, size)) return;
      if (!guard.rests(job) && budget.takeMigration())
        plan.migrate.push({ job: id, to, cause, ...(makesRoomFor && { makesRoomFor }) });
      return;
    }
    const live = canResizeLive(job, on, to) && !isFixed(on);
    if (!live && grows && !guard.isWorthResizing(job, size)) return;
    if (live || (!guard.rests(job) && budget.take())) plan.resize.push({ job: id, to, live });
  }
}

/** In place: the program is told of its GPUs if it wants to be; cores change under any program that is elastic at all. */
function canResizeLive({ spec, state }: Job, on: Placement, to: Placement): boolean {
  if (state.status !== "running" || state.leaving !== null || spec.elasticity === "none") return false;
  if (!sameServers(on, to)) return false;
  return spec.elasticity === "live" || on.every(({ gpus }, i) => sameGpus(gpus, to[i]?.gpus ?? []));
}

const sameGpus = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((gpu) => b.includes(gpu));

/** How much more may be set in motion. What is under way is counted when the first is asked for: most rounds move nothing. */
class Transitions {
  readonly #snapshot: Snapshot;
  readonly #holding: Iterable<Job>;
  #left: { jobs: number; migrations: number } | null = null;

  constructor(snapshot: Snapshot, holding: Iterable<Job>) {
    this.#snapshot = snapshot;
    this.#holding = holding;
  }

  take(): boolean {
    this.#left ??= this.#count();
    return this.#left.jobs-- > 0;
  }
  takeMigration(): boolean {
    this.#left ??= this.#count();
    return this.#left.migrations-- > 0 && this.take();
  }

  #count(): { jobs: number; migrations: number } {
    const { servers, guard } = this.#snapshot;
    const { maxTransitions: jobs, maxConcurrentMigrations: migrations } = guard.settings;
    const left = { jobs, migrations };
    if (jobs === Number.POSITIVE_INFINITY && migrations === Number.POSITIVE_INFINITY) return left;
    for (const { state } of this.#holding) {
      // What is stuck on a server that is down costs nothing, and may be so for days.
      if ("on" in state && servers.get(leadServer(state.on))?.health === "down") continue;
      if (state.status === "starting" || state.status === "preempting" || state.status === "migrating") left.jobs--;
      if (state.status === "migrating" && state.reason === "migrated") left.migrations--;
    }
    return left;
  }
}

/** The plan as events. */
export function planEvents(plan: Plan, { jobs, now: at }: Snapshot, grounds: Grounds | null = null): Event[] {
  const jobOf = (id: JobId): Job => jobs.get(id) as Job;
  return [
    ...plan.pause.map((job) => ({ type: "JobPaused", job, by: "policy", ...grounds?.ofRoom(jobOf(job)), at }) as const),
    ...plan.preempt.map((job) => {
      const cause = "the policy gives its room to others";
      return { type: "JobPreempted", job, cause, ...grounds?.ofRoom(jobOf(job)), at } as const;
    }),
    ...plan.migrate.map(({ job, to, cause, ...rest }) => {
      const gain = grounds?.ofSize(jobOf(job), to);
      return { ...migrationEvent(jobOf(job), to, cause, at), ...rest, ...gain } as JobEvent;
    }),
    ...plan.resize.map(({ job, to, live }) => {
      const gain = { ...grounds?.ofRoom(jobOf(job), to), ...grounds?.ofSize(jobOf(job), to) };
      return { type: "JobResized", job, to, live, cause: resizeCause(jobOf(job), to), ...gain, at } as const;
    }),
    ...plan.unpause.map(({ job, on }) => ({ type: "JobResumed", job, on, at }) as const),
    ...plan.start.map(({ job, on }) => {
      const { attempt, nextReason } = jobOf(job);
      const because = grounds?.ofPlace(job);
      return { type: "JobPlaced", job, on, attempt: attempt + 1, reason: nextReason, ...because, at } as const;
    }),
  ];
}

function resizeCause({ state }: Job, to: Placement): string {
  const before = "on" in state ? state.on : [];
  const grows = gpuCount(to) + coreCount(to) > gpuCount(before) + coreCount(before);
  return grows ? "the policy gives it what is free" : "the policy gives a part of its room to others";
}

export const migrationEvent = (
  job: Job,
  to: Placement,
  cause: MigrationCause,
  at: Instant,
  live = false,
): JobEvent => ({
  type: "JobMigrated",
  job: job.id,
  to,
  migration: `${job.id}.m${job.migrationsBegun + 1}`,
  cause,
  ...(live && { live }),
  at,
});
