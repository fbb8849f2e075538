import { performance } from "node:perf_hooks";
import type { Command } from "../src/core/command.ts";
import type { Event } from "../src/core/event.ts";
import { explain } from "../src/core/explain/why.ts";
import { NO_GUARDS } from "../src/core/guards.ts";
import type { JobSpec } from "../src/core/job-spec.ts";
import { Scheduler } from "../src/core/scheduler.ts";
import { createLearner } from "../src/estimator/index.ts";
import { aServer, aSpec, between, gpus, resolve } from "../test/core/builders.ts";

const GPUS_PER_SERVER = 8;

/** A cluster whose drivers answer at once, outside the measured time. */
export class BusyCluster {
  readonly #scheduler: Scheduler;
  #now = 1;
  #count = 0;
  #seed = 1;

  constructor(policy: string, count: number) {
    const setting = { policy, options: {}, placement: "consolidate" };
    this.#scheduler = new Scheduler(resolve, setting, { guards: NO_GUARDS, learner: createLearner() });
    for (let i = 0; i * GPUS_PER_SERVER < count; i++) {
      const server = aServer(`server-${i}`, Math.min(GPUS_PER_SERVER, count - i * GPUS_PER_SERVER));
      this.#observe({ type: "ServerJoined", server: server.id, joined: server, at: this.#now });
    }
  }

  /** Submits until so many wait, with everything running that the policy lets run. */
  fill(waiting: number): void {
    for (let i = 0; i < waiting / 10; i++) this.#submit();
    this.#settle();
    while (this.#waiting() < waiting) this.#submit();
    this.#settle();
  }

  measure(times: number): number[] {
    const millis: number[] = [];
    for (let i = 0; i < times; i++) {
      this.#now += 1_000;
      const running = [...this.#scheduler.jobs.values()].filter(({ state }) => state.status === "running");
      const ended = running[this.#random(running.length)];
      if (ended) this.#exit(ended.id, ended.attempt, "succeeded");
      this.#submit();
      const began = performance.now();
      const { commands } = this.#scheduler.round(this.#now);
      millis.push(performance.now() - began);
      this.#answer(commands);
      this.#settle();
    }
    return millis;
  }

  /** What it takes to explain so many of the waiting jobs, spread over the line, each after a change of the cluster. */
  explain(times: number): number[] {
    return Array.from({ length: times }, (_, i) => {
      this.measure(1);
      const waiting = [...this.#scheduler.jobs.values()].filter(({ state }) => state.status === "pending");
      const job = waiting[Math.floor((i * waiting.length) / times)];
      if (!job) throw new Error("nobody waits");
      const began = performance.now();
      explain(job, this.#scheduler, this.#now);
      return performance.now() - began;
    });
  }

  heapMiB(): number {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  }

  #waiting(): number {
    let count = 0;
    for (const { state } of this.#scheduler.jobs.values()) if (state.status === "pending") count++;
    return count;
  }

  #submit(): void {
    const id = `job-${++this.#count}`;
    const size = 2 ** this.#random(4);
    const isElastic = this.#random(2) === 0;
    const user = `user-${this.#random(20)}`;
    const seconds = 60 + this.#random(20_000);
    const spec: JobSpec = aSpec({
      user,
      type: `type-${this.#random(5)}`,
      gpus: isElastic ? between(1, 8, size) : gpus(size),
      priority: this.#random(5),
      deadline: this.#random(3) === 0 ? this.#now + this.#random(1e8) : null,
      estimate: { seconds: this.#random(4) === 0 ? seconds * size : null, epochs: null, steps: null }, // most say nothing
    });
    this.#observe({ type: "JobSubmitted", job: id, spec, blockedBy: [], key: null, at: this.#now });
  }

  /** Rounds until nothing happens any more, or some policy could go on for ever. */
  #settle(): void {
    for (let i = 0; i < 20; i++) {
      const { commands } = this.#scheduler.round(this.#now);
      if (commands.length === 0) return;
      this.#answer(commands);
    }
  }

  #answer(commands: readonly Command[]): void {
    const at = this.#now;
    for (const command of commands) {
      if (command.type === "discardCheckpoint" || command.type === "discard") continue;
      const { job, attempt } = command.run;
      if (command.type === "start") this.#observe({ type: "RunStarted", job, attempt, handle: job, at });
      else if (command.type === "prepare") this.#observe({ type: "RunPrepared", job, attempt, at });
      else if (command.type === "stop") this.#exit(job, attempt, "stopped");
      else if (command.type === "resize")
        this.#observe({ type: "RunResized", job, attempt, generation: command.run.generation, at });
    }
  }

  #exit(job: string, attempt: number, kind: "succeeded" | "stopped"): void {
    this.#observe({ type: "RunExited", job, attempt, outcome: { kind }, exitCode: 0, signal: null, at: this.#now });
    if (kind === "succeeded") this.#scheduler.forget(job);
  }

  #observe(event: Event): void {
    this.#scheduler.observe(event);
    this.#scheduler.takeChanges();
  }

  /** 0 to below `limit`, the same in each run (Lehmer's generator). */
  #random(limit: number): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return limit <= 0 ? 0 : this.#seed % limit;
  }
}
