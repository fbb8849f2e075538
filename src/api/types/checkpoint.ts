import { Field, Float, Int, ObjectType } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import { DateTime } from "../scalars.ts";

@ObjectType("CheckpointCopy", { description: "A place where the checkpoint of a job is kept." })
export class CheckpointCopy {
  @Field(() => String, {
    nullable: true,
    description: "The server that has the folder; null: a copy in the scheduler's own data folder.",
  })
  server!: string | null;

  @Field(() => Int, { description: "Which folder of the job it is, or is a copy of." })
  generation!: number;

  @Field(() => Int, { nullable: true, description: "The step up to which work is safe in it; null: not known." })
  step!: number | null;

  @Field(() => DateTime, { nullable: true, description: "When the job last saved into it; null: not known." })
  savedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: "When the copy was made; null for the folder itself." })
  copiedAt!: Instant | null;

  @Field(() => Float, { nullable: true, description: "What its files hold; null where that was not counted." })
  bytes!: number | null;

  @Field(() => Int, { nullable: true, description: "How many files there are; null where they were not counted." })
  files!: number | null;
}

@ObjectType("LostWork", { description: "Work that was done and not saved, over all runs." })
export class LostWorkView {
  @Field(() => Float, { description: "Time training, in seconds." })
  seconds!: number;

  @Field(() => Int, { nullable: true, description: "In steps; null where no run has told of its steps." })
  steps!: number | null;
}
