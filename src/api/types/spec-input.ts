import { Field, Float, ID, InputType, Int } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import { Command, DateTime, Json } from "../scalars.ts";
import { ElasticityEnum, LauncherEnum, WhenServerLostEnum } from "./enums.ts";

const optional = { nullable: true } as const;

@InputType("GpuInput", { description: "Either `count`, or `min` and `max` for an elastic job." })
export class GpuInput {
  @Field(() => Int, { ...optional, description: "This many, neither more nor fewer." })
  count?: number;

  @Field(() => Int, { ...optional, description: "The job can run with so many." })
  min?: number;

  @Field(() => Int, { ...optional, description: "The job can make use of so many." })
  max?: number;

  @Field(() => Int, { ...optional, description: "What policies without elasticity give; without it, min." })
  preferred?: number;

  @Field(() => String, { ...optional, description: "Only GPUs of this model." })
  model?: string;

  @Field(() => Int, { ...optional, description: "Only GPUs with at least so much memory, in MiB." })
  memoryMiB?: number;
}

@InputType("CoreInput", { description: "Either `count`, or `min` and `max` for an elastic job without GPUs." })
export class CoreInput {
  @Field(() => Int, { ...optional, description: "This many." })
  count?: number;

  @Field(() => Int, { ...optional, description: "The job can run with so many." })
  min?: number;

  @Field(() => Int, { ...optional, description: "The job can make use of so many." })
  max?: number;

  @Field(() => Int, { ...optional, description: "What policies without elasticity give; without it, min." })
  preferred?: number;
}

@InputType("ServersInput", { description: "Either `count`, or `min` and `max`." })
export class ServersInput {
  @Field(() => Int, { ...optional, description: "So many, neither more nor fewer." })
  count?: number;

  @Field(() => Int, { ...optional, description: "It runs on no fewer." })
  min?: number;

  @Field(() => Int, { ...optional, description: "It runs on no more." })
  max?: number;
}

@InputType("PortInput", { description: "A port on which the program listens." })
export class PortInput {
  @Field(() => String, { ...optional, description: "SCHEDULEARN_PORT_<NAME> tells of it; without it, the number." })
  name?: string;

  @Field(() => Int, { description: "The port inside the container." })
  port!: number;
}

@InputType("ParallelismInput", { description: "Thread pools of TensorFlow-style programs." })
export class ParallelismInput {
  @Field(() => Int, { ...optional, description: "Operations that run at once." })
  interOp?: number;

  @Field(() => Int, { ...optional, description: "Threads of one operation." })
  intraOp?: number;
}

@InputType("EstimateInput", { description: "A guess of the work." })
export class EstimateInput {
  @Field(() => Float, { ...optional, description: "How long it takes on one GPU, in seconds." })
  seconds?: number;

  @Field(() => Float, { ...optional, description: "How many epochs it has." })
  epochs?: number;

  @Field(() => Float, { ...optional, description: "How many steps it has." })
  steps?: number;
}

@InputType("ProgressInput", { description: "How to read progress from the output." })
export class ProgressInput {
  @Field(() => String, { ...optional, description: "A regular expression with named groups." })
  pattern?: string;

  @Field(() => String, { ...optional, description: "A file that the program writes: CSV, or a JSON object a line." })
  file?: string;
}

@InputType("CheckpointInput", { description: "Where the program saves its state, and how it is asked to." })
export class CheckpointInput {
  @Field(() => String, { ...optional, description: "This folder survives restarts and moves with the job." })
  path?: string;

  @Field(() => String, { ...optional, description: "The signal that asks the program to save and to end." })
  signal?: string;

  @Field(() => Float, { ...optional, description: "So many seconds it has for that before it is killed." })
  graceSeconds?: number;
}

@InputType("RetriesInput", { description: "How often the job is started again after a failure." })
export class RetriesInput {
  @Field(() => Int, { ...optional, description: "After a failure of the program itself." })
  application?: number;

  @Field(() => Int, { ...optional, description: "After a failure of the infrastructure." })
  infrastructure?: number;
}

@InputType("LimitsInput", { description: "What may take how long, in seconds." })
export class LimitsInput {
  @Field(() => Float, { ...optional, description: "Waiting." })
  queueSeconds?: number;

  @Field(() => Float, { ...optional, description: "Pulling its image." })
  pullSeconds?: number;

  @Field(() => Float, { ...optional, description: "Training." })
  runSeconds?: number;

  @Field(() => Float, { ...optional, description: "Without printing anything." })
  idleSeconds?: number;

  @Field(() => Float, { ...optional, description: "Without telling any progress." })
  stallSeconds?: number;
}

@InputType("CodeInput", { description: "A folder that was uploaded for the job." })
export class CodeInput {
  @Field(() => String, { description: "The SHA-256 under which it was uploaded to /code/<hash>." })
  hash!: string;
}

@InputType("MountInput", { description: "A folder of the server that the job sees." })
export class MountInput {
  @Field(() => String, { description: "An absolute path on the server, below a root that the operator allows." })
  source!: string;

  @Field(() => String, { description: "Where the job finds it." })
  target!: string;

  @Field(() => Boolean, { ...optional, description: "Whether it may only be read; without it, yes." })
  readOnly?: boolean;
}

@InputType("ArrayInput", { description: "The job so many times: give count or indices." })
export class ArrayInput {
  @Field(() => Int, { ...optional, description: "So many jobs, numbered from 0." })
  count?: number;

  @Field(() => String, { ...optional, description: "The number of each job, such as 0-9,12 or 0-30:10." })
  indices?: string;

  @Field(() => Int, { ...optional, description: "So many of them run at a time; without it, all there is room for." })
  maxParallel?: number;

  @Field(() => Int, { ...optional, description: "When more of them have failed, the rest is cancelled." })
  maxFailures?: number;
}

@InputType("SweepInput", { description: "One job for each choice of parameters." })
export class SweepInput {
  @Field(() => Json, {
    description: "The values of each parameter by name: a list, or {min, max, log, whole} to be drawn from.",
  })
  parameters!: Record<string, unknown>;

  @Field(() => String, { ...optional, description: "grid (the default), list or random." })
  mode?: string;

  @Field(() => Int, { ...optional, description: "How many jobs a random sweep has." })
  samples?: number;

  @Field(() => Int, { ...optional, description: "The same again with the same seed." })
  seed?: number;

  @Field(() => Int, { ...optional, description: "So many of them run at a time; without it, all there is room for." })
  maxParallel?: number;

  @Field(() => Int, { ...optional, description: "When more of them have failed, the rest is cancelled." })
  maxFailures?: number;
}

@InputType("JobSpecInput", { description: "A training job, as its YAML file would have it." })
export class JobSpecInput {
  @Field(() => String, { ...optional, description: "How it is called in lists; without it, after its image." })
  name?: string;

  @Field(() => String, { ...optional, description: "What kind of training it is: pytorch, keras, …" })
  type?: string;

  @Field(() => String, { ...optional, description: "The Docker image; without it, only a process server can run it." })
  image?: string;

  @Field(() => String, { ...optional, description: "When the image is pulled: missing or always." })
  imagePull?: string;

  @Field(() => CodeInput, { ...optional, description: "A folder that is shipped with it." })
  code?: CodeInput;

  @Field(() => [MountInput], { ...optional, description: "Folders of the server that it sees." })
  mounts?: MountInput[];

  @Field(() => String, { ...optional, description: "The user of its processes, by numbers, such as 1000:1000." })
  runAs?: string;

  @Field(() => Command, { ...optional, description: "What to run. Required." })
  command?: string | readonly string[];

  @Field(() => String, { ...optional, description: "The folder in which it runs." })
  workdir?: string;

  @Field(() => Json, { ...optional, description: "Variables for the command, by name." })
  env?: Record<string, unknown>;

  @Field(() => Json, { ...optional, description: "Variables whose values are stored apart and never shown again." })
  secrets?: Record<string, unknown>;

  @Field(() => GpuInput, { ...optional, description: "How many GPUs; without it, none." })
  gpus?: GpuInput;

  @Field(() => CoreInput, { ...optional, description: "How many CPU cores; without it, one." })
  cores?: CoreInput;

  @Field(() => ServersInput, { ...optional, description: "How many servers it may span; without it, one." })
  servers?: ServersInput;

  @Field(() => LauncherEnum, { ...optional, description: "What starts its processes; without it, the command itself." })
  launcher?: string;

  @Field(() => [String], { ...optional, description: "The launcher's program, with options of your own." })
  launcherCommand?: string[];

  @Field(() => [PortInput], { ...optional, description: "Ports on which it listens, each given one of its server's." })
  ports?: PortInput[];

  @Field(() => ParallelismInput, { ...optional, description: "Its thread pools." })
  parallelism?: ParallelismInput;

  @Field(() => Int, { ...optional, description: "Limit of memory, in MiB; without it, none." })
  memoryMiB?: number;

  @Field(() => Int, { ...optional, description: "Size of /dev/shm, in MiB." })
  shmMiB?: number;

  @Field(() => ElasticityEnum, { ...optional, description: "How its size may change once it runs." })
  elasticity?: string;

  @Field(() => String, { ...optional, description: "The signal that tells it of another size; without it, none." })
  resizeSignal?: string;

  @Field(() => WhenServerLostEnum, { ...optional, description: "What becomes of it when its server is lost." })
  whenServerLost?: string;

  @Field(() => Int, { ...optional, description: "Higher goes first, under the policies that look at it." })
  priority?: number;

  @Field(() => DateTime, { ...optional, description: "When it should be done." })
  deadline?: Instant;

  @Field(() => String, { ...optional, description: "Whose job it is; without it, the caller's." })
  user?: string;

  @Field(() => Json, { ...optional, description: "Names and values of your own, to search by." })
  labels?: Record<string, unknown>;

  @Field(() => EstimateInput, { ...optional, description: "A guess of the work." })
  estimate?: EstimateInput;

  @Field(() => ProgressInput, { ...optional, description: "How to read progress from the output." })
  progress?: ProgressInput;

  @Field(() => CheckpointInput, { ...optional, description: "Where it saves its state, and how it is asked to." })
  checkpoint?: CheckpointInput;

  @Field(() => RetriesInput, { ...optional, description: "How often it is started again after a failure." })
  retries?: RetriesInput;

  @Field(() => LimitsInput, { ...optional, description: "What may take how long." })
  limits?: LimitsInput;

  @Field(() => [ID], { ...optional, description: "Ids of jobs that must have completed first." })
  after?: string[];

  @Field(() => ArrayInput, { ...optional, description: "The job so many times, each with a number." })
  array?: ArrayInput;

  @Field(() => SweepInput, { ...optional, description: "One job for each choice of parameters." })
  sweep?: SweepInput;
}
