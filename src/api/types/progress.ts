import { Field, Float, ObjectType } from "type-graphql";
import type { JobProgress } from "../../core/job.ts";
import type { Instant } from "../../core/time.ts";
import { DateTime, Json } from "../scalars.ts";

const known = { nullable: true } as const;

@ObjectType("Progress", { description: "What the output tells of a job's progress, all lines taken together." })
export class ProgressView {
  @Field(() => Float, { ...known, description: "The epoch it is in, counted as the program counts." })
  readonly epoch: number | null;

  @Field(() => Float, { ...known, description: "How many epochs it has." })
  readonly epochs: number | null;

  @Field(() => Float, { ...known, description: "The step it is at, of its epoch where it tells epochs." })
  readonly step: number | null;

  @Field(() => Float, { ...known, description: "How many steps there are, of an epoch where it tells epochs." })
  readonly steps: number | null;

  @Field(() => Float, { ...known, description: "How much of the whole is done, 0 to 1." })
  readonly fraction: number | null;

  @Field(() => Float, { ...known, description: "Samples a second, as the program tells it." })
  readonly samplesPerSecond: number | null;

  @Field(() => Json, { ...known, description: "Figures that it prints, by name, such as its loss." })
  readonly metrics: Readonly<Record<string, number>> | null;

  @Field(() => DateTime, { description: "When this was read." })
  readonly at: Instant;

  constructor(progress: JobProgress) {
    this.epoch = progress.epoch ?? null;
    this.epochs = progress.epochs ?? null;
    this.step = progress.step ?? null;
    this.steps = progress.steps ?? null;
    this.fraction = progress.fraction;
    this.samplesPerSecond = progress.samplesPerSecond ?? null;
    this.metrics = progress.metrics ?? null;
    this.at = progress.at;
  }
}
