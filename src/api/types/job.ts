import { Ctx, Field, Float, ID, Int, ObjectType } from "type-graphql";
import { statusReason } from "../../core/explain.ts";
import type { Job } from "../../core/job.ts";
import { isOver, placementOf } from "../../core/job.ts";
import type { JobSpec } from "../../core/job-spec.ts";
import { namedPorts } from "../../core/ports.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { toInput } from "../../job-spec/index.ts";
import type { Context } from "../context.ts";
import { Node } from "../relay.ts";
import { Command, DateTime, Duration, Json } from "../scalars.ts";
import {
  ElasticityEnum,
  JobStatusEnum,
  LauncherEnum,
  PausedByEnum,
  StartPhaseEnum,
  WhenServerLostEnum,
} from "./enums.ts";
import { JobEstimate } from "./estimate.ts";
import { Failure } from "./failure.ts";
import {
  CheckpointRequestView,
  CodeFolderView,
  CoreRequestView,
  GpuRequestView,
  JobPort,
  MountView,
  Retries,
  ServerRange,
  TimeLimits,
} from "./job-parts.ts";
import { ProgressView } from "./progress.ts";

@ObjectType("Job", { implements: Node, description: "A training job: what was submitted, and what has become of it." })
export class JobView extends Node {
  readonly job: Job;

  constructor(job: Job) {
    super(job.id);
    this.job = job;
  }
  get #spec(): JobSpec {
    return this.job.spec;
  }

  @Field(() => String, { description: "How it is called in lists; not unique." })
  get name(): string {
    return this.#spec.name;
  }

  @Field(() => String, { description: "What kind of training it is; history is kept per type." })
  get type(): string {
    return this.#spec.type;
  }

  @Field(() => String, { description: "Whose job it is." })
  get user(): string {
    return this.#spec.user;
  }

  @Field(() => JobStatusEnum, { description: "Where it is in its life." })
  get status(): string {
    return this.job.state.status;
  }

  @Field(() => StartPhaseEnum, { nullable: true, description: "What it does while it is STARTING; null otherwise." })
  get phase(): string | null {
    return this.job.state.status === "starting" ? this.job.state.phase : null;
  }

  @Field(() => Float, { nullable: true, description: "How much of the phase is done, 0 to 1, where that is known." })
  get phaseFraction(): number | null {
    return this.job.state.status === "starting" ? this.job.state.fraction : null;
  }

  @Field(() => PausedByEnum, { nullable: true, description: "Who has paused it; null unless it is PAUSED." })
  get pausedBy(): string | null {
    return this.job.state.status === "paused" ? this.job.state.by : null;
  }

  @Field(() => String, { nullable: true, description: "In plain words why it waits or has failed; null otherwise." })
  statusReason(@Ctx() { engine, clock }: Context): string | null {
    return statusReason(this.job, engine.scheduler, clock.now());
  }

  @Field(() => String, { nullable: true, description: "The Docker image; null: only a process server can run it." })
  get image(): string | null {
    return this.#spec.image;
  }

  @Field(() => String, { description: "When its image is pulled: missing or always." })
  get imagePull(): string {
    return this.#spec.imagePull ?? "missing";
  }

  @Field(() => CodeFolderView, { nullable: true, description: "The folder that was shipped with it; null: none." })
  get code(): CodeFolderView | null {
    return this.#spec.code ?? null;
  }

  @Field(() => [MountView], { description: "Folders of the server that it sees." })
  get mounts(): readonly MountView[] {
    return this.#spec.mounts ?? [];
  }

  @Field(() => String, { nullable: true, description: "The user of its processes; null: the operator's choice." })
  get runAs(): string | null {
    return this.#spec.runAs ?? null;
  }

  @Field(() => Command, { description: "What it runs." })
  get command(): string | readonly string[] {
    return toInput(this.#spec).command;
  }

  @Field(() => String, { nullable: true, description: "The folder in which it runs; null: the image's own." })
  get workdir(): string | null {
    return this.#spec.workdir;
  }

  @Field(() => Json, { description: "Its variables and their values, those of secrets left out." })
  get env(): Readonly<Record<string, string>> {
    return this.#spec.env;
  }

  @Field(() => [String], { description: "The variables whose values are secret: they are never shown." })
  get secretNames(): readonly string[] {
    return this.#spec.secretNames;
  }

  @Field(() => GpuRequestView, { description: "The GPUs it asked for." })
  get gpus(): GpuRequestView {
    return this.#spec.gpus;
  }

  @Field(() => CoreRequestView, { description: "The CPU cores it asked for." })
  get cores(): CoreRequestView {
    return this.#spec.cores;
  }

  @Field(() => Int, { nullable: true, description: "Its limit of memory in MiB; null: none." })
  get memoryMiB(): number | null {
    return this.#spec.memoryMiB;
  }

  @Field(() => Int, { description: "The size of its /dev/shm in MiB." })
  get shmMiB(): number {
    return this.#spec.shmMiB;
  }

  @Field(() => ServerRange, { description: "How many servers it may span." })
  get servers(): ServerRange {
    return this.#spec.servers;
  }

  @Field(() => [JobPort], { description: "Its ports, as they are leased at present; none while it has no place." })
  get ports(): JobPort[] {
    return (placementOf(this.job) ?? []).flatMap((share) =>
      namedPorts(this.#spec, share).map(({ hostPort, ...port }) => ({
        ...port,
        serverName: share.server,
        serverPort: hostPort,
      })),
    );
  }

  @Field(() => LauncherEnum, { description: "What starts its processes." })
  get launcher(): string {
    return this.#spec.launcher ?? "none";
  }

  @Field(() => ElasticityEnum, { description: "How its size may change once it runs." })
  get elasticity(): string {
    return this.#spec.elasticity;
  }

  @Field(() => String, { nullable: true, description: "The signal that tells it of another size; null: none." })
  get resizeSignal(): string | null {
    return this.#spec.resizeSignal;
  }

  @Field(() => WhenServerLostEnum, { description: "What becomes of it when its server is lost." })
  get whenServerLost(): string {
    return this.#spec.whenServerLost ?? "restart";
  }

  @Field(() => Int, { description: "Higher goes first, under the policies that look at it." })
  get priority(): number {
    return this.#spec.priority;
  }

  @Field(() => DateTime, { nullable: true, description: "When it should be done." })
  get deadline(): Instant | null {
    return this.#spec.deadline;
  }

  @Field(() => Json, { description: "Its labels and their values." })
  get labels(): Readonly<Record<string, string>> {
    return this.#spec.labels;
  }

  @Field(() => CheckpointRequestView, { description: "Where it saves its state, and how it is asked to." })
  get checkpoint(): CheckpointRequestView {
    return this.#spec.checkpoint;
  }

  @Field(() => Retries, { description: "How often it may start again." })
  get retries(): Retries {
    return this.#spec.retries;
  }

  @Field(() => TimeLimits, { description: "What may take how long." })
  get limits(): TimeLimits {
    return this.#spec.limits;
  }

  @Field(() => [ID], { description: "The jobs that had to complete first." })
  get after(): readonly string[] {
    return this.#spec.after;
  }

  @Field(() => [ID], { description: "Those of them that it still waits for." })
  get blockedBy(): readonly string[] {
    return this.job.blockedBy;
  }

  @Field(() => Json, { description: "The least that one would submit to get this job again; secrets left out." })
  get spec(): unknown {
    return toInput(this.#spec);
  }

  @Field(() => DateTime, { description: "When it was submitted." })
  get submittedAt(): Instant {
    return this.job.submittedAt;
  }

  @Field(() => DateTime, { nullable: true, description: "When its first run began to train." })
  get firstStartedAt(): Instant | null {
    return this.job.firstStartedAt;
  }

  @Field(() => DateTime, { nullable: true, description: "When it was over." })
  get endedAt(): Instant | null {
    return "at" in this.job.state ? this.job.state.at : null;
  }

  @Field(() => Duration, { nullable: true, description: "From the submission until it first trained." })
  get queueingDelay(): Millis | null {
    return this.job.firstStartedAt === null ? null : this.job.firstStartedAt - this.job.submittedAt;
  }

  @Field(() => Duration, { description: "All the time that it did not train, until now or until its end." })
  waitingTime(@Ctx() { clock }: Context): Millis {
    const now = clock.now();
    return Math.max(0, (this.endedAt ?? now) - this.job.submittedAt - serviceTime(this.job, now));
  }

  @Field(() => Duration, { description: "All the time that it trained, until now or until its end." })
  serviceTime(@Ctx() { clock }: Context): Millis {
    return serviceTime(this.job, clock.now());
  }

  @Field(() => Duration, { nullable: true, description: "From the submission to the end; null while it is not over." })
  get jobCompletionTime(): Millis | null {
    return this.endedAt === null ? null : this.endedAt - this.job.submittedAt;
  }

  @Field(() => Float, {
    description: "GPUs times seconds that it was served, all runs that have stopped taken together.",
  })
  get gpuSeconds(): number {
    return this.job.gpuMillis / 1000;
  }

  @Field(() => Float, {
    description: "CPU cores times seconds that it was served, all runs that have stopped taken together.",
  })
  get coreSeconds(): number {
    return this.job.coreMillis / 1000;
  }

  @Field(() => Int, { description: "Which run it is at; 0: none has begun." })
  get attempt(): number {
    return this.job.attempt;
  }

  @Field(() => Int, { description: "Counts the changes of its grant within that run, from 1; 0: none has begun." })
  get generation(): number {
    return this.job.generation;
  }

  @Field(() => Int, { description: "How often its size has changed, in place or by a restart." })
  get resizes(): number {
    return this.job.resizes;
  }

  @Field(() => Int, {
    nullable: true,
    description: "Its queue under a policy with several, 0 being served first; null while none has put it in one.",
  })
  get queueLevel(): number | null {
    return this.job.queue?.level ?? null;
  }

  @Field(() => JobEstimate, { nullable: true, description: "What is believed of the work left; null when it is over." })
  estimate(@Ctx() { engine, clock }: Context): JobEstimate | null {
    const { jobs, learner } = engine.scheduler;
    const job = jobs.get(this.id); // the rows of one that has just ended may be behind
    return job ? new JobEstimate(job, learner.estimates(clock.now()).of(job)) : null;
  }

  @Field(() => Int, { description: "How often it gave its room to others." })
  get preemptions(): number {
    return this.job.preemptions;
  }

  @Field(() => Int, { description: "How often it has moved." })
  get migrationCount(): number {
    return this.job.migrations;
  }

  @Field(() => Retries, { description: "How often it has started again after a failure." })
  get retriesUsed(): Retries {
    return this.job.retriesUsed;
  }

  @Field(() => ProgressView, { nullable: true, description: "How far it is; null while it has told nothing of it." })
  get progress(): ProgressView | null {
    return this.job.progress && new ProgressView(this.job.progress);
  }

  @Field(() => Failure, { nullable: true, description: "Why it failed; null unless it did." })
  get failure(): Failure | null {
    const { state } = this.job;
    return isOver(this.job) && "cause" in state && state.cause ? new Failure(state.cause) : null;
  }
}

const serviceTime = ({ serviceMillis, trainingSince }: Job, now: Instant): Millis =>
  serviceMillis + (trainingSince === null ? 0 : Math.max(0, now - trainingSince));
