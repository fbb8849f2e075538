import { Batches } from "./batch.ts";
import { type Changes, newDirt } from "./changes.ts";
import { decide } from "./check-decision.ts";
import type { Cluster } from "./cluster.ts";
import type { Command } from "./command.ts";
import { commandsFor } from "./command.ts";
import { drainMoves } from "./drain.ts";
import { duties, needsWatching } from "./duties.ts";
import { InvariantError } from "./errors.ts";
import { Declared, type Learner } from "./estimates.ts";
import type { Event, JobEvent, ServerEvent } from "./event.ts";
import { faultMoves } from "./fault-moves.ts";
import { Grounds } from "./grounds.ts";
import { Guard, type Guards, NO_GUARDS } from "./guards.ts";
import { History } from "./history.ts";
import { Holdings } from "./holdings.ts";
import type { Job, JobId } from "./job.ts";
import { bySubmission, heldBy, isOver, withoutServer } from "./job.ts";
import { Ledger } from "./ledger.ts";
import { Memory } from "./memory.ts";
import type { Migration } from "./migration.ts";
import { newJob } from "./new-job.ts";
import { Packer } from "./packer.ts";
import type { Effort } from "./packing.ts";
import { planEvents, reconcile } from "./plan.ts";
import type { Decision, PolicySetting, ResolvePolicy, Snapshot } from "./policy.ts";
import { Pools } from "./pool.ts";
import { withPorts } from "./ports.ts";
import type { Run } from "./run.ts";
import type { Server, ServerId } from "./server.ts";
import { leadServer } from "./server.ts";
import { serverAfter } from "./server-facts.ts";
import { isStale } from "./stale.ts";
import type { SchedulerOptions, SchedulerState } from "./state.ts";
import type { Instant, Millis } from "./time.ts";
import { transition } from "./transition.ts";

/** Without a clock a search is bounded by its steps alone, so that the same state gives the same decision. */
const SEARCH_STEPS = 500;

/** What came of one round: to be recorded first, then told to the drivers, in that order. */
export interface Round {
  readonly events: readonly Event[];
  readonly commands: readonly Command[];
  /** When to hold the next round though nothing happens until then. */
  readonly wakeAt: Instant | null;
}

/** Facts in by `observe`, decisions out by `round`. It does no I/O and reads no clock. */
export class Scheduler {
  readonly resolve: ResolvePolicy;
  readonly memory: Memory;
  readonly #effort: () => Effort;
  readonly #notesGrounds: boolean;
  readonly guards: Guards;
  readonly lostAfterMillis: Millis;
  /** In the order of submission: a Map keeps its order when a value is replaced. */
  readonly #jobs = new Map<JobId, Job>();
  readonly #over = new Map<JobId, Job>();
  readonly holdings = new Holdings();
  readonly #servers = new Map<ServerId, Server>();
  readonly #history = new History();
  readonly ledger: Ledger;
  readonly batches = new Batches();
  readonly #pools = new Pools(this.#servers);
  /** Jobs that something other than the policy may have to be done about: see `duties`. */
  readonly #watched = new Set<JobId>();
  /** Jobs that ended since the last round. */
  #ended: Job[] = [];
  #newest: Job | null = null;
  #setting: PolicySetting;
  /** On which a job was placed last. */
  lastServer: ServerId | null = null;
  #lastFailure: string | null = null;
  #outbox: Command[] = [];
  #dirty = newDirt();
  /** Counts the facts taken in: as long as it is the same, so is everything else. */
  version = 0;
  #takenInAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(resolve: ResolvePolicy, setting: PolicySetting, options: SchedulerOptions = {}) {
    this.resolve = resolve;
    this.#setting = setting;
    this.ledger = new Ledger(options.ports);
    this.guards = options.guards ?? NO_GUARDS;
    this.lostAfterMillis = options.lostAfterMillis ?? Number.POSITIVE_INFINITY;
    this.memory = new Memory(options.learner ?? new Declared());
    this.#notesGrounds = options.notesGrounds ?? false;
    this.#effort = options.effort ?? (() => ({ steps: SEARCH_STEPS }));
  }

  get setting(): PolicySetting {
    return this.#setting;
  }
  get takenInAt(): Instant {
    return this.#takenInAt;
  }
  get servers(): ReadonlyMap<ServerId, Server> {
    return this.#servers;
  }
  get learner(): Learner {
    return this.memory.learner;
  }
  /** Jobs that are not over, in the order of submission. */
  get jobs(): ReadonlyMap<JobId, Job> {
    return this.#jobs;
  }

  /** A job that is not over, or was until `forget` is called for it. */
  job(id: JobId): Job | undefined {
    return this.#jobs.get(id) ?? this.#over.get(id);
  }
  run(id: JobId): Run | undefined {
    return this.#history.run(id);
  }
  migration(id: JobId): Migration | undefined {
    return this.#history.migration(id);
  }

  snapshot(now: Instant): Snapshot {
    const [jobs, servers, { learner, usage, lastPlanAt }] = [this.#jobs, this.#servers, this.memory];
    const estimates = learner.estimates(now);
    const guard = new Guard(this.guards, now, estimates, lastPlanAt);
    return { now, jobs, servers, pools: this.#pools.views(guard, now), estimates, usage, guard };
  }

  /** A draft of the cluster as it is now. @param by that only look: their own effort, and who listens */
  packer({ guard }: Pick<Snapshot, "guard">, by: Partial<Pick<Cluster, "effort" | "witness">> = {}): Packer {
    const { rule } = this.resolve(this.#setting);
    const [jobs, { rooms }, { holdings, lastServer }] = [this.#jobs, this.ledger, this];
    const own = { notesChoices: this.#notesGrounds, effort: by.effort ?? this.#effort() };
    return new Packer({ rooms, jobs, holdings, rule, lastServer, guard, ...by, ...own });
  }

  /** Takes rows back in after a restart, oldest job first. Servers come before jobs. @param at when that is; none where nothing was away */
  restore(state: Partial<SchedulerState>, at: Instant = Number.NEGATIVE_INFINITY): void {
    this.#takenInAt = at;
    this.memory.restore(state);
    this.batches.restore(state.failures);
    for (const server of state.servers ?? []) this.#setServer(server);
    for (const job of state.jobs ?? []) {
      this.ledger.restore(job.id, heldBy(job));
      this.#store(job);
    }
    let newest = Number.NEGATIVE_INFINITY;
    this.#history.restore(state.runs ?? [], state.migrations ?? []);
    for (const run of state.runs ?? []) {
      if (run.placedAt < newest) continue;
      newest = run.placedAt; // `spread` goes on behind it
      this.lastServer = leadServer(run.on);
    }
    this.#dirty = newDirt();
    this.#ended = [];
  }

  /** Takes one job that is over back in, so that a request can be made of it. */
  recall(job: Job): void {
    if (!this.job(job.id)) this.#over.set(job.id, job);
  }

  /** Drops a job that is over from memory; its rows stay. */
  forget(id: JobId): void {
    this.#over.delete(id);
    this.#history.forget(id);
  }

  /** Takes a fact in. False when it says nothing new (late, told twice, of something forgotten): then it is not worth recording. */
  observe(event: Event): boolean {
    this.version++;
    switch (event.type) {
      case "PolicyChanged":
        this.#setting = { policy: event.policy, options: event.options, placement: event.placement };
        return true;
      case "RoundFailed":
        return true;
      case "JobSubmitted":
        this.#store(newJob(event));
        return true;
      case "JobDeleted":
        return this.#deleted(event.job);
      default:
        return "job" in event ? this.#observeJob(event) : this.#observeServer(event);
    }
  }

  /** Decides what to do now. Its events are observed already. A policy that fails changes nothing. */
  round(now: Instant): Round {
    const events: Event[] = [];
    const observe = (wanted: Event): void => {
      const event = this.withPorts(wanted);
      if (!event) return; // no port is free: it is asked for again
      this.observe(event);
      events.push(event);
    };
    let nextDuty: Instant | null = null;
    let nextMove: Instant | null = null;
    try {
      nextDuty = this.#doDuties(now, observe);
      const moves = drainMoves(this, now);
      for (const event of moves.events) observe(event);
      const rescues = faultMoves(this, now);
      for (const event of rescues.events) observe(event);
      nextMove = earlier(moves.wakeAt, rescues.wakeAt);
    } catch (error) {
      this.#tellFailure(error, now, observe);
    }
    const snapshot = this.snapshot(now);
    const decision = this.#decide(snapshot, observe);
    try {
      this.#carryOut(snapshot, decision, observe);
    } catch (error) {
      this.#tellFailure(error, now, observe); // what was observed before it stands
    }

    const commands = this.takeCommands();
    const wakes = [nextDuty, nextMove, decision.wakeAt ?? null, snapshot.guard.wakeAt].filter(
      (at): at is Instant => at !== null && at > now,
    );
    return { events, commands, wakeAt: wakes.length > 0 ? Math.min(...wakes) : null };
  }

  /** An event that gives a job a place, with the ports that it needs there; null when there are none. */
  withPorts(event: Event): Event | null {
    return withPorts(event, (id, on) => {
      const job = this.job(id);
      return job ? this.ledger.withPorts(id, job.spec, on) : on;
    });
  }

  /** What came of facts since the last round. The next one takes it along; who need not record first can have it sooner. */
  takeCommands(): readonly Command[] {
    const commands = this.#outbox;
    this.#outbox = [];
    return commands;
  }

  takeChanges(): Changes {
    const dirt = this.#dirty;
    this.#dirty = newDirt();
    const known = <T>(values: Iterable<T | undefined>): T[] =>
      [...values].filter((value): value is T => value !== undefined);
    return {
      jobs: known([...dirt.jobs].map((id) => this.job(id))),
      deletedJobs: [...dirt.deletedJobs],
      servers: known([...dirt.servers].map((id) => this.#servers.get(id))),
      removedServers: [...dirt.removedServers],
      ...this.#history.takeChanges(),
      ...this.memory.takeChanges(),
    };
  }

  /** Again and again, since an end can be the reason of the next; returns when there will be more to do. */
  #doDuties(now: Instant, observe: (event: Event) => void): Instant | null {
    for (;;) {
      const ended = this.#ended;
      this.#ended = [];
      const { events: due, wakeAt } = duties(this, this.#watched, ended, now);
      const events = due.length > 0 ? due : this.batches.duties(this.#jobs, now);
      for (const event of events) observe(event);
      if (events.length === 0 && this.#ended.length === 0) return wakeAt;
    }
  }

  #decide(snapshot: Snapshot, observe: (event: Event) => void): Decision {
    try {
      const decision = decide(this.resolve(this.#setting).policy, snapshot, this.packer(snapshot), this.ledger.rooms);
      this.#lastFailure = null;
      return decision;
    } catch (error) {
      this.#tellFailure(error, snapshot.now, observe);
      return { run: this.holdings.running, changed: new Set(), defragments: new Map() };
    }
  }

  #carryOut(snapshot: Snapshot, decision: Decision, observe: (event: Event) => void): void {
    const at = snapshot.now;
    for (const { job, level, promoted } of decision.requeue ?? [])
      observe({ type: "JobRequeued", job, level, promoted, at });
    for (;;) {
      const plan = reconcile(snapshot, decision, this.ledger, this.holdings);
      const grounds = this.#notesGrounds ? new Grounds(this.#setting, snapshot, decision) : null;
      for (const event of planEvents(plan, snapshot, grounds)) observe(event);
      if (plan.pause.length === 0) return; // cores of a frozen job are free at once: who waits for them can start
    }
  }

  /** Once per reason, or a failing policy would flood the log. */
  #tellFailure(error: unknown, now: Instant, observe: (event: Event) => void): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.#lastFailure) observe({ type: "RoundFailed", policy: this.#setting.policy, reason, at: now });
    this.#lastFailure = reason;
  }

  #observeJob(event: JobEvent): boolean {
    const before = this.job(event.job);
    if (!before || isStale(before, this.run(before.id), event)) return false;
    const after = transition(before, event);
    if (event.type === "JobPlaced") this.lastServer = leadServer(event.on);
    this.#store(after); // first: the ledger refuses it whole, or not at all
    this.memory.observe(before, after, event, this.#servers);
    this.#history.follow(before, after, event);
    this.#outbox.push(...commandsFor(before, after));
    return true;
  }

  #observeServer(event: ServerEvent): boolean {
    if (event.type === "ServerJoined") {
      this.#setServer(event.joined);
      return true;
    }
    const server = this.#servers.get(event.server);
    if (!server) return false;
    if (event.type === "ServerRemoved") {
      this.#removeServer(event.server, event.at);
      return true;
    }
    const after = serverAfter(server, event);
    if (after !== server) this.#setServer(after);
    return after !== server;
  }

  #removeServer(id: ServerId, at: Instant): void {
    this.ledger.removeServer(id);
    this.#servers.delete(id);
    this.#pools.serversChanged(true);
    this.#dirty.servers.delete(id);
    this.#dirty.removedServers.add(id);
    for (const job of this.#jobs.values()) {
      const left = withoutServer(job, id);
      if (left === job) continue;
      this.#outbox.push(...commandsFor(job, left));
      this.#store(left);
      this.#history.followTenures(job, left, at);
    }
  }

  #deleted(id: JobId): boolean {
    const job = this.job(id);
    if (!job) return false;
    if (heldBy(job).length > 0) throw new InvariantError(`job ${id} still holds ${job.state.status} room`);
    this.#outbox.push(...commandsFor(job, null));
    this.batches.put(job, null);
    this.#jobs.delete(id);
    this.#pools.remove(id);
    this.#watched.delete(id);
    this.forget(id);
    this.#dirty.jobs.delete(id);
    this.#dirty.deletedJobs.add(id);
    return true;
  }

  #store(job: Job): void {
    this.ledger.hold(job.id, heldBy(job));
    if (job.spec.batch) this.batches.put(this.job(job.id), job);
    this.#dirty.jobs.add(job.id);
    this.holdings.put(job);
    if (needsWatching(job)) this.#watched.add(job.id);
    else this.#watched.delete(job.id);
    if (isOver(job)) {
      if (!this.#over.has(job.id)) this.#ended.push(job);
      this.#jobs.delete(job.id);
      this.#pools.remove(job.id);
      this.#over.set(job.id, job);
      return;
    }
    const isNew = !this.#jobs.has(job.id);
    this.#over.delete(job.id);
    this.#jobs.set(job.id, job);
    this.#pools.put(job);
    if (isNew) this.#keepOrder(job);
  }

  /** A job that comes back (a retry) goes to the place that its submission gave it. */
  #keepOrder(job: Job): void {
    if (!this.#newest || bySubmission(this.#newest, job) <= 0) {
      this.#newest = job;
      return;
    }
    const sorted = [...this.#jobs.values()].sort(bySubmission);
    this.#jobs.clear();
    for (const each of sorted) this.#jobs.set(each.id, each);
  }

  #setServer(server: Server): void {
    const before = this.#servers.get(server.id);
    const isSame = before?.gpus === server.gpus && before.cores === server.cores;
    this.#servers.set(server.id, server);
    this.#pools.serversChanged(!isSame || before.memoryMiB !== server.memoryMiB);
    this.ledger.setServer(server);
    this.#dirty.servers.add(server.id);
    this.#dirty.removedServers.delete(server.id);
  }
}

const earlier = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
