import { presentOrder, type RunOrder } from "../../core/command.ts";
import type { Event, EventType } from "../../core/event.ts";
import { isOver, type Job, type JobId, jobNumber, placementOf } from "../../core/job.ts";
import { poolOf } from "../../core/job-spec.ts";
import type { PolicySetting, ResolvePolicy } from "../../core/policy.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { leadServer, type ServerId, sizeOn } from "../../core/server.ts";
import type { Instant } from "../../core/time.ts";
import type { Costs } from "../../drivers/simulated.ts";
import { checkpointKey, SimulatedRun, type SimulatedWorld, simulatedWorld } from "../../drivers/simulated-world.ts";
import { type Beginning, Simulation } from "../simulation.ts";
import type { SimulatedJob } from "../workload.ts";
import { Believed, speedupOf } from "./believed.ts";
import type { Draws } from "./draws.ts";
import type { Belief, Present } from "./present.ts";

/** From then on it trains: a job that was frozen goes on without a start. */
const STARTS: ReadonlySet<EventType> = new Set(["RunStarted", "JobResumed"]);
/** So many instants are gone through before the time is looked at. */
const SLICE = 64;

/** What became of one job in one run. */
export interface Fate {
  startedAt: Instant | null;
  server: ServerId | null;
  size: number | null;
  endedAt: Instant | null;
  hasCompleted: boolean;
  /** Why it was given up; null if it was not. */
  problem: string | null;
}

export interface FutureOptions {
  readonly present: Present;
  readonly setting: PolicySetting;
  readonly resolve: ResolvePolicy;
  readonly draws: Draws;
  /** Which of the draws. */
  readonly run: number;
  /** Whose fate is wanted. */
  readonly jobs: readonly JobId[];
  readonly until: Instant;
  /** Is there no more time to compute in? */
  isLate(): boolean;
}

/**
 * Plays the present through, once: the scheduler that runs live, over simulated servers on which each job turns out to be as much work as was drawn.
 * @returns the fates of the jobs; null when it is late
 */
export function playThrough(options: FutureOptions): ReadonlyMap<JobId, Fate> | null {
  const truth = truths(options);
  const { present, setting, resolve, jobs, until, isLate } = options;
  const fates = new Map(jobs.map((id) => [id, newFate()]));
  let [open, now] = [fates.size, present.now];
  const observer = (event: Event, scheduler: Scheduler): void => {
    now = event.at;
    if (!("job" in event) || now > until) return;
    const fate = fates.get(event.job);
    if (!fate) return;
    const job = scheduler.job(event.job);
    if (STARTS.has(event.type) && fate.startedAt === null && job?.state.status === "running") start(fate, job, now);
    else if (fate.endedAt === null && (!job || isOver(job))) {
      end(fate, job, now);
      open--;
    }
  };
  const simulation = new Simulation({
    servers: present.servers,
    jobs: truth,
    setting,
    resolve,
    guards: present.guards,
    costs: costsOf(present),
    spreadSpeed: 1,
    learner: new Believed(present),
    reports: false,
    observer,
    beginning: beginningOf(present, truth),
  });
  while (open > 0 && now <= until && simulation.run(SLICE)) if (isLate()) return null;
  return fates;
}

const newFate = (): Fate => ({
  startedAt: null,
  server: null,
  size: null,
  endedAt: null,
  hasCompleted: false,
  problem: null,
});

function start(fate: Fate, job: Job, at: Instant): void {
  const on = placementOf(job);
  fate.startedAt = at;
  fate.server = on && leadServer(on);
  fate.size = on && sizeOn(on, poolOf(job.spec));
}

function end(fate: Fate, job: Job | undefined, at: Instant): void {
  fate.endedAt = at;
  fate.hasCompleted = job?.state.status === "completed";
  fate.problem = job && "cause" in job.state ? (job.state.cause?.message ?? null) : null;
}

/** A job of which nothing is known does not end as far as is looked, however fast it is. */
function truths({ present, draws, run, until }: FutureOptions): SimulatedJob[] {
  const speeds = present.speeds.map((table) => {
    const speed = speedupOf(table);
    const endlessMillis = 2 * (until - present.now) * Math.max(...table.flat());
    return { largest: table[0]?.length ?? 1, speed, envelope: speed, endlessMillis };
  });
  return present.jobs.map((job, i): SimulatedJob => {
    const belief = present.beliefs[i] as Belief;
    const speed = speeds[belief.speed] as (typeof speeds)[number];
    const { source, remainingSeconds, spread } = belief;
    const kind = source === "progress" ? null : `${source} ${job.spec.type}`;
    const workMillis =
      remainingSeconds === null
        ? speed.endlessMillis
        : remainingSeconds * 1000 * draws.factor(run, jobNumber(job.id), spread, kind);
    return { id: job.id, name: job.id, submitAt: job.submittedAt, spec: job.spec, workMillis, speed, steps: null };
  });
}

/** A job that has never trained starts as others did; every other start takes what the job's restarts are believed to take. */
function costsOf({ jobs, beliefs, startMillis }: Present): (run: RunOrder) => Costs {
  const first: Costs = { startMillis };
  const untrained = new Set(jobs.filter(({ firstStartedAt }) => firstStartedAt === null).map(({ id }) => id));
  const restarts = new Map(
    jobs.map(({ id }, i) => [id, { startMillis: (beliefs[i] as Belief).restartSeconds * 1000 }] as const),
  );
  const isFirst = ({ job, reason }: RunOrder): boolean =>
    reason === "submitted" || (untrained.has(job) && (reason === "retried" || reason === "recovered"));
  return (run) => (isFirst(run) ? first : (restarts.get(run.job) ?? first));
}

/** The work of each job begins with what is left of it. */
function beginningOf(present: Present, truth: readonly SimulatedJob[]): Beginning {
  const { now, servers, jobs, runs, migrations, usage } = present;
  const world = simulatedWorld();
  for (const [i, job] of jobs.entries()) {
    if (job.checkpoint) world.checkpoints.set(checkpointKey(job.id, job.checkpoint), 0);
    if ("on" in job.state && job.state.status !== "starting") addRun(world, job, truth[i] as SimulatedJob, now);
  }
  return { now, state: { servers, jobs, runs, migrations, usage }, world };
}

/** What a run in the course of its life comes to when drivers are told of it again. */
function addRun(world: SimulatedWorld, job: Job, { workMillis, speed }: SimulatedJob, now: Instant): void {
  const order = presentOrder(job);
  const run = new SimulatedRun(order, order, 0);
  if (job.state.status === "paused") run.phase = "paused";
  else {
    run.phase = "running";
    run.work(now, workMillis / speed.speed(sizeOn(order.on, poolOf(job.spec)), order.on.length));
    run.next = { turn: "end", at: run.reaches(1) };
  }
  const server = leadServer(order.on);
  const runs = world.servers.get(server) ?? new Map<string, SimulatedRun>();
  world.servers.set(server, runs.set(`${job.id}/${job.attempt}`, run));
}
