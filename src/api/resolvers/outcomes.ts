import { Args, Ctx, Query, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { OutcomeArgs, OutcomeCountView } from "../types/outcomes.ts";

const MOST_POINTS = 500;

@Resolver()
export class OutcomeResolver {
  @Query(() => [OutcomeCountView], {
    description: "How many jobs ended over time, by how: of those whose record is kept.",
  })
  outcomes(
    @Args(() => OutcomeArgs) { from, to, points }: OutcomeArgs,
    @Ctx() { engine }: Context,
  ): Promise<OutcomeCountView[]> {
    const until = to ?? engine.clock.now();
    if (until <= from) throw badInput("to", "it must be later than from");
    const steps = points ?? 24;
    if (steps < 1 || steps > MOST_POINTS)
      throw badInput("points", `it must be between 1 and ${MOST_POINTS}, not ${steps}`);
    return engine.queries.outcomes({ from, to: until, points: steps });
  }
}
