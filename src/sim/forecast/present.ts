import type { Estimate } from "../../core/estimates.ts";
import type { Guards } from "../../core/guards.ts";
import type { Job } from "../../core/job.ts";
import { type Pool, poolOf } from "../../core/job-spec.ts";
import type { PolicySetting } from "../../core/policy.ts";
import type { Run } from "../../core/run.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { Server } from "../../core/server.ts";
import type { SchedulerState } from "../../core/state.ts";
import type { Instant, Millis } from "../../core/time.ts";

/** Speed by servers and size, both from 1, relative to one unit. */
export type SpeedTable = readonly (readonly number[])[];

/** What is believed of one job: an estimate as plain data. */
export interface Belief extends Omit<Estimate, "speedup"> {
  /** Place of its speed-up in `Present.speeds`. */
  readonly speed: number;
}

/** All that a forecast rests on, as plain data for another thread. Nothing in it is secret. */
export interface Present extends Omit<SchedulerState, "lessons"> {
  readonly now: Instant;
  readonly setting: PolicySetting;
  readonly guards: Guards;
  /** One for each job. */
  readonly beliefs: readonly Belief[];
  /** Jobs of one kind share theirs. */
  readonly speeds: readonly SpeedTable[];
  readonly services: Readonly<Record<Pool, readonly number[]>>;
  /** What a start takes, as the present runs had it. */
  readonly startMillis: Millis;
}

/** @param joining jobs that are not there, and are to be forecast as if they were */
export function presentOf(scheduler: Scheduler, now: Instant, joining: readonly Job[] = []): Present {
  const { setting, guards } = scheduler;
  const { estimates, usage } = scheduler.snapshot(now);
  const servers = [...scheduler.servers.values()];
  const jobs = [...scheduler.jobs.values(), ...joining];
  const runs = jobs.flatMap(({ id }) => scheduler.run(id) ?? []);
  const known = jobs.map((job) => estimates.of(job));
  const speeds = new Map<Estimate["speedup"], { readonly place: number; size: number; servers: number }>();
  const beliefs = known.map((estimate, i): Belief => {
    const { spec } = jobs[i] as Job;
    const { speedup, source, remainingSeconds, spread, restartSeconds, largestMeasured } = estimate; // it is not plain data
    const table = speeds.get(speedup) ?? { place: speeds.size, size: 1, servers: 1 };
    table.size = Math.max(table.size, Math.min(spec[poolOf(spec)].max * spec.servers.max, unitsOf(servers)));
    table.servers = Math.max(table.servers, Math.min(spec.servers.max, servers.length));
    speeds.set(speedup, table);
    return { source, remainingSeconds, spread, restartSeconds, largestMeasured, speed: table.place };
  });
  return {
    now,
    setting,
    guards,
    servers: servers.map((server) => ({ ...server, setup: {} })),
    jobs: jobs.map(lean),
    runs,
    migrations: jobs.flatMap(({ id }) => scheduler.migration(id) ?? []),
    usage: usage.rows(),
    beliefs,
    speeds: [...speeds].map(([speedup, { size, servers: most }]) =>
      Array.from({ length: most }, (_, i) => Array.from({ length: size }, (_, j) => speedup(j + 1, i + 1))),
    ),
    services: { gpus: estimates.services("gpus"), cores: estimates.services("cores") },
    startMillis: medianStart(runs),
  };
}

/** Without what no decision depends on: it need not be copied. */
const lean = (job: Job): Job => ({
  ...job,
  spec: { ...job.spec, command: [], env: {}, secretNames: [], labels: {} },
});

/** No job has more than there is. */
const unitsOf = (servers: readonly Server[]): number =>
  Math.max(
    1,
    servers.reduce((sum, { gpus, cores }) => sum + Math.max(gpus.length, cores), 0),
  );

function medianStart(runs: readonly Run[]): Millis {
  const took = runs
    .flatMap(({ placedAt, startedAt }) => (startedAt === null ? [] : [startedAt - placedAt]))
    .sort((a, b) => a - b);
  return took[took.length >> 1] ?? 0;
}
