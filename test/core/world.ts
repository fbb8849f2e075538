import { expect } from "vitest";
import type { Command, RunOrder, RunRef } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import type { Job, JobId } from "../../src/core/job.ts";
import { isOver } from "../../src/core/job.ts";
import { type JobSpec, poolOf } from "../../src/core/job-spec.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import type { Policy, ResolvePolicy } from "../../src/core/policy.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { type Placement, type Server, sizeOn } from "../../src/core/server.ts";
import type { SchedulerOptions } from "../../src/core/state.ts";
import { resolve } from "./builders.ts";

export * from "./builders.ts";

/** How fast a job is with `size` units, relative to its preferred size: in proportion when not said otherwise. */
export type Speed = (job: JobId, size: number, preferred: number) => number;

export interface Costs {
  readonly start: number;
  readonly stop: number;
}

/**
 * A cluster as its machines see it. It keeps a book of its own of who uses which GPU and asks nothing of the core that it
 * judges: a start on a GPU in use fails the test at once.
 */
export class World {
  now = 0;
  readonly scheduler: Scheduler;
  readonly log: Event[] = [];
  readonly inUse = new Map<string, string>();
  /** GPUs that somebody else uses, or that are quarantined. */
  readonly unfit = new Set<string>();
  readonly starts: { job: JobId; attempt: number; server: string; at: number }[] = [];
  readonly commands: Command[] = [];
  readonly #alarms: { at: number; act: () => void }[] = [];
  readonly #trainings = new Map<string, Training>();
  /** Work left, in milliseconds at the preferred size. */
  readonly #left = new Map<JobId, number>();
  readonly #durations: Record<JobId, number>;
  readonly #costs: Costs;
  readonly #speed: Speed;
  readonly #outcome: (job: JobId, attempt: number) => Outcome;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(options: {
    policy?: string;
    /** Decides in place of the policy of that name. */
    decides?: Policy;
    options?: Record<string, unknown>;
    placement?: string;
    durations?: Record<JobId, number>;
    costs?: Costs;
    outcome?: (job: JobId, attempt: number) => Outcome;
    speed?: Speed;
    scheduler?: SchedulerOptions;
  }) {
    const { policy = "fifo", options: values = {}, placement = "consolidate", decides } = options;
    const chosen: ResolvePolicy = (setting) => ({ ...resolve(setting), ...(decides && { policy: decides }) });
    this.scheduler = new Scheduler(chosen, { policy, options: values, placement }, options.scheduler);
    this.#durations = options.durations ?? {};
    this.#speed = options.speed ?? ((_, size, preferred) => size / preferred);
    this.#costs = options.costs ?? { start: 10, stop: 10 };
    this.#outcome = options.outcome ?? (() => ({ kind: "succeeded" }));
  }

  join(...servers: Server[]): this {
    for (const server of servers) this.tell({ type: "ServerJoined", server: server.id, joined: server, at: this.now });
    return this;
  }

  submit(job: JobId, spec: JobSpec, at = this.now): this {
    this.at(at, () =>
      this.observe({
        type: "JobSubmitted",
        job,
        spec,
        blockedBy: spec.after.filter((id) => {
          const dependency = this.scheduler.job(id);
          return dependency !== undefined && !isOver(dependency);
        }),
        key: null,
        countsLoss: true,
        at: this.now,
      }),
    );
    return this;
  }

  at(when: number, act: () => void): void {
    this.#alarms.push({ at: when, act });
    this.#alarms.sort((a, b) => a.at - b.at);
  }

  observe(event: Event): void {
    if (!this.scheduler.observe(event)) return;
    this.log.push(event);
    if (event.type !== "GpuStateChanged") return;
    if (event.fault === null && event.busy === null) this.unfit.delete(event.gpu);
    else this.unfit.add(event.gpu);
  }

  /** A fact, and the round that follows it. */
  tell(event: Event): void {
    this.observe(event);
    this.round();
  }

  round(): void {
    const { events, commands, wakeAt } = this.scheduler.round(this.now);
    this.log.push(...events);
    if (this.unfit.size > 0) for (const event of events) this.#checkFitness(event);
    this.#wakeAt = wakeAt ?? Number.POSITIVE_INFINITY;
    for (const command of commands) this.#execute(command);
  }

  /** What is due happens, and what comes of facts alone is done, before anything is decided. */
  #settle(): void {
    for (;;) {
      while (this.#alarms[0] && this.#alarms[0].at <= this.now) this.#alarms.shift()?.act();
      const commands = this.scheduler.takeCommands();
      if (commands.length === 0) return;
      for (const command of commands) this.#execute(command);
    }
  }

  /** Lets time pass until nothing is left to happen, or until `end`. */
  run(end = Number.POSITIVE_INFINITY): this {
    for (let steps = 0; steps < 200_000; steps++) {
      const next = Math.min(this.#alarms[0]?.at ?? Number.POSITIVE_INFINITY, this.#wakeAt);
      if (next > end || next === Number.POSITIVE_INFINITY) return this;
      this.now = Math.max(this.now, next);
      this.#settle();
      this.round();
    }
    throw new Error("the world does not come to rest");
  }

  job(id: JobId): Job {
    return this.scheduler.job(id) as Job;
  }
  status(id: JobId): string | undefined {
    return this.scheduler.job(id)?.state.status;
  }
  endOf(id: JobId): number | undefined {
    const state = this.scheduler.job(id)?.state;
    return state && "at" in state ? state.at : undefined;
  }

  #execute(command: Command): void {
    this.commands.push(command);
    if (command.type === "discardCheckpoint") return;
    const { job, attempt, on } = command.run;
    const key = `${job}.${attempt}`;
    const training = this.#trainings.get(key);
    switch (command.type) {
      case "prepare":
        this.at(this.now + this.#costs.start, () => this.observe({ type: "RunPrepared", job, attempt, at: this.now }));
        return;
      case "start":
        this.starts.push({ job, attempt, server: on[0]?.server as string, at: this.now });
        this.#use(key, on);
        return this.#train(command.run, this.now + this.#costs.start);
      case "stop":
        if (!training) return; // it is over, and its exit is told or will be
        training.rest();
        this.#trainings.delete(key);
        return this.#exit(command.run, { kind: "stopped" }, this.now + this.#costs.stop);
      case "pause":
        return training?.rest();
      case "resume":
        return training?.go(this.now);
      case "resize": {
        const { generation } = command.run;
        training?.rest();
        if (training) training.speed = this.#speedOf(command.run);
        if (this.job(job).state.status === "running") training?.go(this.now);
        this.#use(key, on);
        this.at(this.now, () => {
          for (const [unit, owner] of this.inUse)
            if (owner === key && !unitsOf(on).includes(unit)) this.inUse.delete(unit);
          this.observe({ type: "RunResized", job, attempt, generation, at: this.now });
        });
        return;
      }
    }
  }

  /** Whoever uses a GPU may keep it; nobody is given one that is not fit. */
  #checkFitness(event: Event): void {
    const given = event.type === "JobPlaced" ? event.on : "to" in event ? event.to : [];
    for (const unit of unitsOf(given)) {
      const isOwn = "job" in event && this.inUse.get(unit)?.startsWith(`${event.job}.`) === true;
      expect(this.unfit.has(unit) && !isOwn, `${unit} is not fit and is given by ${event.type}`).toBe(false);
    }
  }

  #use(key: string, on: Placement): void {
    for (const unit of unitsOf(on)) {
      const owner = this.inUse.get(unit) ?? key;
      expect(owner, `${unit} is in use and is given to ${key}`).toBe(key);
      this.inUse.set(unit, key);
    }
  }

  #speedOf({ job, spec, on }: RunOrder): number {
    const pool = poolOf(spec);
    return this.#speed(job, Math.max(1, sizeOn(on, pool)), Math.max(1, spec[pool].preferred));
  }

  #train(order: RunOrder, from: number): void {
    const { job, attempt } = order;
    const key = `${job}.${attempt}`;
    let began: number | null = null;
    let round = 0;
    const training: Training = {
      speed: this.#speedOf(order),
      go: (now) => {
        if (began !== null) return;
        began = now;
        const mine = ++round;
        this.at(now + Math.ceil(this.#leftOf(job) / training.speed), () => {
          if (mine !== round || began === null || !this.#trainings.delete(key)) return;
          this.#exit(order, this.#outcome(job, attempt), this.now);
        });
      },
      rest: () => {
        round++;
        if (began !== null) this.#left.set(job, Math.max(0, this.#leftOf(job) - (this.now - began) * training.speed));
        began = null;
      },
    };
    this.#trainings.set(key, training);
    this.at(from, () => {
      if (this.#trainings.get(key) !== training) return;
      this.observe({ type: "RunStarted", job, attempt, handle: key, at: this.now });
      training.go(this.now);
    });
  }

  #leftOf(job: JobId): number {
    return this.#left.get(job) ?? this.#durations[job] ?? 1000;
  }

  #exit({ job, attempt }: RunRef, outcome: Outcome, at: number): void {
    const key = `${job}.${attempt}`;
    this.at(at, () => {
      for (const [unit, owner] of this.inUse) if (owner === key) this.inUse.delete(unit);
      this.observe({ type: "RunExited", job, attempt, outcome, exitCode: null, signal: null, at: this.now });
    });
  }
}

interface Training {
  /** Work done in a millisecond. */
  speed: number;
  go(now: number): void;
  rest(): void;
}

const unitsOf = (on: Placement): readonly string[] => on.flatMap((share) => share.gpus);
