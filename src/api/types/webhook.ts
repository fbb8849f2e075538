import { Field, InputType, Int, ObjectType } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import { DateTime } from "../scalars.ts";

@ObjectType("Webhook", {
  description: "Somebody who is told by HTTP of what happens to jobs, as schedulearn.yaml names them.",
})
export class WebhookView {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => String, { description: "Where it is; the path is left out, since it may be secret." })
  url!: string;

  @Field(() => [String], { description: "What it is told of." })
  events!: readonly string[];

  @Field(() => String, { description: "How: json, slack or text." })
  format!: string;

  @Field(() => Int, { description: "How many events it may be told of yet; at most 10,000 are counted." })
  pending!: number;

  @Field(() => DateTime, { nullable: true, description: "When it last took something; null: never." })
  deliveredAt!: Instant | null;

  @Field(() => String, { nullable: true, description: "Why the last try failed; null when it did not." })
  lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: "Since when no try has succeeded; null when the last did." })
  failingSince!: Instant | null;

  @Field(() => Int, { description: "How many it took since the server started." })
  delivered!: number;

  @Field(() => Int, { description: "How many were given up since then, a day after the first try." })
  givenUp!: number;
}

@ObjectType("WebhookTest", { description: "What became of a test." })
export class WebhookTest {
  @Field(() => Boolean, { description: "Did the webhook take it?" })
  taken!: boolean;

  @Field(() => String, { nullable: true, description: "Why it did not; null when it did." })
  problem!: string | null;
}

@InputType("TestWebhookInput", { description: "Which one." })
export class TestWebhookInput {
  @Field(() => String, { description: "The webhook's name." })
  name!: string;
}
