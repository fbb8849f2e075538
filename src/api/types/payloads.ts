import { type ClassType, Field, ID, ObjectType } from "type-graphql";
import type { DomainErrorCode } from "../../core/errors.ts";
import { BatchView } from "./batch.ts";
import { RemovedImageView, SurveyView } from "./housekeeping.ts";
import { JobView } from "./job.ts";
import { MigrationView } from "./migration.ts";
import { PlacementView, PolicyView } from "./policy.ts";
import { GpuView, ServerView } from "./server.ts";
import { SimulationView } from "./simulation.ts";
import { WebhookTest } from "./webhook.ts";

@ObjectType("UserError", { description: "Something that the caller can mend. Nothing was changed." })
export class UserError {
  @Field(() => String, { description: "What is wrong, and what would mend it." })
  message!: string;

  @Field(() => String, {
    description: "INVALID_INPUT, NOT_FOUND, CONFLICT, NO_ROOM, UNKNOWN_POLICY, UNREACHABLE or FORBIDDEN.",
  })
  code!: DomainErrorCode;

  @Field(() => [String], { nullable: true, description: "Where in the input, such as [gpus, min]." })
  path?: readonly string[];
}

type PartType = ClassType | typeof ID | [ClassType] | (typeof ID)[];

/** `<name>Payload`: what a mutation gives, each part null where there are errors. */
function payloadType(
  name: string,
  parts: Readonly<Record<string, readonly [() => PartType, string]>>,
): ClassType<object> {
  @ObjectType(`${name}Payload`, { description: `What came of ${name[0]?.toLowerCase()}${name.slice(1)}.` })
  class Payload {
    @Field(() => [UserError], { description: "What the caller has to mend; empty when it was done." })
    errors!: readonly UserError[];
  }
  for (const [part, [type, description]] of Object.entries(parts))
    Field(type, { nullable: true, description })(Payload.prototype, part);
  return Payload;
}

const job = [() => JobView, "The job as it is now; null when there are errors."] as const;
const server = [() => ServerView, "The server as it is now; null when there are errors."] as const;

export const SubmitJobPayload = payloadType("SubmitJob", {
  job: [() => JobView, "The job as it is now, the first one of a batch; null when there are errors."],
  batch: [() => BatchView, "The batch that was submitted; null for a job alone, and when there are errors."],
});
export const CancelJobPayload = payloadType("CancelJob", { job });
export const UpdateJobPayload = payloadType("UpdateJob", { job });
export const PauseJobPayload = payloadType("PauseJob", { job });
export const ResumeJobPayload = payloadType("ResumeJob", { job });
export const RetryJobPayload = payloadType("RetryJob", { job });
export const DeleteJobPayload = payloadType("DeleteJob", {
  deletedJobId: [() => ID, "The job whose record is gone, or goes as soon as it has stopped."],
});
export const MigrateJobPayload = payloadType("MigrateJob", {
  job,
  migration: [() => MigrationView, "The migration that has begun; null when there are errors."],
});
const batch = {
  batch: [() => BatchView, "The batch as it is now; null when there are errors, and when none of its jobs is left."],
  jobIds: [() => [ID], "The jobs that it was done to: those for which it made sense."],
} as const;
export const CancelBatchPayload = payloadType("CancelBatch", batch);
export const DeleteBatchPayload = payloadType("DeleteBatch", batch);
export const PauseBatchPayload = payloadType("PauseBatch", batch);
export const ResumeBatchPayload = payloadType("ResumeBatch", batch);
export const RetryBatchPayload = payloadType("RetryBatch", batch);
export const AddServerPayload = payloadType("AddServer", { server });
export const DrainServerPayload = payloadType("DrainServer", { server });
export const CordonServerPayload = payloadType("CordonServer", { server });
export const RemoveServerPayload = payloadType("RemoveServer", {
  removedServerId: [() => ID, "The server that is gone; null when there are errors."],
});
const gpu = [() => GpuView, "The GPU as it is now; null when there are errors."] as const;
export const QuarantineGpuPayload = payloadType("QuarantineGpu", { gpu });
export const ReleaseGpuPayload = payloadType("ReleaseGpu", { gpu });
export const ReapPayload = payloadType("Reap", {
  survey: [() => SurveyView, "What was found, and with it what was removed: all that was due."],
});
export const CollectImagesPayload = payloadType("CollectImages", {
  removed: [() => [RemovedImageView], "What was removed; null when there are errors."],
});
const simulation = [() => SimulationView, "The simulation as it is now; null when there are errors."] as const;
export const SimulatePayload = payloadType("Simulate", { simulation });
export const CancelSimulationPayload = payloadType("CancelSimulation", { simulation });
export const DeleteSimulationPayload = payloadType("DeleteSimulation", {
  deletedSimulationId: [() => ID, "The simulation that is gone; null when there are errors."],
});
export const SetPolicyPayload = payloadType("SetPolicy", {
  policy: [() => PolicyView, "The policy now in force; null when there are errors."],
  placement: [() => PlacementView, "The placement now in force; null when there are errors."],
});
export const TestWebhookPayload = payloadType("TestWebhook", {
  test: [() => WebhookTest, "What became of it."],
});
