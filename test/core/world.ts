import { expect } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import type { Job, JobId } from "../../src/core/job.ts";
import { isOver } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import type { PolicySetting } from "../../src/core/scheduler.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import type { Server } from "../../src/core/server.ts";
import { findPlacement } from "../../src/placement/index.ts";
import { completeOptions, findPolicy } from "../../src/policies/index.ts";

export const resolve = ({ policy, options, placement }: PolicySetting) => {
  const entry = findPolicy(policy);
  return { policy: entry.create(completeOptions(entry, options)), rule: findPlacement(placement) };
};

export function aSpec(over: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "a job",
    type: "generic",
    image: "image",
    command: ["true"],
    workdir: null,
    env: {},
    secretNames: [],
    gpus: { min: 1, max: 1, preferred: 1, model: null, memoryMiB: null },
    cores: { min: 0, max: 0 },
    parallelism: { interOp: null, intraOp: null },
    memoryMiB: null,
    shmMiB: 64,
    elasticity: "restart",
    priority: 0,
    deadline: null,
    user: "ann",
    labels: {},
    estimate: { seconds: null, epochs: null, steps: null },
    progressPattern: null,
    checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 30 },
    retries: { application: 0, infrastructure: 3 },
    limits: { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null },
    after: [],
    ...over,
  };
}

export const gpus = (count: number): JobSpec["gpus"] => ({
  min: count,
  max: count,
  preferred: count,
  model: null,
  memoryMiB: null,
});

export function aServer(id: string, gpuCount: number, over: Partial<Server> = {}): Server {
  return {
    id,
    driver: "simulated",
    endpoint: "simulated",
    gpus: Array.from({ length: gpuCount }, (_, index) => ({
      id: `${id}/${index}`,
      index,
      uuid: null,
      model: "A100",
      memoryMiB: 81_920,
    })),
    cores: 64,
    memoryMiB: 1_000_000,
    health: "up",
    reason: null,
    healthSince: 0,
    draining: false,
    setup: {},
    ...over,
  };
}

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
  readonly starts: { job: JobId; attempt: number; server: string; at: number }[] = [];
  readonly commands: Command[] = [];
  readonly #alarms: { at: number; act: () => void }[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly #left = new Map<JobId, number>();
  readonly #durations: Record<JobId, number>;
  readonly #costs: Costs;
  readonly #outcome: (job: JobId, attempt: number) => Outcome;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(options: {
    policy?: string;
    options?: Record<string, unknown>;
    placement?: string;
    durations?: Record<JobId, number>;
    costs?: Costs;
    outcome?: (job: JobId, attempt: number) => Outcome;
  }) {
    this.scheduler = new Scheduler(resolve, {
      policy: options.policy ?? "fifo",
      options: options.options ?? {},
      placement: options.placement ?? "consolidate",
    });
    this.#durations = options.durations ?? {};
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
    if (this.scheduler.observe(event)) this.log.push(event);
  }

  /** A fact, and the round that follows it. */
  tell(event: Event): void {
    this.observe(event);
    this.round();
  }

  round(): void {
    const { events, commands, wakeAt } = this.scheduler.round(this.now);
    this.log.push(...events);
    this.#wakeAt = wakeAt ?? Number.POSITIVE_INFINITY;
    for (const command of commands) this.#execute(command);
  }

  /** Lets time pass until nothing is left to happen, or until `end`. */
  run(end = Number.POSITIVE_INFINITY): this {
    for (let steps = 0; steps < 200_000; steps++) {
      const next = Math.min(this.#alarms[0]?.at ?? Number.POSITIVE_INFINITY, this.#wakeAt);
      if (next > end || next === Number.POSITIVE_INFINITY) return this;
      this.now = Math.max(this.now, next);
      while (this.#alarms[0] && this.#alarms[0].at <= this.now) this.#alarms.shift()?.act();
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
    if (command.type === "discardCheckpoint" || command.type === "pause" || command.type === "resume") return;
    const { job, attempt, on } = command.run;
    const key = `${job}.${attempt}`;
    const exit = (outcome: Outcome, after: number): void =>
      this.at(this.now + after, () => {
        for (const [gpu, owner] of this.inUse) if (owner === key) this.inUse.delete(gpu);
        this.observe({ type: "RunExited", job, attempt, outcome, exitCode: null, signal: null, at: this.now });
      });
    switch (command.type) {
      case "prepare":
        this.at(this.now + this.#costs.start, () => this.observe({ type: "RunPrepared", job, attempt, at: this.now }));
        return;
      case "start": {
        this.starts.push({ job, attempt, server: on[0]?.server as string, at: this.now });
        for (const gpu of on.flatMap((share) => share.gpus)) {
          expect(this.inUse.get(gpu), `${gpu} is in use and is given to ${key}`).toBeUndefined();
          this.inUse.set(gpu, key);
        }
        const began = this.now + this.#costs.start;
        const left = this.#left.get(job) ?? this.#durations[job] ?? 1000;
        let over = false;
        this.at(began, () => {
          if (!over) this.observe({ type: "RunStarted", job, attempt, handle: key, at: this.now });
        });
        this.at(began + left, () => {
          if (over) return;
          over = true;
          this.#ends.delete(key);
          exit(this.#outcome(job, attempt), 0);
        });
        this.#ends.set(key, () => {
          over = true;
          this.#left.set(job, Math.min(left, began + left - this.now));
        });
        return;
      }
      case "stop": {
        const end = this.#ends.get(key);
        if (!end) return; // it is over, and its exit is told or will be
        this.#ends.delete(key);
        end();
        exit({ kind: "stopped" }, this.#costs.stop);
        return;
      }
      case "discard":
        return;
    }
  }
}
