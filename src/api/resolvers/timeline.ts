import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { cursorOf, numberOf } from "../cursor.ts";
import { badInput } from "../errors.ts";
import { jobIdFrom } from "../job-requests.ts";
import { type Connection, connection, costOfList } from "../relay.ts";
import { JobView } from "../types/job.ts";
import { LONGEST_TIMELINE_PAGE, TenureConnection, TenureView, TimelineArgs } from "../types/timeline.ts";

@Resolver(() => TenureView)
export class TimelineResolver {
  @Query(() => TenureConnection, {
    complexity: costOfList,
    description:
      "Who had which GPUs and cores of which server, from when to when, in the order in which it came about. What jobs had that are deleted since is told without their names.",
  })
  async timeline(
    @Args(() => TimelineArgs) { from, to, server, job, first, after }: TimelineArgs,
    @Ctx() { engine }: Context,
  ): Promise<Connection<TenureView>> {
    if (to <= from) throw badInput("to", "it must be later than from");
    const size = first ?? 100;
    if (size < 1 || size > LONGEST_TIMELINE_PAGE)
      throw badInput("first", `it must be between 1 and ${LONGEST_TIMELINE_PAGE}, not ${size}`);
    const { items, total, hasMore } = await engine.queries.tenures({
      from,
      to,
      server: server ?? undefined,
      job: job ? jobIdFrom(job) : undefined,
      first: size,
      after: after ? numberOf("tenure", after) : null,
    });
    const window = { from, to, now: engine.clock.now() };
    return connection(
      items.map((tenure) => new TenureView(tenure, window)),
      ({ tenure }) => cursorOf("tenure", tenure.number),
      { hasMore, isLater: Boolean(after), total },
    );
  }

  @FieldResolver(() => JobView, { nullable: true, description: "The job as it is now; null when it has been deleted." })
  async job(@Root() { tenure }: TenureView, @Ctx() { loaders }: Context): Promise<JobView | null> {
    const job = await loaders.job.load(tenure.job);
    return job && new JobView(job);
  }
}
