import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Event, EventType } from "../core/event.ts";
import { isOver, type Job, type JobId, type JobStatus } from "../core/job.ts";
import type { Engine } from "../engine/engine.ts";
import { Names, Tally } from "./words.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SPANS = [1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY];

const STATUSES: readonly JobStatus[] = [
  "pending",
  "starting",
  "running",
  "paused",
  "preempting",
  "migrating",
  "cancelling",
  "completed",
  "failed",
  "cancelled",
];
/** After these a job may be over. */
const LAST: ReadonlySet<EventType> = new Set(["RunExited", "JobCancelled", "JobGivenUp"]);
/** So long the number of jobs on record may be behind: they may be many. */
const COUNTED_EVERY = 10_000;

/** What jobs there are, and what becomes of them. Counted from the event log as it grows. */
export class JobMetrics {
  readonly #engine: Engine;
  readonly #users = new Names();
  readonly #types = new Names();
  readonly #submitted;
  readonly #ended;
  readonly #userEnded;
  readonly #typeEnded;
  readonly #failures;
  readonly #started;
  readonly #preemptions;
  readonly #resizes;
  readonly #migrations;
  readonly #roundFailures;
  readonly #delay;
  readonly #completionTime;
  readonly #serviceTime;
  #counted: { readonly at: number; readonly jobs: Promise<ReadonlyMap<JobStatus, number>> } | null = null;

  constructor(registry: Registry, engine: Engine) {
    this.#engine = engine;
    const registers = [registry];
    const counter = <T extends string>(name: string, help: string, labelNames: T[] = []) =>
      new Counter({ name: `schedulearn_${name}`, help, labelNames, registers });
    const histogram = <T extends string>(name: string, help: string, labelNames: T[]) =>
      new Histogram({ name: `schedulearn_${name}`, help, labelNames, buckets: SPANS, registers });
    this.#submitted = counter("jobs_submitted_total", "Jobs that were submitted.");
    this.#ended = counter("jobs_ended_total", "Jobs that ended, by outcome and the policy in force.", [
      "outcome",
      "policy",
    ]);
    this.#userEnded = counter("user_jobs_ended_total", "Jobs that ended, by user and outcome.", ["user", "outcome"]);
    this.#typeEnded = counter("type_jobs_ended_total", "Jobs that ended, by type and outcome.", ["type", "outcome"]);
    this.#failures = counter("job_failures_total", "Jobs that failed, by where the cause lies and what it is.", [
      "origin",
      "code",
    ]);
    this.#started = counter("runs_started_total", "Runs that were given a place, by why they began.", ["reason"]);
    this.#preemptions = counter("preemptions_total", "Jobs that were told to give their room to others.");
    this.#resizes = counter("resizes_total", "Jobs that were given another size, in place or by a restart.", ["way"]);
    this.#migrations = counter("migrations_total", "Jobs that were told to move, by why.", ["cause"]);
    this.#roundFailures = counter(
      "round_failures_total",
      "Rounds whose decision was thrown away, since it was faulty.",
    );
    this.#delay = histogram("job_queueing_delay_seconds", "From a job's submission until it first trained.", [
      "policy",
    ]);
    this.#completionTime = histogram("job_completion_time_seconds", "From a job's submission to its end.", [
      "outcome",
      "policy",
    ]);
    this.#serviceTime = histogram("job_service_time_seconds", "All the time that a job trained.", [
      "outcome",
      "policy",
    ]);
    this.#gauges(registry);
  }

  /** Counts what was recorded. */
  async take(events: readonly Event[]): Promise<void> {
    for (const event of events) this.#count(event);
    const found = new Map<JobId, Job>();
    const wanted = new Set(events.flatMap((event) => (this.#isOfInterest(event) ? [event.job] : [])));
    for (const id of wanted) {
      const job = this.#engine.scheduler.job(id);
      if (job) found.set(id, job);
    }
    const others = [...wanted].filter((id) => !found.has(id));
    if (others.length > 0) for (const [id, job] of await this.#engine.queries.jobsById(others)) found.set(id, job);
    for (const event of events) if (this.#isOfInterest(event)) this.#countJob(event, found.get(event.job));
  }

  #isOfInterest(event: Event): event is Extract<Event, { readonly job: JobId }> {
    return LAST.has(event.type) || event.type === "RunStarted";
  }

  #count(event: Event): void {
    switch (event.type) {
      case "JobSubmitted":
        return this.#submitted.inc();
      case "JobPlaced":
        return this.#started.inc({ reason: event.reason });
      case "JobPreempted":
        return this.#preemptions.inc();
      case "JobResized":
        return this.#resizes.inc({ way: event.live ? "live" : "restart" });
      case "JobMigrated":
        return this.#migrations.inc({ cause: event.cause });
      case "RoundFailed":
        return this.#roundFailures.inc();
    }
  }

  #countJob(event: Event, job: Job | undefined): void {
    const { policy } = this.#engine.scheduler.setting;
    if (!job) return; // deleted
    if (event.type === "RunStarted") {
      if (job.firstStartedAt === event.at) this.#delay.observe({ policy }, (event.at - job.submittedAt) / 1000);
      return;
    }
    if (!isOver(job) || !("at" in job.state) || job.state.at !== event.at) return;
    const { status: outcome, cause, at } = job.state;
    this.#ended.inc({ outcome, policy });
    this.#userEnded.inc({ user: this.#users.of(job.spec.user), outcome });
    this.#typeEnded.inc({ type: this.#types.of(job.spec.type), outcome });
    if (outcome === "failed" && cause) this.#failures.inc({ origin: cause.origin, code: cause.code });
    this.#completionTime.observe({ outcome, policy }, (at - job.submittedAt) / 1000);
    this.#serviceTime.observe({ outcome, policy }, job.serviceMillis / 1000);
  }

  #gauges(registry: Registry): void {
    const registers = [registry];
    const { scheduler, clock } = this.#engine;
    const unfinished = () => [...scheduler.jobs.values()].filter((job) => !isOver(job));
    const recorded = () => this.#recorded();
    const [users, types] = [this.#users, this.#types];
    new Gauge({
      name: "schedulearn_jobs",
      help: "Jobs on record, by status.",
      labelNames: ["status"],
      registers,
      async collect() {
        const counts = await recorded();
        for (const status of STATUSES) this.set({ status }, counts.get(status) ?? 0);
      },
    });
    new Gauge({
      name: "schedulearn_user_jobs",
      help: "Jobs that are not over, by user, and whether they wait or hold a place.",
      labelNames: ["user", "state"],
      registers,
      collect() {
        const tally = new Tally<"user" | "state">();
        for (const job of unfinished()) tally.add({ user: users.of(job.spec.user), state: stateOf(job) });
        tally.into(this);
      },
    });
    new Gauge({
      name: "schedulearn_type_jobs",
      help: "Jobs that are not over, by type, and whether they wait or hold a place.",
      labelNames: ["type", "state"],
      registers,
      collect() {
        const tally = new Tally<"type" | "state">();
        for (const job of unfinished()) tally.add({ type: types.of(job.spec.type), state: stateOf(job) });
        tally.into(this);
      },
    });
    new Gauge({
      name: "schedulearn_queue_jobs",
      help: "Jobs that wait, by what for: room, other jobs, a while after a failure, or their user.",
      labelNames: ["waits_for"],
      registers,
      collect() {
        const tally = new Tally<"waits_for">();
        for (const waitsFor of ["room", "jobs", "retry", "user"]) tally.add({ waits_for: waitsFor }, 0);
        for (const job of unfinished()) {
          const waitsFor = waitOf(job, clock.now());
          if (waitsFor) tally.add({ waits_for: waitsFor });
        }
        tally.into(this);
      },
    });
    new Gauge({
      name: "schedulearn_queue_oldest_wait_seconds",
      help: "How long the job has waited for room that has waited for the longest; 0 when none does.",
      registers,
      collect() {
        const now = clock.now();
        const waits = unfinished().map((job) =>
          waitOf(job, now) === "room" && job.state.status === "pending" ? now - job.state.since : 0,
        );
        this.set(waits.reduce((longest, wait) => Math.max(longest, wait), 0) / 1000);
      },
    });
  }

  #recorded(): Promise<ReadonlyMap<JobStatus, number>> {
    const now = this.#engine.clock.now();
    if (!this.#counted || this.#counted.at < now - COUNTED_EVERY)
      this.#counted = { at: now, jobs: this.#engine.queries.jobCounts() };
    return this.#counted.jobs;
  }
}

const stateOf = ({ state }: Job): string => (state.status === "pending" ? "waiting" : "placed");

function waitOf({ state, blockedBy, ...job }: Job, now: number): string | null {
  if (state.status !== "pending") return null;
  if (state.held) return "user";
  if (blockedBy.length > 0 || "awaitsTurn" in job) return "jobs";
  return state.notBefore > now ? "retry" : "room";
}
