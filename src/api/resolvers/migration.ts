import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { cursorOf, placeOf } from "../cursor.ts";
import { gpusOn, serverNamed } from "../places.ts";
import { type Connection, connection, costOfFew, costOfList, PageArgs, pageSize } from "../relay.ts";
import { MigrationConnection } from "../types/connections.ts";
import { MigrationFilter } from "../types/filters.ts";
import { JobView } from "../types/job.ts";
import { MigrationView } from "../types/migration.ts";
import { GpuView, ServerView } from "../types/server.ts";

@Resolver(() => MigrationView)
export class MigrationResolver {
  @Query(() => MigrationConnection, {
    complexity: costOfList,
    description: "The moves of all jobs, the last one first.",
  })
  async migrations(
    @Arg("filter", () => MigrationFilter, { nullable: true, description: "Only these." })
    filter: MigrationFilter | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { engine }: Context,
  ): Promise<Connection<MigrationView>> {
    const states = filter?.states;
    const { items, total, hasMore } = await engine.queries.migrations({
      ...(states && { states }),
      first: pageSize(page),
      after: page.after ? placeOf("migration", page.after) : null,
    });
    return connection(
      items.map((migration) => new MigrationView(migration)),
      ({ id }) => cursorOf("migration", id),
      { hasMore, isLater: Boolean(page.after), total },
    );
  }

  @FieldResolver(() => JobView, { nullable: true, description: "The job; null when it has been deleted meanwhile." })
  async job(@Root() { migration }: MigrationView, @Ctx() { loaders }: Context): Promise<JobView | null> {
    const job = await loaders.job.load(migration.job);
    return job && new JobView(job);
  }

  @FieldResolver(() => ServerView, { nullable: true, description: "The server that it left; null when that is gone." })
  fromServer(@Root() { from }: MigrationView, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(from, engine);
  }

  @FieldResolver(() => ServerView, { nullable: true, description: "The server it went to; null when that is gone." })
  toServer(@Root() { to }: MigrationView, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(to, engine);
  }

  @FieldResolver(() => [GpuView], {
    complexity: costOfFew,
    description: "The GPUs that it left, as far as they are there.",
  })
  fromGpus(@Root() { migration }: MigrationView, @Ctx() { engine }: Context): GpuView[] {
    return gpusOn(migration.from, engine);
  }

  @FieldResolver(() => [GpuView], {
    complexity: costOfFew,
    description: "The GPUs it went to, as far as they are there.",
  })
  toGpus(@Root() { migration }: MigrationView, @Ctx() { engine }: Context): GpuView[] {
    return gpusOn(migration.to, engine);
  }
}
