import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { costOfFew } from "../relay.ts";
import { CheckpointCopy, LostWorkView } from "../types/checkpoint.ts";
import { JobView } from "../types/job.ts";

@Resolver(() => JobView)
export class CheckpointResolver {
  @FieldResolver(() => [CheckpointCopy], {
    complexity: costOfFew,
    description: "Where its checkpoint is kept: the folder on its server, then copies, the newest first.",
  })
  checkpoints(@Root() { job }: JobView, @Ctx() { engine }: Context): CheckpointCopy[] {
    const { checkpoint } = job;
    const copies = engine.checkpoints.copies(job.id).toReversed();
    return [
      ...(checkpoint ? [{ ...checkpoint, copiedAt: null, bytes: null, files: null }] : []),
      ...copies.map((copy) => ({ ...copy, server: null, copiedAt: copy.takenAt })),
    ];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why there is no newer copy of its checkpoint, in plain words; null when there is nothing to say.",
  })
  backupProblem(@Root() { id }: JobView, @Ctx() { engine }: Context): string | null {
    return engine.checkpoints.problemOf(id);
  }

  @FieldResolver(() => LostWorkView, {
    nullable: true,
    description:
      "Work that it has done and not saved, over all runs; null for jobs of a version that did not count it.",
  })
  lostWork(@Root() { job: { lost } }: JobView): LostWorkView | null {
    return lost ? { seconds: lost.millis / 1000, steps: lost.millis === 0 ? (lost.steps ?? 0) : lost.steps } : null;
  }
}
