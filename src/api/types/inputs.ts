import { Field, Float, ID, InputType, Int } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import { DateTime, Json } from "../scalars.ts";
import { CoreInput, GpuInput, JobSpecInput, LimitsInput, RetriesInput } from "./spec-input.ts";

const optional = { nullable: true } as const;

@InputType("SubmitJobInput", { description: "Give `spec` or `yaml`, not both." })
export class SubmitJobInput {
  @Field(() => JobSpecInput, { ...optional, description: "The job." })
  spec?: JobSpecInput;

  @Field(() => String, { ...optional, description: "The job as the text of a YAML (or JSON) file." })
  yaml?: string;

  @Field(() => String, {
    ...optional,
    description:
      "A text of your own: the same submitted again with it within 24 hours, the first job is the answer; another is refused.",
  })
  idempotencyKey?: string;
}

@InputType()
class WhichJob {
  @Field(() => ID, { description: "The job's id, or the number in it: job-17 or 17." })
  id!: string;
}

@InputType()
class StopJob extends WhichJob {
  @Field(() => Float, {
    ...optional,
    description: "So many seconds it has to save its state before it is killed; without it, as its checkpoint says.",
  })
  graceSeconds?: number;
}

@InputType("CancelJobInput", { description: "Which job, and how it is stopped." })
export class CancelJobInput extends StopJob {}

@InputType("DeleteJobInput", { description: "Which job, and how it is stopped first." })
export class DeleteJobInput extends StopJob {}

@InputType("PauseJobInput", { description: "Which job." })
export class PauseJobInput extends WhichJob {}

@InputType("ResumeJobInput", { description: "Which job." })
export class ResumeJobInput extends WhichJob {}

@InputType("RetryJobInput", { description: "Which job." })
export class RetryJobInput extends WhichJob {}

@InputType()
class WhichBatch {
  @Field(() => ID, { description: "The batch's id, such as batch-17." })
  id!: string;
}

@InputType()
class StopBatch extends WhichBatch {
  @Field(() => Float, {
    ...optional,
    description: "So many seconds its jobs have to save their state before they are killed; without it, as they say.",
  })
  graceSeconds?: number;
}

@InputType("CancelBatchInput", { description: "Which batch, and how its jobs are stopped." })
export class CancelBatchInput extends StopBatch {}

@InputType("DeleteBatchInput", { description: "Which batch, and how its jobs are stopped first." })
export class DeleteBatchInput extends StopBatch {}

@InputType("PauseBatchInput", { description: "Which batch." })
export class PauseBatchInput extends WhichBatch {}

@InputType("ResumeBatchInput", { description: "Which batch." })
export class ResumeBatchInput extends WhichBatch {}

@InputType("RetryBatchInput", { description: "Which batch." })
export class RetryBatchInput extends WhichBatch {}

@InputType("UpdateJobInput", {
  description:
    "What is given is changed; null sets a field back to its default. Sizes change only while it waits; cores of a job without GPUs that can change its size, at once.",
})
export class UpdateJobInput extends WhichJob {
  @Field(() => String, { ...optional, description: "How it is called in lists." })
  name?: string | null;

  @Field(() => Int, { ...optional, description: "Higher goes first, under the policies that look at it." })
  priority?: number | null;

  @Field(() => Json, { ...optional, description: "All its labels: those not given are gone." })
  labels?: Record<string, unknown> | null;

  @Field(() => DateTime, { ...optional, description: "When it should be done." })
  deadline?: Instant | null;

  @Field(() => GpuInput, { ...optional, description: "How many GPUs." })
  gpus?: GpuInput | null;

  @Field(() => CoreInput, { ...optional, description: "How many CPU cores." })
  cores?: CoreInput | null;

  @Field(() => RetriesInput, { ...optional, description: "How often it is started again; what is not given stays." })
  retries?: RetriesInput | null;

  @Field(() => LimitsInput, { ...optional, description: "What may take how long; what is not given stays." })
  limits?: LimitsInput | null;
}

@InputType("MigrateJobInput", { description: "Which job, and where to." })
export class MigrateJobInput extends WhichJob {
  @Field(() => String, { ...optional, description: "The server; without it, wherever the placement likes best." })
  to?: string;

  @Field(() => Boolean, { ...optional, description: "As it runs, with its memory: it need not know of checkpoints." })
  live?: boolean;
}

@InputType("TlsInput", { description: "Files on the API's machine with which a tcp endpoint is reached safely." })
export class TlsInput {
  @Field(() => String, { description: "The certificate of the authority that signed the engine's." })
  ca!: string;

  @Field(() => String, { description: "The client's certificate." })
  cert!: string;

  @Field(() => String, { description: "The client's key." })
  key!: string;
}

@InputType("ServerGpuInput", { description: "A GPU that a server has." })
export class ServerGpuInput {
  @Field(() => Int, { description: "Its index on the server." })
  index!: number;

  @Field(() => String, { ...optional, description: "Its maker's unique name for it." })
  uuid?: string;

  @Field(() => String, { ...optional, description: "Its model." })
  model?: string;

  @Field(() => Int, { ...optional, description: "Its memory in MiB." })
  memoryMiB?: number;
}

@InputType("AddServerInput", { description: "A server to be taken in." })
export class AddServerInput {
  @Field(() => String, { description: "Its name: lower-case letters, digits and -." })
  name!: string;

  @Field(() => String, { description: "Where its engine is: unix:///path, tcp://host:port, ssh://user@host or local." })
  endpoint!: string;

  @Field(() => TlsInput, { ...optional, description: "How a tcp endpoint is reached safely." })
  tls?: TlsInput;

  @Field(() => Boolean, { ...optional, description: "A tcp endpoint beyond this machine may go without tls." })
  insecure?: boolean;

  @Field(() => Int, {
    ...optional,
    description: "How many GPUs it has; without this and gpuList, those that it tells.",
  })
  gpus?: number;

  @Field(() => [ServerGpuInput], { ...optional, description: "Its GPUs one by one, instead of gpus." })
  gpuList?: ServerGpuInput[];

  @Field(() => Int, { ...optional, description: "How many of its cores jobs may have; without it, all." })
  cores?: number;

  @Field(() => Int, { ...optional, description: "How much of its memory jobs may have, in MiB; without it, all." })
  memoryMiB?: number;

  @Field(() => String, {
    ...optional,
    description: "Its address for other servers, when a job spans several; without it, as its endpoint says.",
  })
  address?: string;

  @Field(() => Boolean, {
    defaultValue: true,
    description: "Refuse it when it cannot be reached now; false: take it in, and show it DOWN until it answers.",
  })
  verify!: boolean;
}

@InputType("DrainServerInput", { description: "Which server, and whether it drains." })
export class DrainServerInput {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Boolean, { defaultValue: true, description: "false: it takes jobs again." })
  draining!: boolean;

  @Field(() => Float, { ...optional, description: "What still runs there after so many seconds is preempted." })
  deadlineSeconds?: number;

  @Field(() => String, { ...optional, description: "Why, for others to read." })
  reason?: string;
}

@InputType("CordonServerInput", { description: "Which server, and whether it is kept from getting new runs." })
export class CordonServerInput {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Boolean, { defaultValue: true, description: "false: it takes jobs again." })
  cordoned!: boolean;

  @Field(() => String, { ...optional, description: "Why, for others to read." })
  reason?: string;
}

@InputType("ReapInput", { description: "Whether anything is removed." })
export class ReapInput {
  @Field(() => Boolean, { defaultValue: false, description: "true: only look." })
  dryRun!: boolean;
}

@InputType("CollectImagesInput", { description: "Whether anything is removed." })
export class CollectImagesInput {
  @Field(() => Boolean, { defaultValue: false, description: "true: only tell which may be removed." })
  dryRun!: boolean;
}

@InputType("RemoveServerInput", { description: "Which server, and whether whatever is there." })
export class RemoveServerInput {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      "true: its runs count as lost, and jobs whose checkpoint lies there begin anew; false: then it is refused.",
  })
  force!: boolean;
}

@InputType()
class WhichGpu {
  @Field(() => ID, { description: "Its id, or its server and index: beta/1." })
  gpu!: string;
}

@InputType("QuarantineGpuInput", { description: "Which GPU, and why." })
export class QuarantineGpuInput extends WhichGpu {
  @Field(() => String, { ...optional, description: "Why, for others to read." })
  reason?: string;
}

@InputType("ReleaseGpuInput", { description: "Which GPU." })
export class ReleaseGpuInput extends WhichGpu {}

@InputType("SetPolicyInput", { description: "What is not given stays as it is." })
export class SetPolicyInput {
  @Field(() => String, { ...optional, description: "The policy, by key." })
  policy?: string;

  @Field(() => Json, { ...optional, description: "Its options by name; those not given have their defaults." })
  options?: Record<string, unknown>;

  @Field(() => String, { ...optional, description: "The placement, by key." })
  placement?: string;
}
