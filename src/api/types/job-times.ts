import { ArgsType, Field, Int, ObjectType } from "type-graphql";
import type { Instant, Millis } from "../../core/time.ts";
import { DateTime, Duration } from "../scalars.ts";
import { enumOf } from "./enums.ts";

export type JobGrouping = "all" | "user" | "type";

export const JobGroupingEnum = enumOf<JobGrouping>("JobGrouping", "What jobs are taken together by.", {
  all: "All of them.",
  user: "Whose they are.",
  type: "What kind of training they are.",
});

@ObjectType("TimeSpread", { description: "How long something took in several jobs." })
export class TimeSpread {
  @Field(() => Int, { description: "In so many jobs." })
  jobs!: number;

  @Field(() => Duration, { description: "On average." })
  mean!: Millis;

  @Field(() => Duration, { description: "No longer than this in half of them." })
  p50!: Millis;

  @Field(() => Duration, { description: "No longer than this in 90 of 100." })
  p90!: Millis;

  @Field(() => Duration, { description: "No longer than this in 99 of 100." })
  p99!: Millis;

  @Field(() => Duration, { description: "At most." })
  max!: Millis;
}

@ObjectType("JobTimes", { description: "What became of jobs that are over, and how long they took." })
export class JobTimesView {
  @Field(() => String, { nullable: true, description: "The user or the type; null: all jobs." })
  group!: string | null;

  @Field(() => Int, { description: "How many completed." })
  completed!: number;

  @Field(() => Int, { description: "How many failed." })
  failed!: number;

  @Field(() => Int, { description: "How many were cancelled." })
  cancelled!: number;

  @Field(() => TimeSpread, { nullable: true, description: "Of those that trained: from the submission until then." })
  queueingDelay!: TimeSpread | null;

  @Field(() => TimeSpread, { nullable: true, description: "Of those that completed: all the time they did not train." })
  waitingTime!: TimeSpread | null;

  @Field(() => TimeSpread, { nullable: true, description: "Of those that completed: all the time that they trained." })
  serviceTime!: TimeSpread | null;

  @Field(() => TimeSpread, { nullable: true, description: "Of those that completed: from the submission to the end." })
  jobCompletionTime!: TimeSpread | null;
}

@ArgsType()
export class JobTimesArgs {
  @Field(() => DateTime, { nullable: true, description: "Jobs that ended then or later; a day ago unless given." })
  from?: Instant | null;

  @Field(() => DateTime, { nullable: true, description: "Jobs that ended before; until now unless given." })
  to?: Instant | null;

  @Field(() => JobGroupingEnum, {
    nullable: true,
    description: "What they are taken together by; all of them unless given.",
  })
  by?: JobGrouping | null;
}
