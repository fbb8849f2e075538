import { Field, ObjectType } from "type-graphql";
import type { Cause } from "../../core/outcome.ts";
import { FailureOriginEnum } from "./enums.ts";

@ObjectType("Failure", { description: "Why something failed." })
export class Failure {
  @Field(() => FailureOriginEnum, { description: "Whose failure it was." })
  origin!: Cause["origin"];

  @Field(() => String, {
    description: "One word for it: exit, signal, oom, time-limit, server-lost, image-pull and the like.",
  })
  code!: string;

  @Field(() => String, { description: "In plain words." })
  message!: string;
}
