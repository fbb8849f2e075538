import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import type { JobId } from "../../core/job.ts";
import { standingOf } from "../../core/server-state.ts";
import type { Context } from "../context.ts";
import { serverNamed } from "../places.ts";
import { type Connection, costOfFew, costOfList, PageArgs, pageOf } from "../relay.ts";
import { ServerConnection } from "../types/connections.ts";
import { JobView } from "../types/job.ts";
import { DrainView, ServerView } from "../types/server.ts";

@Resolver(() => ServerView)
export class ServerResolver {
  @Query(() => ServerConnection, { complexity: costOfList, description: "The servers, in the order they joined in." })
  servers(@Args(() => PageArgs) page: PageArgs, @Ctx() { engine }: Context): Connection<ServerView> {
    const servers = [...engine.scheduler.servers.values()].map((server) => new ServerView(server));
    return pageOf(servers, page, "server", ({ name }) => name);
  }

  @Query(() => ServerView, { nullable: true, description: "The server; null when there is none." })
  server(
    @Arg("name", () => ID, { description: "Its name." }) name: string,
    @Ctx() { engine }: Context,
  ): ServerView | null {
    return serverNamed(name, engine);
  }

  @FieldResolver(() => [JobView], { complexity: costOfFew, description: "The jobs that hold a part of it now." })
  async jobs(@Root() { name }: ServerView, @Ctx() { engine, loaders }: Context): Promise<JobView[]> {
    const jobs = await loaders.job.loadMany(engine.scheduler.ledger.holders(name) as JobId[]);
    return jobs.flatMap((job) => (job && !(job instanceof Error) ? [new JobView(job)] : []));
  }

  @FieldResolver(() => DrainView, {
    nullable: true,
    description: "How far its drain has come; null: it does not drain.",
  })
  drain(@Root() { name, server }: ServerView, @Ctx() { engine }: Context): DrainView | null {
    if (!server.draining) return null;
    const { since, reason } = standingOf({ ...server, health: "up" });
    const jobsLeft = engine.scheduler.ledger.holders(name).length;
    return { since, reason, deadlineAt: server.drain?.deadlineAt ?? null, jobsLeft };
  }

  @FieldResolver(() => String, { nullable: true, description: "What could not be found out of it; null when all was." })
  notice(@Root() { name, server }: ServerView, @Ctx() { engine }: Context): string | null {
    const trouble = engine.gpus.trouble(name);
    return server.notice ?? (trouble === null ? null : `its GPUs cannot be looked at: ${trouble}`);
  }

  @FieldResolver(() => Int, { description: "How many of its cores jobs hold now." })
  coresUsed(@Root() { name }: ServerView, @Ctx() { engine }: Context): number {
    const room = engine.scheduler.ledger.rooms.get(name);
    return room ? room.coreOwner.length - room.idleCores : 0;
  }

  @FieldResolver(() => Int, { description: "How much memory is set aside for jobs now, in MiB." })
  memoryUsedMiB(@Root() { name }: ServerView, @Ctx() { engine }: Context): number {
    return engine.scheduler.ledger.rooms.get(name)?.usedMemoryMiB ?? 0;
  }
}
