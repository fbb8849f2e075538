import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { domainError } from "../../core/errors.ts";
import { findPlacement, placements } from "../../placement/index.ts";
import { completeOptions, findPolicy, policies } from "../../policies/index.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { SetPolicyInput } from "../types/inputs.ts";
import { SetPolicyPayload } from "../types/payloads.ts";
import { PlacementView, PolicyView } from "../types/policy.ts";

@Resolver()
export class PolicyResolver {
  @Query(() => [PolicyView], { description: "The policies that can be set." })
  policies(@Ctx() { engine }: Context): PolicyView[] {
    const { policy, options } = engine.scheduler.setting;
    return policies.map(
      (entry) => new PolicyView(entry, entry.key === policy ? completeOptions(entry, options) : null),
    );
  }

  @Query(() => [PlacementView], { description: "The placements that can be set." })
  placements(@Ctx() { engine }: Context): PlacementView[] {
    const { placement } = engine.scheduler.setting;
    return placements.map((rule) => new PlacementView(rule, rule.key === placement));
  }

  @Mutation(() => SetPolicyPayload, { description: "Sets the policy, its options, the placement. Jobs go on." })
  setPolicy(
    @Arg("input", () => SetPolicyInput, { description: "What is wanted." }) input: SetPolicyInput,
    @Ctx() { engine }: Context,
  ) {
    return payload(async () => {
      const { policy, options, placement } = input;
      if (!policy && !options && !placement)
        throw domainError("INVALID_INPUT", "give policy, options or placement", ["policy"]);
      await engine.request((scheduler, at) => {
        const { setting } = scheduler;
        const entry = findPolicy(policy ?? setting.policy);
        const kept = entry.key === setting.policy ? setting.options : {};
        const state = policy || options ? scheduler.snapshot(at) : null; // another placement need not suit the jobs that run
        const complete = completeOptions(entry, options ?? kept, state);
        const rule = findPlacement(placement ?? setting.placement);
        return { events: [{ type: "PolicyChanged", policy: entry.key, options: complete, placement: rule.key, at }] };
      });
      const now = engine.scheduler.setting;
      return {
        policy: new PolicyView(findPolicy(now.policy), now.options),
        placement: new PlacementView(findPlacement(now.placement), true),
      };
    });
  }
}
