import { Field, Float, Int, ObjectType } from "type-graphql";

@ObjectType("GpuRequest", { description: "The GPUs that a job asked for." })
export class GpuRequestView {
  @Field(() => Int, { description: "It can run with so many. 0: it needs none." })
  min!: number;

  @Field(() => Int, { description: "It can make use of so many." })
  max!: number;

  @Field(() => Int, { description: "What policies without elasticity give." })
  preferred!: number;

  @Field(() => String, { nullable: true, description: "Only GPUs of this model." })
  model!: string | null;

  @Field(() => Int, { nullable: true, description: "Only GPUs with at least so much memory, in MiB." })
  memoryMiB!: number | null;
}

@ObjectType("CoreRequest", { description: "The CPU cores that a job asked for." })
export class CoreRequestView {
  @Field(() => Int, { description: "It can run with so many." })
  min!: number;

  @Field(() => Int, { description: "It can make use of so many." })
  max!: number;

  @Field(() => Int, { description: "What policies without elasticity give." })
  preferred!: number;
}

@ObjectType("CodeFolder", { description: "A folder that was shipped with a job." })
export class CodeFolderView {
  @Field(() => String, { description: "The SHA-256 of its archive." })
  hash!: string;

  @Field(() => Float, { description: "What its files hold." })
  bytes!: number;

  @Field(() => Int, { description: "How many files there are." })
  files!: number;
}

@ObjectType("Mount", { description: "A folder of the server that a job sees." })
export class MountView {
  @Field(() => String, { description: "Its path on the server." })
  source!: string;

  @Field(() => String, { description: "Where the job finds it." })
  target!: string;

  @Field(() => Boolean, { description: "Whether it may only be read." })
  readOnly!: boolean;
}

@ObjectType("ServerRange", { description: "How many servers a job may span." })
export class ServerRange {
  @Field(() => Int, { description: "It runs on no fewer." })
  min!: number;

  @Field(() => Int, { description: "It runs on no more." })
  max!: number;
}

@ObjectType("JobPort", { description: "A port of a running job, as others reach it." })
export class JobPort {
  @Field(() => String, { description: "What its job calls it." })
  name!: string;

  @Field(() => Int, { description: "The port that its program asked for." })
  port!: number;

  @Field(() => String, { description: "The name of the server that has it." })
  serverName!: string;

  @Field(() => Int, { description: "The port of that server." })
  serverPort!: number;
}

@ObjectType("CheckpointRequest", { description: "Where a job saves its state, and how it is asked to." })
export class CheckpointRequestView {
  @Field(() => String, { description: "This folder survives restarts and moves with the job." })
  path!: string;

  @Field(() => String, { description: "The signal that asks the program to save and to end." })
  signal!: string;

  @Field(() => Float, { description: "So many seconds it has for that before it is killed." })
  graceSeconds!: number;
}

@ObjectType("Retries", { description: "Starts after a failure, counted apart for each origin." })
export class Retries {
  @Field(() => Int, { description: "After a failure of the program itself." })
  application!: number;

  @Field(() => Int, { description: "After a failure of the infrastructure." })
  infrastructure!: number;
}

@ObjectType("TimeLimits", { description: "What may take how long, in seconds; null: as long as it likes." })
export class TimeLimits {
  @Field(() => Float, { nullable: true, description: "Waiting." })
  queueSeconds!: number | null;

  @Field(() => Float, { nullable: true, description: "Pulling its image." })
  pullSeconds!: number | null;

  @Field(() => Float, { nullable: true, description: "Training." })
  runSeconds!: number | null;

  @Field(() => Float, { nullable: true, description: "Without printing anything." })
  idleSeconds!: number | null;

  @Field(() => Float, { nullable: true, description: "Without telling any progress." })
  stallSeconds?: number;
}
