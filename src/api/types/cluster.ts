import { Field, Int, ObjectType } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import { Cursor, DateTime } from "../scalars.ts";
import { SchedulingGuards } from "./scheduling-guards.ts";

@ObjectType("JobCounts", { description: "How many jobs there are." })
export class JobCounts {
  @Field(() => Int, { description: "Of those that wait." })
  queued!: number;

  @Field(() => Int, { description: "Of those that hold GPUs or cores." })
  running!: number;

  @Field(() => Int, { description: "Of those that are over and whose record is kept." })
  completed!: number;
}

@ObjectType("ClusterInfo", { description: "The whole that this API looks after." })
export class ClusterInfo {
  @Field(() => String, { description: "The name under which its containers are known." })
  id!: string;

  @Field(() => String, { description: "The version of Schedulearn." })
  version!: string;

  @Field(() => String, { description: "The policy in force." })
  policy!: string;

  @Field(() => String, { description: "The placement in force." })
  placement!: string;

  @Field(() => SchedulingGuards, { description: "What the policy keeps to, as schedulearn.yaml sets it." })
  scheduling!: SchedulingGuards;

  @Field(() => DateTime, { description: "When this server began to serve." })
  startedAt!: Instant;

  @Field(() => Cursor, { description: "The newest event: a stream with this as `after` gives what comes from now on." })
  eventCursor!: string;

  @Field(() => JobCounts, { description: "How many jobs there are." })
  counts!: JobCounts;
}
