import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import { type Job, placementOf } from "../../core/job.ts";
import { runId } from "../../core/run.ts";
import { leadServer, type Placement } from "../../core/server.ts";
import type { JobOrder } from "../../store/job-list.ts";
import type { Context } from "../context.ts";
import { cursorOf, numberOf } from "../cursor.ts";
import { badInput } from "../errors.ts";
import { jobIdFrom } from "../job-requests.ts";
import type { Loaders } from "../loaders.ts";
import { readLog } from "../logs.ts";
import { gpusOn, serverNamed } from "../places.ts";
import { type Connection, connection, costOfFew, costOfList, PageArgs, pageOf, pageSize } from "../relay.ts";
import { given } from "../spec-of.ts";
import { JobConnection, MigrationConnection, RunConnection } from "../types/connections.ts";
import { JobOrderEnum } from "../types/enums.ts";
import { JobFilter, statusesOf, textLabels } from "../types/filters.ts";
import { JobView } from "../types/job.ts";
import { LogArgs, LogBatch } from "../types/logs.ts";
import { MigrationView } from "../types/migration.ts";
import { RunView } from "../types/run.ts";
import { GpuView, ServerView } from "../types/server.ts";

@Resolver(() => JobView)
export class JobResolver {
  @Query(() => JobView, { nullable: true, description: "The job; null when there is none." })
  async job(
    @Arg("id", () => ID, { description: "Its id, or the number in it: job-17 or 17." }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<JobView | null> {
    const job = await loaders.job.load(jobIdFrom(id));
    return job && new JobView(job);
  }

  @Query(() => JobConnection, { complexity: costOfList, description: "The jobs whose record is kept." })
  async jobs(
    @Arg("filter", () => JobFilter, { nullable: true, description: "Only these." }) filter: JobFilter | null,
    @Arg("orderBy", () => JobOrderEnum, { nullable: true, defaultValue: "newest-first", description: "In this order." })
    orderBy: JobOrder | null,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("skip", () => Int, {
      nullable: true,
      defaultValue: 0,
      description: "Leave out so many in front: for pages by number.",
    })
    skip: number | null,
    @Ctx() { engine, loaders }: Context,
  ): Promise<Connection<JobView>> {
    const { phase: _, statuses: __, labels, ...others } = filter ?? {};
    const statuses = statusesOf(filter);
    if (skip !== null && skip < 0) throw badInput("skip", `it must be at least 0, not ${skip}`);
    const { items, total, hasMore } = await engine.queries.jobs({
      filter: {
        ...(statuses && { statuses }),
        ...(given(others) as typeof others),
        ...(labels && { labels: textLabels(labels) }),
      },
      order: orderBy ?? "newest-first",
      skip: skip ?? 0,
      first: pageSize(page),
      after: page.after ? numberOf("job", page.after) : null,
    });
    for (const job of items) loaders.job.prime(job.id, job);
    return connection(
      items.map((job) => new JobView(job)),
      ({ id }) => cursorOf("job", id.slice("job-".length)),
      { hasMore, isLater: Boolean(page.after || skip), total },
    );
  }

  @FieldResolver(() => ServerView, { nullable: true, description: "Where it is; null while it holds no place." })
  server(@Root() { job }: JobView, @Ctx() { engine }: Context): ServerView | null {
    const on = placementOf(job);
    return on && serverNamed(leadServer(on), engine);
  }

  @FieldResolver(() => ServerView, {
    nullable: true,
    description: "Where its last run is or was; null when it never ran, and when that server is gone.",
  })
  async lastServer(@Root() { job }: JobView, @Ctx() { engine, loaders }: Context): Promise<ServerView | null> {
    const on = await lastPlacement(job, loaders);
    return on ? serverNamed(leadServer(on), engine) : null;
  }

  @FieldResolver(() => [String], {
    description: "The names of all servers where its last run is or was, in rank order; none when it never ran.",
  })
  async serverNames(@Root() { job }: JobView, @Ctx() { loaders }: Context): Promise<readonly string[]> {
    return ((await lastPlacement(job, loaders)) ?? []).map(({ server }) => server);
  }

  @FieldResolver(() => [GpuView], { complexity: costOfFew, description: "The GPUs that it holds now." })
  grantedGpus(@Root() { job }: JobView, @Ctx() { engine }: Context): GpuView[] {
    return gpusOn(placementOf(job) ?? [], engine);
  }

  @FieldResolver(() => [Int], { description: "The cores that it holds now, by index." })
  grantedCores(@Root() { job }: JobView): number[] {
    return (placementOf(job) ?? []).flatMap(({ cores }) => cores);
  }

  @FieldResolver(() => RunConnection, { complexity: costOfList, description: "Its attempts, the first one first." })
  async runs(
    @Root() { id }: JobView,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { loaders }: Context,
  ): Promise<Connection<RunView>> {
    const runs = (await loaders.runsOf.load(id)).map((run) => new RunView(run));
    return pageOf(runs, page, "run", (run) => run.id);
  }

  @FieldResolver(() => MigrationConnection, { complexity: costOfList, description: "Its moves, the first one first." })
  async migrations(
    @Root() { id }: JobView,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { loaders }: Context,
  ): Promise<Connection<MigrationView>> {
    const migrations = (await loaders.migrationsOf.load(id)).map((migration) => new MigrationView(migration));
    return pageOf(migrations, page, "migration", (migration) => migration.id);
  }

  @FieldResolver(() => LogBatch, { complexity: costOfList, description: "Its output, as the query jobLogs gives it." })
  logs(@Root() { id }: JobView, @Args(() => LogArgs) range: LogArgs, @Ctx() { engine }: Context): Promise<LogBatch> {
    return readLog(engine.logs, id, range);
  }
}

/** Where its last run is or was; undefined when it never ran. */
async function lastPlacement(job: Job, loaders: Loaders): Promise<Placement | undefined> {
  return placementOf(job) ?? (job.attempt === 0 ? undefined : (await loaders.run.load(runId(job.id, job.attempt)))?.on);
}
