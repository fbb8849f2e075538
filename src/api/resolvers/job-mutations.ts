import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { Job, JobId } from "../../core/job.ts";
import { requestCancel, requestMigrate, requestPause, requestResume, requestUpdate } from "../../core/request.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { patchOf, requestOf, retry, stopOf } from "../job-requests.ts";
import { submit } from "../submission.ts";
import { BatchView } from "../types/batch.ts";
import {
  CancelJobInput,
  DeleteJobInput,
  MigrateJobInput,
  PauseJobInput,
  ResumeJobInput,
  RetryJobInput,
  SubmitJobInput,
  UpdateJobInput,
} from "../types/inputs.ts";
import { JobView } from "../types/job.ts";
import { MigrationView } from "../types/migration.ts";
import {
  CancelJobPayload,
  DeleteJobPayload,
  MigrateJobPayload,
  PauseJobPayload,
  ResumeJobPayload,
  RetryJobPayload,
  SubmitJobPayload,
  UpdateJobPayload,
} from "../types/payloads.ts";

const what = { description: "What is wanted." } as const;

@Resolver()
export class JobMutations {
  @Mutation(() => SubmitJobPayload, {
    description: "Hands a job in, or all jobs of an array or a sweep. Nothing is stored when there is any fault.",
  })
  submitJob(@Arg("input", () => SubmitJobInput, what) input: SubmitJobInput, @Ctx() context: Context) {
    return payload(async () => {
      const job = await submit(input, context);
      const batch = job.spec.batch && (await context.loaders.batch.load(job.spec.batch.id));
      return { job: new JobView(job), batch: batch ? new BatchView(batch) : null };
    });
  }

  @Mutation(() => CancelJobPayload, { description: "Stops a job; its record stays." })
  cancelJob(@Arg("input", () => CancelJobInput, what) input: CancelJobInput, @Ctx() context: Context) {
    return payload(() =>
      changed(input.id, context, (scheduler, id, now) =>
        requestCancel(scheduler, id, stopOf(input, context, false), now),
      ),
    );
  }

  @Mutation(() => DeleteJobPayload, {
    description: "Removes a job with its record and output; one that is not over is stopped first.",
  })
  deleteJob(@Arg("input", () => DeleteJobInput, what) input: DeleteJobInput, @Ctx() context: Context) {
    return payload(async () => ({
      deletedJobId: await requestOf(input.id, context, (scheduler, id, now) =>
        requestCancel(scheduler, id, stopOf(input, context, true), now),
      ),
    }));
  }

  @Mutation(() => UpdateJobPayload, { description: "Changes what may change of a job that is not over." })
  updateJob(@Arg("input", () => UpdateJobInput, what) input: UpdateJobInput, @Ctx() context: Context) {
    return payload(() =>
      changed(input.id, context, (scheduler, id, now) =>
        requestUpdate(scheduler, id, patchOf(scheduler.job(id) as Job, input, now), now),
      ),
    );
  }

  @Mutation(() => PauseJobPayload, {
    description: "Stops the clock of a running job, which keeps its GPUs, or holds back one that waits.",
  })
  pauseJob(@Arg("input", () => PauseJobInput, what) { id }: PauseJobInput, @Ctx() context: Context) {
    return payload(() => changed(id, context, requestPause));
  }

  @Mutation(() => ResumeJobPayload, { description: "Lets a paused or held job go on." })
  resumeJob(@Arg("input", () => ResumeJobInput, what) { id }: ResumeJobInput, @Ctx() context: Context) {
    return payload(() => changed(id, context, requestResume));
  }

  @Mutation(() => RetryJobPayload, { description: "Queues a failed or cancelled job again, with its checkpoint." })
  retryJob(@Arg("input", () => RetryJobInput, what) { id }: RetryJobInput, @Ctx() context: Context) {
    return payload(async () => answerOf(await retry(id, context), context));
  }

  @Mutation(() => MigrateJobPayload, { description: "Moves a running job to another server, with its checkpoint." })
  migrateJob(@Arg("input", () => MigrateJobInput, what) { id, to, live }: MigrateJobInput, @Ctx() context: Context) {
    return payload(async () => {
      let migration = "";
      const { job } = await changed(id, context, (scheduler, jobId, now) => {
        const events = requestMigrate(scheduler, jobId, to ?? null, now, live ?? false);
        for (const event of events) if (event.type === "JobMigrated") migration = event.migration;
        return events;
      });
      const begun = (await context.engine.queries.migrationsById([migration])).get(migration);
      return { job, migration: begun && new MigrationView(begun) };
    });
  }
}

const changed = async (id: string, context: Context, ask: Parameters<typeof requestOf>[2]): Promise<{ job: JobView }> =>
  answerOf(await requestOf(id, context, ask), context);

const answerOf = async (id: JobId, { loaders }: Context): Promise<{ job: JobView }> => ({
  job: new JobView((await loaders.job.load(id)) as Job),
});
