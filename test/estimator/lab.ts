import type { Estimate, Learner, Lesson } from "../../src/core/estimates.ts";
import type { JobEvent } from "../../src/core/event.ts";
import type { Job, JobId, JobProgress } from "../../src/core/job.ts";
import { type JobSpec, poolOf } from "../../src/core/job-spec.ts";
import { newJob } from "../../src/core/new-job.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import type { Placement } from "../../src/core/server.ts";
import { transition } from "../../src/core/transition.ts";
import { createLearner } from "../../src/estimator/index.ts";

/** An elastic job on one to sixteen GPUs that tells nothing of itself beforehand. */
export const aTraining = (over: Partial<JobSpec> = {}): JobSpec => ({
  name: "training",
  type: "pytorch",
  image: "trainer:1",
  command: ["python", "train.py"],
  workdir: null,
  env: {},
  secretNames: [],
  gpus: { min: 1, max: 16, preferred: 1, model: null, memoryMiB: null },
  cores: { min: 0, max: 0, preferred: 0 },
  parallelism: { interOp: null, intraOp: null },
  memoryMiB: null,
  shmMiB: 64,
  servers: { min: 1, max: 8 },
  elasticity: "restart",
  resizeSignal: null,
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
});

export const declares = (estimate: Partial<JobSpec["estimate"]>): Partial<JobSpec> => ({
  estimate: { seconds: null, epochs: null, steps: null, ...estimate },
});

export const onCores: Partial<JobSpec> = {
  gpus: { min: 0, max: 0, preferred: 0, model: null, memoryMiB: null },
  cores: { min: 1, max: 16, preferred: 1 },
};

export interface Fact {
  readonly before: Job;
  readonly after: Job;
  readonly event: JobEvent;
  readonly model: string | null;
}

/** Jobs that live by the core's own rules, and a learner that is told all that happens to them. Times are in seconds. */
export class Lab {
  seconds = 0;
  model: string | null = "A100";
  readonly facts: Fact[] = [];
  readonly rows = new Map<string, Lesson["body"]>();
  learner: Learner = createLearner();
  readonly #jobs = new Map<JobId, Job>();
  #newest = 0;

  get now(): number {
    return this.seconds * 1000;
  }

  submit(over: Partial<JobSpec> = {}): JobId {
    const id = `job-${++this.#newest}`;
    const spec = aTraining(over);
    this.#jobs.set(id, newJob({ type: "JobSubmitted", job: id, spec, blockedBy: [], key: null, at: this.now }));
    return id;
  }

  job(id: JobId): Job {
    return this.#jobs.get(id) as Job;
  }

  tell(event: JobEvent): void {
    const before = this.job(event.job);
    const after = transition(before, event);
    this.#jobs.set(event.job, after);
    const fact = { before, after, event, model: this.model };
    this.facts.push(fact);
    this.learner.observe(before, after, event, this.model);
  }

  /** Placed and begun; `startSeconds` pass between the two. */
  start(job: JobId, size = 1, servers = 1, startSeconds = 0): this {
    const { nextReason: reason, attempt } = this.job(job);
    this.tell({
      type: "JobPlaced",
      job,
      attempt: attempt + 1,
      on: this.place(job, size, servers),
      reason,
      at: this.now,
    });
    this.seconds += startSeconds;
    this.tell({ type: "RunStarted", job, attempt: attempt + 1, handle: "h", at: this.now });
    return this;
  }

  place(job: JobId, size: number, servers = 1): Placement {
    const isGpus = poolOf(this.job(job).spec) === "gpus";
    return Array.from({ length: servers }, (_, i) => {
      const units = Array.from({ length: size / servers }, (_, unit) => unit);
      const server = `server-${i}`;
      return {
        server,
        gpus: isGpus ? units.map((unit) => `${server}/${unit}`) : [],
        cores: isGpus ? [] : units,
        memoryMiB: 0,
      };
    });
  }

  progress(job: JobId, told: Omit<Partial<JobProgress>, "at">): this {
    const progress = { fraction: null, ...told, at: this.now };
    this.tell({ type: "RunProgressed", job, attempt: this.job(job).attempt, progress, at: this.now });
    return this;
  }

  /** Goes on from one step to another, each taking so long, and tells every one. */
  train(job: JobId, from: number, to: number, secondsPerStep: number, told: Partial<JobProgress> = {}): this {
    for (let step = from + 1; step <= to; step++) {
      this.seconds += secondsPerStep;
      const fraction = told.steps ? step / told.steps : null;
      this.progress(job, { step, fraction, ...told });
    }
    return this;
  }

  preempt(job: JobId, stopSeconds = 0): this {
    this.tell({ type: "JobPreempted", job, cause: "policy", at: this.now });
    this.seconds += stopSeconds;
    return this.exit(job, { kind: "stopped" });
  }

  resizeLive(job: JobId, size: number, servers = 1): this {
    this.tell({
      type: "JobResized",
      job,
      to: this.place(job, size, servers),
      live: true,
      cause: "policy",
      at: this.now,
    });
    const { generation, attempt } = this.job(job);
    this.tell({ type: "RunResized", job, attempt, generation, at: this.now });
    return this;
  }

  exit(job: JobId, outcome: Outcome = { kind: "succeeded" }): this {
    const { attempt } = this.job(job);
    this.tell({ type: "RunExited", job, attempt, outcome, exitCode: null, signal: null, at: this.now });
    return this;
  }

  /** A job without progress that takes so long, from its submission to its end. */
  complete(seconds: number, over: Partial<JobSpec> = {}, size = 1): JobId {
    const job = this.submit(over);
    this.start(job, size);
    this.seconds += seconds;
    this.exit(job);
    return job;
  }

  estimate(job: JobId): Estimate {
    return this.learner.estimates(this.now).of(this.job(job));
  }

  remaining(job: JobId): number {
    const { remainingSeconds } = this.estimate(job);
    if (remainingSeconds === null) throw new Error(`nothing is known of ${job}`);
    return remainingSeconds;
  }

  /** Writes what is new. */
  save(): readonly Lesson[] {
    const lessons = this.learner.takeChanges();
    for (const { key, body } of lessons) this.rows.set(key, JSON.parse(JSON.stringify(body)));
    return lessons;
  }

  /** A new life with what was written. */
  restart(): this {
    this.learner = createLearner();
    this.learner.restore([...this.rows].map(([key, body]) => ({ key, body })));
    return this;
  }
}
