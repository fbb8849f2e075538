import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { leadServer } from "../../core/server.ts";
import type { Context } from "../context.ts";
import { gpusOn, serverNamed } from "../places.ts";
import { costOfFew } from "../relay.ts";
import { JobView } from "../types/job.ts";
import { RunView } from "../types/run.ts";
import { GpuView, ServerView } from "../types/server.ts";

@Resolver(() => RunView)
export class RunResolver {
  @FieldResolver(() => JobView, { nullable: true, description: "The job; null when it has been deleted meanwhile." })
  async job(@Root() { run }: RunView, @Ctx() { loaders }: Context): Promise<JobView | null> {
    const job = await loaders.job.load(run.job);
    return job && new JobView(job);
  }

  @FieldResolver(() => ServerView, { nullable: true, description: "Where it was placed; null when that is gone." })
  server(@Root() { run }: RunView, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(leadServer(run.on), engine);
  }

  @FieldResolver(() => [GpuView], { complexity: costOfFew, description: "Its GPUs, as far as they are still there." })
  gpus(@Root() { run }: RunView, @Ctx() { engine }: Context): GpuView[] {
    return gpusOn(run.on, engine);
  }
}
