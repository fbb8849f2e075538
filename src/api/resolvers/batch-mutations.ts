import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { domainError } from "../../core/errors.ts";
import { isOver, type JobId } from "../../core/job.ts";
import type { BatchId } from "../../core/job-spec.ts";
import { requestCancel, requestPause, requestResume } from "../../core/request.ts";
import { jobsOf, requestOfAll } from "../batch-requests.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { requestOf, retry, stopOf } from "../job-requests.ts";
import { BatchView } from "../types/batch.ts";
import {
  CancelBatchInput,
  DeleteBatchInput,
  PauseBatchInput,
  ResumeBatchInput,
  RetryBatchInput,
} from "../types/inputs.ts";
import {
  CancelBatchPayload,
  DeleteBatchPayload,
  PauseBatchPayload,
  ResumeBatchPayload,
  RetryBatchPayload,
} from "../types/payloads.ts";

const what = { description: "What is wanted." } as const;

@Resolver()
export class BatchMutations {
  @Mutation(() => CancelBatchPayload, { description: "Stops all jobs of a batch that are not over, at once." })
  cancelBatch(@Arg("input", () => CancelBatchInput, what) input: CancelBatchInput, @Ctx() context: Context) {
    return changed(input.id, context, () =>
      ofOpen(input.id, context, (scheduler, id, now) =>
        requestCancel(scheduler, id, stopOf(input, context, false), now),
      ),
    );
  }

  @Mutation(() => DeleteBatchPayload, {
    description:
      "Removes all jobs of a batch with their records and output; those that are not over are stopped first.",
  })
  deleteBatch(@Arg("input", () => DeleteBatchInput, what) input: DeleteBatchInput, @Ctx() context: Context) {
    return changed(input.id, context, async () => {
      const jobs = await jobsOf(input.id, context);
      const remove: Ask = (scheduler, id, now) => requestCancel(scheduler, id, stopOf(input, context, true), now);
      const open = new Set(await requestOfAll(input.id, context, remove));
      for (const { id } of jobs) if (!open.has(id)) await requestOf(id, context, remove);
      return jobs.map(({ id }) => id);
    });
  }

  @Mutation(() => PauseBatchPayload, {
    description: "Pauses all jobs of a batch that run, and holds back those that wait.",
  })
  pauseBatch(@Arg("input", () => PauseBatchInput, what) { id }: PauseBatchInput, @Ctx() context: Context) {
    return changed(id, context, () => ofOpen(id, context, requestPause));
  }

  @Mutation(() => ResumeBatchPayload, { description: "Lets all paused and held jobs of a batch go on." })
  resumeBatch(@Arg("input", () => ResumeBatchInput, what) { id }: ResumeBatchInput, @Ctx() context: Context) {
    return changed(id, context, () => ofOpen(id, context, requestResume));
  }

  @Mutation(() => RetryBatchPayload, { description: "Queues the failed and cancelled jobs of a batch again." })
  retryBatch(@Arg("input", () => RetryBatchInput, what) { id }: RetryBatchInput, @Ctx() context: Context) {
    return changed(id, context, async () => {
      const jobs = (await jobsOf(id, context)).filter((job) => isOver(job) && job.state.status !== "completed");
      if (jobs.length > 0) return Promise.all(jobs.map((job) => retry(job.id, context)));
      throw domainError("CONFLICT", `no job of ${id} has failed or was cancelled: there is nothing to retry`, ["id"]);
    });
  }
}

type Ask = Parameters<typeof requestOfAll>[2];

async function ofOpen(id: BatchId, context: Context, ask: Ask): Promise<readonly JobId[]> {
  const done = await requestOfAll(id, context, ask);
  if (done.length > 0) return done;
  throw domainError("CONFLICT", `${id} is over already: see retryBatch`, ["id"]);
}

const changed = (id: BatchId, { loaders }: Context, act: () => Promise<readonly JobId[]>) =>
  payload(async () => {
    const jobIds = await act();
    const record = await loaders.batch.clear(id).load(id);
    return { batch: record && new BatchView(record), jobIds };
  });
