import { Field, ObjectType } from "type-graphql";
import type { Cause } from "../../core/outcome.ts";
import { REMEDIES, remedyOf } from "../../core/remedy.ts";
import { FailureOriginEnum } from "./enums.ts";

@ObjectType("Failure", { description: "Why something failed." })
export class Failure {
  readonly cause: Cause;

  constructor(cause: Cause) {
    this.cause = cause;
  }

  @Field(() => FailureOriginEnum, { description: "Whose failure it was." })
  get origin(): Cause["origin"] {
    return this.cause.origin;
  }

  @Field(() => String, { description: `One word for it: ${Object.keys(REMEDIES).join(", ")}.` })
  get code(): Cause["code"] {
    return this.cause.code;
  }

  @Field(() => String, { description: "In plain words." })
  get message(): string {
    return this.cause.message;
  }

  @Field(() => String, { description: "What can be done about it." })
  get hint(): string {
    return remedyOf(this.cause);
  }
}
