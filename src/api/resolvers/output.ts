import { Arg, Args, Ctx, ID, Query, Resolver, Root, Subscription } from "type-graphql";
import type { Context } from "../context.ts";
import { eventPlace, followProgress, listProgress } from "../feeds.ts";
import { findJob } from "../job-requests.ts";
import { followLog, logPlace, readLog, runNumber } from "../logs.ts";
import { costOfList, pageSize } from "../relay.ts";
import { ProgressUpdate } from "../types/event.ts";
import { LogFeed, ProgressFeed, ProgressPage } from "../types/feed-args.ts";
import { LogArgs, LogBatch } from "../types/logs.ts";

/** What a job prints, and what is read from it. */
@Resolver()
export class OutputQueries {
  @Query(() => LogBatch, { complexity: costOfList, description: "Lines of a job's output." })
  async jobLogs(
    @Arg("job", () => ID, { description: "The job's id, or the number in it." }) id: string,
    @Args(() => LogArgs) range: LogArgs,
    @Ctx() context: Context,
  ): Promise<LogBatch> {
    const job = await findJob(id, context, "job");
    return readLog(context.engine.logs, job.id, range);
  }

  @Query(() => [ProgressUpdate], { complexity: costOfList, description: "A job's progress from its beginning on." })
  async jobProgress(
    @Args(() => ProgressPage) { job: id, ...page }: ProgressPage,
    @Ctx() context: Context,
  ): Promise<ProgressUpdate[]> {
    const job = await findJob(id, context, "job");
    return listProgress(job.id, eventPlace(page.after, context.engine, 0), pageSize(page), context.engine);
  }
}

/** The same as streams. They complete when the job is over and everything was given. */
@Resolver()
export class OutputStreams {
  @Subscription(() => LogBatch, {
    description: "A job's output as it is printed. It completes when the job is over and all of it was given.",
    subscribe: async ({ args, context }) => {
      const { job: id, after, attempt } = args as LogFeed;
      const { engine } = context as Context;
      const job = await findJob(id, context as Context, "job");
      return followLog(engine, job.id, logPlace(after, job.id, engine.logs), runNumber(attempt));
    },
  })
  jobLogs(@Args(() => LogFeed) _feed: LogFeed, @Root() batch: LogBatch): LogBatch {
    return batch;
  }

  @Subscription(() => ProgressUpdate, {
    description:
      "A job's progress as it is told; a reader who is late gets the newest, and a gap. It completes when the job is over.",
    subscribe: async ({ args, context }) => {
      const { job: id, after } = args as ProgressFeed;
      const { engine } = context as Context;
      const job = await findJob(id, context as Context, "job");
      return followProgress(job.id, eventPlace(after, engine, 0), context as Context);
    },
  })
  jobProgress(@Args(() => ProgressFeed) _feed: ProgressFeed, @Root() update: ProgressUpdate): ProgressUpdate {
    return update;
  }
}
