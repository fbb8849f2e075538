import { Args, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from "type-graphql";
import type { ServerId } from "../../core/server.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { serverNamed } from "../places.ts";
import { costOfList, pageSize } from "../relay.ts";
import { JobView } from "../types/job.ts";
import { GpuView, ServerView } from "../types/server.ts";
import {
  DEFAULT_POINTS,
  GpuUsage,
  GpuUsageHistory,
  JobUsage,
  JobUsageHistory,
  MOST_POINTS,
  ServerUsage,
  ServerUsageSpan,
  UsageFeed,
  UsageHistoryView,
  UsagePage,
  UsageSpan,
  UsageUpdate,
} from "../types/usage.ts";
import { followUsage, jobUsageNow, jobUsageOver, listUsage, stepsOf, usageOver, usagePlace } from "../usage.ts";

/** A value of a column is a number, and lists of columns are few. */
const costOfPoints = ({ args, childComplexity }: { args: { points?: number }; childComplexity: number }): number =>
  1 + Math.min(Math.max(args.points ?? DEFAULT_POINTS, 1), MOST_POINTS) * childComplexity;

@Resolver()
export class UsageQueries {
  @Query(() => [UsageHistoryView], {
    complexity: costOfPoints,
    description:
      "How much of each server was used over time: of the last hour in steps of ten seconds, of the last day by the minute, of 30 days in steps of ten minutes.",
  })
  async usage(
    @Args(() => ServerUsageSpan) { server, ...span }: ServerUsageSpan,
    @Ctx() { engine, house: { meter } }: Context,
  ): Promise<UsageHistoryView[]> {
    const only = knownServer(server, engine);
    const steps = stepsOf(span, engine.clock.now(), null, meter.everyMillis);
    const servers = only === null ? [...engine.scheduler.servers.keys()] : [only];
    return Promise.all(servers.map((each) => usageOver(meter, each, steps)));
  }

  @Query(() => [UsageUpdate], { complexity: costOfList, description: "Samples of the last hour, oldest first." })
  gpuUsage(
    @Args(() => UsagePage) page: UsagePage,
    @Ctx() { engine, house: { meter } }: Context,
  ): Promise<UsageUpdate[]> {
    const after = page.after ? usagePlace(page.after) : 0;
    return listUsage(meter, knownServer(page.server, engine), after, pageSize(page));
  }
}

@Resolver()
export class UsageStreams {
  @Subscription(() => UsageUpdate, {
    description: "How much of the servers and their GPUs is used, about every ten seconds, the newest samples first.",
    subscribe: ({ args, context }) => {
      const { server, after } = args as UsageFeed;
      const { engine, house } = context as Context;
      return followUsage(house.meter, knownServer(server, engine), after ? usagePlace(after) : null);
    },
  })
  gpuUsage(@Args(() => UsageFeed) _feed: UsageFeed, @Root() update: UsageUpdate): UsageUpdate {
    return update;
  }
}

function knownServer(id: string | null | undefined, { scheduler }: Context["engine"]): ServerId | null {
  if (id === null || id === undefined) return null;
  if (scheduler.servers.has(id)) return id;
  throw badInput("server", `there is no server ${JSON.stringify(id.slice(0, 80))}`);
}

@Resolver(() => ServerUsage)
export class ServerUsageResolver {
  @FieldResolver(() => ServerView, { nullable: true, description: "The server as it is now; null when it is removed." })
  server(@Root() { serverId }: ServerUsage, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(serverId, engine);
  }
}

@Resolver(() => UsageHistoryView)
export class UsageHistoryResolver {
  @FieldResolver(() => ServerView, { nullable: true, description: "The server as it is now; null when it is removed." })
  server(@Root() { serverName }: UsageHistoryView, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(serverName, engine);
  }
}

function gpuOf(id: string, { scheduler }: Context["engine"]): GpuView | null {
  const server = scheduler.servers.get(id.slice(0, id.indexOf("/")));
  const gpu = server?.gpus.find((each) => each.id === id);
  return server && gpu ? new GpuView(gpu, server.id) : null;
}

@Resolver(() => GpuUsage)
export class GpuUsageResolver {
  @FieldResolver(() => GpuView, { nullable: true, description: "The GPU as it is now; null when it is not there." })
  gpu(@Root() { id }: GpuUsage, @Ctx() { engine }: Context): GpuView | null {
    return gpuOf(id, engine);
  }

  @FieldResolver(() => JobView, { nullable: true, description: "The job that held it; null: none, or deleted." })
  async job(@Root() { jobId }: GpuUsage, @Ctx() { loaders }: Context): Promise<JobView | null> {
    const job = jobId === null ? null : await loaders.job.load(jobId);
    return job && new JobView(job);
  }
}

@Resolver(() => GpuUsageHistory)
export class GpuUsageHistoryResolver {
  @FieldResolver(() => GpuView, { nullable: true, description: "The GPU as it is now; null when it is not there." })
  gpu(@Root() { id }: GpuUsageHistory, @Ctx() { engine }: Context): GpuView | null {
    return gpuOf(id, engine);
  }
}

@Resolver(() => JobView)
export class JobUsageResolver {
  @FieldResolver(() => JobUsage, {
    nullable: true,
    description: "What it really uses now; null when it does not run, or was not looked at yet.",
  })
  usage(@Root() { id }: JobView, @Ctx() { house: { meter } }: Context): JobUsage | null {
    return jobUsageNow(meter, id);
  }

  @FieldResolver(() => JobUsageHistory, {
    nullable: true,
    complexity: costOfPoints,
    description:
      "What it really used over time, from its first run to its end unless told otherwise; null: it never ran.",
  })
  async usageHistory(
    @Root() view: JobView,
    @Args(() => UsageSpan) span: UsageSpan,
    @Ctx() { clock, loaders, house: { meter } }: Context,
  ): Promise<JobUsageHistory | null> {
    const runs = await loaders.runsOf.load(view.id);
    const [first] = runs;
    if (!first) return null;
    const servers = new Set(runs.flatMap(({ on }) => on.map(({ server }) => server)));
    const end = view.endedAt ?? clock.now();
    const whole = { ...span, to: span.to ?? Math.max(end, first.placedAt + 1) };
    const steps = stepsOf(whole, clock.now(), first.placedAt, meter.everyMillis);
    return jobUsageOver(meter, view.id, [...servers], steps);
  }
}
