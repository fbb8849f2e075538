import { ArgsType, Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.ts";

@ObjectType("OutcomeCount", { description: "How many jobs ended in a step of time, by how." })
export class OutcomeCountView {
  @Field(() => DateTime, { description: "When the step begins." })
  at!: number;

  @Field(() => Int, { description: "So many ended well." })
  completed!: number;

  @Field(() => Int, { description: "So many failed." })
  failed!: number;

  @Field(() => Int, { description: "So many were stopped by their users." })
  cancelled!: number;
}

@ArgsType()
export class OutcomeArgs {
  @Field(() => DateTime, { description: "From then on." })
  from!: number;

  @Field(() => DateTime, { nullable: true, description: "Until then; without it, until now." })
  to?: number | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 24,
    description: "In so many steps of equal length, at most 500.",
  })
  points?: number | null;
}
