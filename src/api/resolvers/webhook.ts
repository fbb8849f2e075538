import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { TestWebhookPayload } from "../types/payloads.ts";
import { TestWebhookInput, WebhookView } from "../types/webhook.ts";

@Resolver()
export class WebhookResolver {
  @Query(() => [WebhookView], { description: "Who is told by HTTP of what happens to jobs, and how that goes." })
  webhooks(@Ctx() { house }: Context): Promise<readonly WebhookView[]> {
    return house.webhooks.states();
  }

  @Mutation(() => TestWebhookPayload, { description: "Sends a webhook a message that says it is a test." })
  testWebhook(
    @Arg("input", () => TestWebhookInput, { description: "What is wanted." }) { name }: TestWebhookInput,
    @Ctx() { house }: Context,
  ) {
    return payload(async () => {
      const problem = await house.webhooks.test(name);
      return { test: { taken: problem === null, problem } };
    });
  }
}
