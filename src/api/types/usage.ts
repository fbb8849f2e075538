import { ArgsType, Field, Float, ID, Int, ObjectType } from "type-graphql";
import type { JobId } from "../../core/job.ts";
import type { GpuId, ServerId } from "../../core/server.ts";
import type { Instant, Millis } from "../../core/time.ts";
import type { GpuSample, UsageSample } from "../../store/usage/sample.ts";
import { PageArgs } from "../relay.ts";
import { Cursor, DateTime, Duration } from "../scalars.ts";
import { Gap } from "./logs.ts";

export const DEFAULT_POINTS = 120;
export const MOST_POINTS = 500;

const known = { nullable: true } as const;
const onlyServer = { nullable: true, description: "Of this server only." } as const;

@ArgsType()
export class UsageFeed {
  @Field(() => ID, onlyServer)
  server?: string | null;

  @Field(() => Cursor, { nullable: true, description: "Begin behind this place; without it, with the newest samples." })
  after?: string | null;
}

@ArgsType()
export class UsagePage extends PageArgs {
  @Field(() => ID, onlyServer)
  server?: string | null;
}

@ArgsType()
export class UsageSpan {
  @Field(() => DateTime, { nullable: true, description: "From then on." })
  from?: Instant | null;

  @Field(() => DateTime, { nullable: true, description: "Until then; without it, until now." })
  to?: Instant | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_POINTS,
    description: `In so many steps of equal length, or in fewer if those would be shorter than samples are; at most ${MOST_POINTS}.`,
  })
  points?: number | null;
}

@ArgsType()
export class ServerUsageSpan extends UsageSpan {
  @Field(() => ID, onlyServer)
  server?: string | null;
}

@ObjectType("GpuUsage", { description: "How much a GPU was used, on average over the span of a sample." })
export class GpuUsage {
  readonly sample: GpuSample;

  constructor(sample: GpuSample) {
    this.sample = sample;
  }

  @Field(() => ID, { description: "The GPU's." })
  get id(): GpuId {
    return this.sample.gpu;
  }

  @Field(() => Float, { ...known, description: "How busy it was in per cent; null: not known." })
  get utilisationPercent(): number | null {
    return this.sample.utilisationPercent;
  }

  @Field(() => Float, { ...known, description: "Its memory in use in MiB; null: not known." })
  get memoryUsedMiB(): number | null {
    return this.sample.memoryUsedMiB;
  }

  @Field(() => Float, { ...known, description: "Its temperature in °C; null: not known." })
  get temperatureC(): number | null {
    return this.sample.temperatureC;
  }

  @Field(() => ID, {
    ...known,
    description: "The job that held it, for the longest if there were several; null: none.",
  })
  get jobId(): JobId | null {
    return this.sample.job;
  }

  @Field(() => Float, { description: "For how much of the span it was held, 0 to 1." })
  get held(): number {
    return this.sample.held;
  }
}

@ObjectType("ServerUsage", { description: "How much of a server was used, on average over the span of a sample." })
export class ServerUsage {
  readonly serverId: ServerId;
  readonly sample: UsageSample;

  constructor(serverId: ServerId, sample: UsageSample) {
    this.serverId = serverId;
    this.sample = sample;
  }

  @Field(() => String, { description: "The server's name." })
  get serverName(): string {
    return this.serverId;
  }

  @Field(() => Duration, { description: "The length of the span." })
  get span(): Millis {
    return this.sample.millis;
  }

  @Field(() => Float, { description: "Its CPU cores that jobs may have." })
  get cores(): number {
    return this.sample.cores.total;
  }

  @Field(() => Float, { description: "How many of them jobs held." })
  get coresGranted(): number {
    return this.sample.cores.granted;
  }

  @Field(() => Float, { ...known, description: "How many cores its jobs really kept busy; null: not known." })
  get coresBusy(): number | null {
    return this.sample.cores.used;
  }

  @Field(() => Float, { description: "Its memory that jobs may have, in MiB." })
  get memoryMiB(): number {
    return this.sample.memoryMiB.total;
  }

  @Field(() => Float, { description: "How much of it was set aside for jobs, in MiB." })
  get memoryGrantedMiB(): number {
    return this.sample.memoryMiB.granted;
  }

  @Field(() => Float, { ...known, description: "How much its jobs really had in memory, in MiB; null: not known." })
  get memoryResidentMiB(): number | null {
    return this.sample.memoryMiB.used;
  }

  @Field(() => [GpuUsage], { description: "Its GPUs, by index." })
  get gpus(): GpuUsage[] {
    return this.sample.gpus.map((gpu) => new GpuUsage(gpu));
  }
}

@ObjectType("UsageUpdate", { description: "How much of the servers was used: one sample of each." })
export class UsageUpdate {
  @Field(() => Cursor, { description: "Behind these samples." })
  cursor!: string;

  @Field(() => DateTime, { description: "When they were taken: the end of their span." })
  at!: Instant;

  @Field(() => [ServerUsage], { description: "The servers." })
  servers!: ServerUsage[];

  @Field(() => Gap, { ...known, description: "Samples that were left out before these; null: none." })
  gap!: Gap | null;
}

const steps = "one value a step; null: not known";

@ObjectType("GpuUsageHistory", { description: "How much a GPU was used over time: one value a step." })
export class GpuUsageHistory {
  @Field(() => ID, { description: "The GPU's." })
  id!: GpuId;

  @Field(() => [Float], { nullable: "items", description: `How busy it was in per cent; ${steps}.` })
  utilisationPercent!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `Its memory in use in MiB; ${steps}.` })
  memoryUsedMiB!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `Its temperature in °C; ${steps}.` })
  temperatureC!: (number | null)[];

  @Field(() => [ID], { nullable: "items", description: "The job that held it for the longest in each step." })
  jobIds!: (JobId | null)[];

  @Field(() => [Float], { nullable: "items", description: `For how much of the step it was held, 0 to 1; ${steps}.` })
  held!: (number | null)[];
}

@ObjectType("UsageHistory", { description: "How much of a server was used over time: one value a step." })
export class UsageHistoryView {
  @Field(() => String, { description: "The server's name." })
  serverName!: string;

  @Field(() => [DateTime], { description: "The end of each step." })
  at!: Instant[];

  @Field(() => Duration, { description: "The length of a step." })
  step!: Millis;

  @Field(() => [Float], { nullable: "items", description: `Its CPU cores that jobs may have; ${steps}.` })
  cores!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `How many of them jobs held; ${steps}.` })
  coresGranted!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `How many cores its jobs really kept busy; ${steps}.` })
  coresBusy!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `Its memory that jobs may have, in MiB; ${steps}.` })
  memoryMiB!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `How much of it was set aside for jobs, in MiB; ${steps}.` })
  memoryGrantedMiB!: (number | null)[];

  @Field(() => [Float], {
    nullable: "items",
    description: `How much its jobs really had in memory, in MiB; ${steps}.`,
  })
  memoryResidentMiB!: (number | null)[];

  @Field(() => [GpuUsageHistory], { description: "The GPUs that it had." })
  gpus!: GpuUsageHistory[];
}

@ObjectType("JobUsage", { description: "What a running job really uses, on all its servers together." })
export class JobUsage {
  @Field(() => DateTime, { description: "When this was seen." })
  at!: Instant;

  @Field(() => Float, { ...known, description: "Processor time in per cent of one core; null: not known." })
  cpuPercent!: number | null;

  @Field(() => Float, { ...known, description: "What it has in memory in MiB; null: not known." })
  memoryMiB!: number | null;

  @Field(() => Float, { ...known, description: "How busy its GPUs are in per cent, on average; null: not known." })
  gpuUtilisationPercent!: number | null;

  @Field(() => Float, { ...known, description: "The memory in use of its GPUs in MiB, all together; null: not known." })
  gpuMemoryUsedMiB!: number | null;
}

@ObjectType("JobUsageHistory", { description: "What a job really used over time: one value a step." })
export class JobUsageHistory {
  @Field(() => [DateTime], { description: "The end of each step." })
  at!: Instant[];

  @Field(() => Duration, { description: "The length of a step." })
  step!: Millis;

  @Field(() => [Float], { nullable: "items", description: `Processor time in per cent of one core; ${steps}.` })
  cpuPercent!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `What it had in memory in MiB; ${steps}.` })
  memoryMiB!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `How busy its GPUs were in per cent; ${steps}.` })
  gpuUtilisationPercent!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: `The memory in use of its GPUs in MiB; ${steps}.` })
  gpuMemoryUsedMiB!: (number | null)[];
}
