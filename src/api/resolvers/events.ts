import { Args, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from "type-graphql";
import type { JobId } from "../../core/job.ts";
import type { Context } from "../context.ts";
import { eventPlace, events, follow, jobChanges, list, migrationChanges, serverChanges, type View } from "../feeds.ts";
import { findJob } from "../job-requests.ts";
import { serverNamed } from "../places.ts";
import { costOfList, PageArgs, pageSize } from "../relay.ts";
import { EventView, JobChange, MigrationChange, ProgressUpdate, ServerChange } from "../types/event.ts";
import { EventFeed, EventPage, JobFeed, JobPage, ServerFeed } from "../types/feed-args.ts";
import { JobView } from "../types/job.ts";
import { MigrationView } from "../types/migration.ts";
import { ServerView } from "../types/server.ts";

const twin = { complexity: costOfList } as const;

/** The event log by pages: the twins of the streams below. */
@Resolver()
export class EventQueries {
  @Query(() => [EventView], { ...twin, description: "What happened, from the beginning of the log on." })
  async events(@Args(() => EventPage) page: EventPage, @Ctx() context: Context): Promise<EventView[]> {
    return pageOfView(events(await jobOf(page.job, context), page.types ?? null), page, context);
  }

  @Query(() => [JobChange], { ...twin, description: "What happened to jobs, from the beginning of the log on." })
  async jobChanged(@Args(() => JobPage) page: JobPage, @Ctx() context: Context): Promise<JobChange[]> {
    return pageOfView(jobChanges(await jobOf(page.job, context)), page, context);
  }

  @Query(() => [ServerChange], { ...twin, description: "What happened to servers, from the beginning of the log on." })
  serverChanged(@Args(() => PageArgs) page: PageArgs, @Ctx() context: Context): Promise<ServerChange[]> {
    return pageOfView(serverChanges, page, context);
  }

  @Query(() => [MigrationChange], { ...twin, description: "How migrations came on, from the beginning of the log on." })
  async migrationChanged(@Args(() => JobPage) page: JobPage, @Ctx() context: Context): Promise<MigrationChange[]> {
    return pageOfView(migrationChanges(await jobOf(page.job, context)), page, context);
  }
}

/** The event log as it grows. A stream of one job completes when that is over; the others do not. */
@Resolver()
export class EventStreams {
  @Subscription(() => EventView, {
    description: "What happens. Of one job, it completes when the job is over.",
    subscribe: async ({ args, context }) => {
      const { job: id, types, after } = args as EventFeed;
      const job = await jobOf(id, context as Context);
      return streamOfView(events(job, types ?? null), after, context as Context, job);
    },
  })
  events(@Args(() => EventFeed) _feed: EventFeed, @Root() event: EventView): EventView {
    return event;
  }

  @Subscription(() => JobChange, {
    description: "What happens to jobs. Of one job, it completes when the job is over.",
    subscribe: async ({ args, context }) => {
      const { job: id, after } = args as JobFeed;
      const job = await jobOf(id, context as Context);
      return streamOfView(jobChanges(job), after, context as Context, job);
    },
  })
  jobChanged(@Args(() => JobFeed) _feed: JobFeed, @Root() change: JobChange): JobChange {
    return change;
  }

  @Subscription(() => ServerChange, {
    description: "What happens to servers.",
    subscribe: ({ args, context }) => streamOfView(serverChanges, (args as ServerFeed).after, context as Context, null),
  })
  serverChanged(@Args(() => ServerFeed) _feed: ServerFeed, @Root() change: ServerChange): ServerChange {
    return change;
  }

  @Subscription(() => MigrationChange, {
    description: "How migrations come on. Of one job, it completes when the job is over.",
    subscribe: async ({ args, context }) => {
      const { job: id, after } = args as JobFeed;
      const job = await jobOf(id, context as Context);
      return streamOfView(migrationChanges(job), after, context as Context, job);
    },
  })
  migrationChanged(@Args(() => JobFeed) _feed: JobFeed, @Root() change: MigrationChange): MigrationChange {
    return change;
  }
}

const pageOfView = <T>(view: View<T>, page: PageArgs, { engine }: Context): Promise<T[]> =>
  list(view, eventPlace(page.after, engine, 0), pageSize(page), engine);

const streamOfView = <T>(view: View<T>, after: string | null | undefined, context: Context, job: JobId | null) =>
  follow(view, eventPlace(after, context.engine, context.engine.feed.head), context, job);

/** The id of the one job that is asked about; refuses one that is not there. */
const jobOf = async (id: string | null | undefined, context: Context): Promise<JobId | null> =>
  id === null || id === undefined ? null : (await findJob(id, context, "job")).id;

async function jobView(id: JobId | null, { loaders }: Context): Promise<JobView | null> {
  const job = id === null ? null : await loaders.job.load(id);
  return job && new JobView(job);
}

@Resolver(() => EventView)
export class EventResolver {
  @FieldResolver(() => JobView, { nullable: true, description: "The job as it is now; null: none, or deleted." })
  job(@Root() { jobId }: EventView, @Ctx() context: Context): Promise<JobView | null> {
    return jobView(jobId, context);
  }

  @FieldResolver(() => ServerView, { nullable: true, description: "The server as it is now; null: none, or removed." })
  server(@Root() { serverId }: EventView, @Ctx() { engine }: Context): ServerView | null {
    return serverId === null ? null : serverNamed(serverId, engine);
  }
}

@Resolver(() => JobChange)
export class JobChangeResolver {
  @FieldResolver(() => JobView, { nullable: true, description: "The job as it is now; null when it is deleted." })
  job(@Root() { jobId }: JobChange, @Ctx() context: Context): Promise<JobView | null> {
    return jobView(jobId, context);
  }
}

@Resolver(() => ProgressUpdate)
export class ProgressUpdateResolver {
  @FieldResolver(() => JobView, { nullable: true, description: "The job as it is now; null when it is deleted." })
  job(@Root() { jobId }: ProgressUpdate, @Ctx() context: Context): Promise<JobView | null> {
    return jobView(jobId, context);
  }
}

@Resolver(() => ServerChange)
export class ServerChangeResolver {
  @FieldResolver(() => ServerView, { nullable: true, description: "The server as it is now; null when it is removed." })
  server(@Root() { serverId }: ServerChange, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(serverId, engine);
  }
}

@Resolver(() => MigrationChange)
export class MigrationChangeResolver {
  @FieldResolver(() => MigrationView, { nullable: true, description: "The migration as it is now; null when deleted." })
  async migration(@Root() { migrationId, jobId }: MigrationChange, @Ctx() { loaders }: Context) {
    const found = (await loaders.migrationsOf.load(jobId)).find(({ id }) => id === migrationId);
    return found ? new MigrationView(found) : null;
  }

  @FieldResolver(() => JobView, { nullable: true, description: "The job as it is now; null when it is deleted." })
  job(@Root() { jobId }: MigrationChange, @Ctx() context: Context): Promise<JobView | null> {
    return jobView(jobId, context);
  }
}
