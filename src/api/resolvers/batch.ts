import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { costOfFew } from "../relay.ts";
import { BatchPlaceView, BatchView } from "../types/batch.ts";
import { JobView } from "../types/job.ts";

const MOST_IDS = 100;

@Resolver()
export class BatchResolver {
  @Query(() => BatchView, {
    nullable: true,
    description: "The batch; null when none of its jobs is on record. Its jobs are those of jobs(filter: {batch}).",
  })
  async batch(
    @Arg("id", () => ID, { description: "Its id, such as batch-17." }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<BatchView | null> {
    const record = await loaders.batch.load(id);
    return record && new BatchView(record);
  }

  @Query(() => [BatchView], { complexity: costOfFew, description: "Those of the batches of which a job is on record." })
  async batches(
    @Arg("ids", () => [ID], { description: `Their ids, at most ${MOST_IDS}.` }) ids: string[],
    @Ctx() { loaders }: Context,
  ): Promise<BatchView[]> {
    if (ids.length > MOST_IDS) throw badInput("ids", `there must be at most ${MOST_IDS}, not ${ids.length}`);
    const records = await Promise.all(ids.map((id) => loaders.batch.load(id)));
    return records.flatMap((record) => (record ? [new BatchView(record)] : []));
  }
}

@Resolver(() => JobView)
export class JobBatchResolver {
  @FieldResolver(() => BatchPlaceView, {
    nullable: true,
    description: "The batch with which it was submitted; null for a job that was submitted alone.",
  })
  batch(@Root() { job }: JobView): BatchPlaceView | null {
    return job.spec.batch ? new BatchPlaceView(job.spec.batch) : null;
  }
}

@Resolver(() => BatchPlaceView)
export class BatchPlaceResolver {
  @FieldResolver(() => BatchView, { nullable: true, description: "The whole batch." })
  async whole(@Root() { id }: BatchPlaceView, @Ctx() { loaders }: Context): Promise<BatchView | null> {
    const record = await loaders.batch.load(id);
    return record && new BatchView(record);
  }
}
