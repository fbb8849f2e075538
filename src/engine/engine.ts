import { auditGpus } from "../core/audit.ts";
import type { Changes } from "../core/changes.ts";
import { DomainError, domainError } from "../core/errors.ts";
import type { Event, EventType } from "../core/event.ts";
import type { JobId } from "../core/job.ts";
import { isOver, jobNumber } from "../core/job.ts";
import { lostAt } from "../core/lost.ts";
import { runId } from "../core/run.ts";
import { Scheduler } from "../core/scheduler.ts";
import { conditionOf, type ServerId } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { Driver } from "../drivers/driver.ts";
import type { Batch, Recorded } from "../store/event-log.ts";
import { lastSeq, readEvents, record } from "../store/event-log.ts";
import type { JobLogs } from "../store/job-logs.ts";
import { Queries } from "../store/queries.ts";
import { PROGRESS_KEPT_WHOLE, progressThinnedTo, thinProgress } from "../store/retention.ts";
import type { SecretRow } from "../store/rows.ts";
import { lastJobNumber, runSecret } from "../store/settings.ts";
import { recordBoot } from "../store/turns.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { Feed } from "./feed.ts";
import type { GpuWatch } from "./gpu-watch.ts";
import type { Answer, EngineOptions } from "./options.ts";
import type { Reaper } from "./reaper.ts";
import { Searches } from "./searches.ts";
import { Surroundings } from "./surroundings.ts";
import { rowsOf, takeIn } from "./take-in.ts";

/** A transaction that fails (a full disk) is tried again so often; nothing is acted on until it succeeds. */
const RECORD_RETRY: Millis = 1_000;

/** News that no decision depends on: by itself it is recorded without a round. */
const PASSIVE: ReadonlySet<EventType> = new Set([
  "RunProgressed",
  "CheckpointSaved",
  "CheckpointCarried",
  "CheckpointBackedUp",
]);
/** What passes: somebody else is writing, the disk is full or away. Everything else would fail for ever. */
const PASSING = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|NOMEM|READONLY|PROTOCOL)/;

/** How often old progress is thinned. */
const THIN_EVERY: Millis = 600_000;

interface Waiting {
  ask(scheduler: Scheduler, now: Instant): Answer;
  done(): void;
  refuse(error: unknown): void;
}

/**
 * The live loop, and the only one that awaits. A turn: take the news in, answer the requests, hold a round, record all of it in
 * one transaction, and only then tell drivers, followers and callers.
 */
export class Engine {
  readonly feed: Feed;
  readonly logs: JobLogs;
  readonly queries: Queries;
  readonly #options: EngineOptions;
  readonly #scheduler: Scheduler;
  readonly #searches: Searches;
  readonly #around: Surroundings;
  #inbox: Event[] = [];
  #requests: Waiting[] = [];
  #seq: number;
  #jobNumber: number;
  #turning: Promise<void> | null = null;
  #alarmRang = false;
  #alarm: Cancel = () => {};
  #closing = false;
  #thinnedTo = 0;
  #thinning: Cancel = () => {};
  /** Why nothing can be recorded at present; null when all is well. */
  #trouble: string | null = null;

  private constructor(
    options: EngineOptions,
    scheduler: Scheduler,
    searches: Searches,
    secret: string,
    seq: number,
    lastNumber: number,
  ) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#searches = searches;
    this.#seq = seq;
    this.#jobNumber = lastNumber;
    this.logs = options.logs;
    this.queries = new Queries(options.store);
    this.feed = new Feed((after, limit, filter) => readEvents(options.store, after, limit, filter), seq);
    this.#around = new Surroundings(options, {
      scheduler,
      queries: this.queries,
      secret,
      tell: (event) => this.#tell(event),
      request: (ask) => this.request(ask),
      wasGiven: (id) => jobNumber(id) <= this.#jobNumber,
    });
  }

  /** Takes up what the database knows. The servers are not connected yet: see `connect`. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { store, resolve, setting, clock, guards, learner, lostAfterMillis = Number.POSITIVE_INFINITY } = options;
    const queries = new Queries(store);
    const searches = new Searches(clock);
    const scheduler = new Scheduler(resolve, setting, {
      guards,
      learner,
      lostAfterMillis,
      ports: options.ports,
      effort: () => searches.effort(),
      notesGrounds: true,
    });
    const [seq, now] = [await lastSeq(store), clock.now()];
    takeIn(scheduler, await rowsOf(queries), now);
    await recordBoot(store, seq, now, {
      setting,
      guards,
      ...(Number.isFinite(lostAfterMillis) && { lostAfterMillis }),
    });
    const kept = await queries.existing(options.logs.jobs());
    for (const id of options.logs.jobs()) if (!kept.has(id)) options.logs.remove(id); // a deletion that a crash cut short
    return new Engine(options, scheduler, searches, await runSecret(store), seq, await lastJobNumber(store));
  }

  /** Present state, to look at. Whoever wants to change it makes a `request`. */
  get scheduler(): Scheduler {
    return this.#scheduler;
  }
  /** Of the servers that are connected. */
  get drivers(): ReadonlyMap<ServerId, Driver> {
    return this.#around.fleet.drivers();
  }
  get gpus(): GpuWatch {
    return this.#around.gpus;
  }
  get reaper(): Reaper {
    return this.#around.reaper;
  }
  get checkpoints(): Checkpoints {
    return this.#around.checkpoints;
  }
  get cluster(): string {
    return this.#options.cluster;
  }
  get clock(): Clock {
    return this.#options.clock;
  }
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Progress events up to this sequence number are not all there any more: one a minute is. */
  get progressThinnedTo(): number {
    return this.#thinnedTo;
  }

  /** Connects every server that is known; resolves when each has answered or failed once. */
  async connect(): Promise<void> {
    this.#thinnedTo = await progressThinnedTo(this.#options.store);
    this.#thinLater();
    await this.#around.start();
    await this.settled();
  }

  /** `job-<n>`, never given before; a number is used up when a job is submitted with it. */
  nextJobId(): JobId {
    return `job-${this.#jobNumber + 1}`;
  }

  /**
   * Has `ask` answered in the next turn, between two facts, so that what it sees is what is recorded. Resolves when its events
   * are on the disk; rejects with what `ask` throws, and then nothing has changed.
   */
  request(ask: Waiting["ask"]): Promise<void> {
    if (this.#closing) return Promise.reject(domainError("UNREACHABLE", "the server is shutting down"));
    if (this.#trouble)
      return Promise.reject(domainError("UNREACHABLE", `nothing can be recorded at present: ${this.#trouble}`));
    return new Promise((done, refuse) => {
      this.#requests.push({ ask, done, refuse });
      this.#wake();
    });
  }

  /** Has all the output of this job been read, as far as there is any? */
  isDrained(job: JobId): boolean {
    return !this.#around.output.isReading(job);
  }

  /** Is the job over (or gone) and all that it told published? Whoever reads on after a yes has read everything. */
  async hasEnded(job: JobId): Promise<boolean> {
    await this.#turning; // what a turn observes is published at its end
    return !this.#scheduler.jobs.has(job) && this.isDrained(job);
  }

  /** Resolves when all that was told until now is recorded. */
  async settled(): Promise<void> {
    while (this.#turning !== null || this.#inbox.length > 0 || this.#requests.length > 0)
      await (this.#turning ?? new Promise((resolve) => setImmediate(resolve)));
  }

  /** Stops the loop; runs go on, and the next server adopts them. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#alarm();
    this.#thinning();
    await this.#around.close();
    await this.settled();
    this.#alarm();
    this.logs.closeAll();
    this.feed.wake();
  }

  #thinLater(): void {
    const { clock, store, log } = this.#options;
    this.#thinning = clock.at(clock.now() + THIN_EVERY, () => {
      thinProgress(store, clock.now() - PROGRESS_KEPT_WHOLE).then(
        (to) => {
          this.#thinnedTo = to;
        },
        (error) => log("warn", "old progress could not be thinned", { error: String(error) }),
      );
      this.#thinLater();
    });
  }

  #tell(event: Event): void {
    this.#inbox.push(event);
    this.#wake();
  }

  #wake(): void {
    if (this.#turning !== null) return;
    this.#turning = new Promise((resolve) => setImmediate(resolve))
      .then(() => this.#turn())
      .catch((error) => this.#options.log("error", "a turn failed", { error: String(error) }))
      .finally(() => {
        this.#turning = null;
        if (this.#inbox.length > 0 || this.#requests.length > 0) this.#wake();
      });
  }

  async #turn(): Promise<void> {
    const { clock } = this.#options;
    const now = clock.now();
    const events: Event[] = [];
    for (const event of this.#inbox.splice(0)) if (this.#observe(event)) events.push(event);

    const answered: Waiting[] = [];
    const secrets: SecretRow[] = [];
    for (const waiting of this.#requests.splice(0)) {
      try {
        const answer = waiting.ask(this.#scheduler, now);
        for (const event of answer.events) {
          if (this.#scheduler.observe(event)) events.push(event);
          if (event.type === "JobSubmitted") this.#jobNumber = Math.max(this.#jobNumber, jobNumber(event.job));
        }
        secrets.push(...(answer.secrets ?? []));
        answered.push(waiting);
      } catch (error) {
        if (!(error instanceof DomainError)) this.#options.log("error", "a request failed", { error: String(error) });
        waiting.refuse(error);
      }
    }

    const isQuiet = answered.length === 0 && events.every(({ type }) => PASSIVE.has(type));
    this.#searches.takeCuts(); // of those that only looked
    const began = performance.now();
    const round = isQuiet && !this.#alarmRang ? null : this.#scheduler.round(now);
    if (round) this.#options.timed?.("round", performance.now() - began);
    if (round) this.#audit(now);
    const cuts = this.#searches.takeCuts();
    this.#alarmRang = false;
    events.push(...(round?.events ?? []));
    const recorded = events.map((event): Recorded => ({ seq: ++this.#seq, event }));
    const changes = this.#scheduler.takeChanges();
    const held = round && { at: now, decided: round.events.length, cuts };
    if (recorded.length > 0) await this.#record({ events: recorded, changes, secrets, round: held });
    if (round) this.#setAlarm(round.wakeAt);

    this.feed.publish(recorded);
    for (const { done } of answered) done();
    for (const command of round?.commands ?? []) this.#guard(() => this.#around.fleet.execute(command));
    for (const { event } of recorded) this.#guard(() => this.#actOn(event, changes));
    for (const { event } of recorded) this.#forget(event);
  }

  /** What the books say of GPUs is checked after each round; one of which they disagree is given to nobody any more. */
  #audit(at: Instant): void {
    const { jobs, ledger, servers } = this.#scheduler;
    for (const { server, gpu, message } of auditGpus(jobs.values(), ledger.rooms)) {
      const known = servers.get(server)?.gpus.find(({ id }) => id === gpu);
      if (!known || known.fault !== undefined) continue; // it was told before
      this.#options.log("error", "the owner of a GPU is in doubt", { server, gpu, message });
      this.#tell({ type: "GpuStateChanged", server, gpu, ...conditionOf(known), fault: message, at });
    }
  }

  #setAlarm(wakeAt: Instant | null): void {
    this.#alarm();
    if (wakeAt === null || this.#closing) return;
    this.#alarm = this.#options.clock.at(wakeAt, () => {
      this.#alarmRang = true;
      this.#wake();
    });
  }

  /** What goes wrong with one consequence of a turn keeps none of the others from happening. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.log("error", "a consequence failed", { error: String(error) });
    }
  }

  #observe(event: Event): boolean {
    try {
      return this.#scheduler.observe(event);
    } catch (error) {
      // The core refused it whole, so its state is as before: what cannot be is not recorded, and the loop goes on.
      this.#options.log("error", "an impossible event was dropped", { event: event.type, error: String(error) });
      return false;
    }
  }

  async #record(batch: Batch): Promise<void> {
    for (;;) {
      const began = performance.now();
      try {
        await record(this.#options.store, batch);
        this.#options.timed?.("record", performance.now() - began);
        if (this.#trouble) this.#options.log("info", "recording works again");
        this.#trouble = null;
        return;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        if (!PASSING.test(String((error as { code?: unknown }).code))) {
          this.#options.fatal(error);
          await new Promise(() => {}); // nothing may be acted on any more
        }
        this.#options.log("error", "cannot record; nothing is done until it works again", { error: this.#trouble });
        for (const { refuse } of this.#requests.splice(0))
          refuse(domainError("UNREACHABLE", `nothing can be recorded at present: ${this.#trouble}`));
        await new Promise<void>((resolve) => this.#options.clock.at(this.#options.clock.now() + RECORD_RETRY, resolve));
      }
    }
  }

  /** What follows from a recorded fact and is no command to a run. */
  #actOn(event: Event, { runs }: Changes): void {
    if (event.type === "ServerJoined") void this.#around.fleet.rejoin(event.joined);
    else if (event.type === "ServerRemoved") void this.#around.fleet.leave(event.server);
    else if (event.type === "JobDeleted") {
      void this.#around.output.drop(event.job).then(() => this.logs.remove(event.job));
      void this.checkpoints.drop(event.job);
    } else if (event.type === "RunExited") {
      const run = runs.find(({ id }) => id === runId(event.job, event.attempt));
      if (!run) return;
      // What it may print yet where nobody reaches it is not stored.
      for (const { server } of run.on)
        if (this.#isLost(server)) this.#around.output.giveUp(run.job, run.attempt, server);
      this.#around.fleet.reap(run);
    }
  }

  #isLost(id: ServerId): boolean {
    const server = this.#scheduler.servers.get(id);
    const at = server ? lostAt(server, this.#scheduler) : null;
    return at !== null && at <= this.#options.clock.now();
  }

  #forget(event: Event): void {
    if (!("job" in event)) return;
    const job = this.#scheduler.job(event.job);
    if (job && isOver(job)) this.#scheduler.forget(job.id);
    if (!this.#scheduler.jobs.has(event.job)) this.logs.wake(event.job); // its followers may be done
  }
}
