import { Arg, Field, Float, Int, ObjectType } from "type-graphql";
import type { Accuracy, Estimate } from "../../core/estimates.ts";
import { type Job, sizeOf } from "../../core/job.ts";
import { poolOf } from "../../core/job-spec.ts";
import type { Millis } from "../../core/time.ts";
import { badInput } from "../errors.ts";
import { Duration } from "../scalars.ts";
import { EstimateSourceEnum } from "./enums.ts";

const LARGEST_ASKED = 1024;

@ObjectType("JobEstimate", {
  description: "What is believed of a job now. Its unit is a GPU, or a core for a job without GPUs.",
})
export class JobEstimate {
  readonly #job: Job;
  readonly #estimate: Estimate;

  constructor(job: Job, estimate: Estimate) {
    this.#job = job;
    this.#estimate = estimate;
  }

  @Field(() => EstimateSourceEnum, { description: "What it rests on." })
  get source(): string {
    return this.#estimate.source;
  }

  @Field(() => Float, {
    nullable: true,
    description: "Work that is left: seconds on one unit. Null: nothing is known.",
  })
  get remainingSeconds(): number | null {
    return this.#estimate.remainingSeconds;
  }

  @Field(() => Duration, {
    nullable: true,
    description: "How long that takes with what it has now; null while it has nothing, and when nothing is known.",
  })
  get remainingTime(): Millis | null {
    const { remainingSeconds } = this.#estimate;
    const speed = this.#estimate.speedup(sizeOf(this.#job));
    return remainingSeconds === null || speed <= 0 ? null : (remainingSeconds / speed) * 1000;
  }

  @Field(() => Float, {
    nullable: true,
    description: "How unsure that is: its standard deviation as a part of it. Null: nothing is known.",
  })
  get spread(): number | null {
    return this.#estimate.source === "none" ? null : this.#estimate.spread;
  }

  @Field(() => Float, { description: "What a restart costs it: from the order to stop until it trains again." })
  get restartSeconds(): number {
    return this.#estimate.restartSeconds;
  }

  @Field(() => Int, { description: "The most units with which it or its kind was measured; 0: never." })
  get largestMeasured(): number {
    return this.#estimate.largestMeasured;
  }

  @Field(() => [Float], { description: "How fast it is with 1, 2, 3 … units on one server, relative to one unit." })
  speedup(
    @Arg("upTo", () => Int, {
      nullable: true,
      description: `So many; else as many as it can use, at most ${LARGEST_ASKED}.`,
    })
    upTo: number | null,
  ): number[] {
    if (upTo !== null && (upTo < 1 || upTo > LARGEST_ASKED))
      throw badInput("upTo", `it must be between 1 and ${LARGEST_ASKED}, not ${upTo}`);
    const { spec } = this.#job;
    const length = upTo ?? Math.min(spec[poolOf(spec)].max, LARGEST_ASKED);
    return Array.from({ length }, (_, i) => this.#estimate.speedup(i + 1));
  }
}

@ObjectType("EstimateAccuracy", {
  description:
    "How past estimates of the work left have turned out, for jobs of one category at one part of their work.",
})
export class EstimateAccuracy implements Accuracy {
  @Field(() => String, { description: "The category; `all`: every job." })
  readonly category!: string;

  @Field(() => Float, { description: "The part of its work that a job had done, 0 to 1." })
  readonly at!: number;

  @Field(() => Int, { description: "How many estimates were looked at." })
  readonly estimates!: number;

  @Field(() => Float, { description: "Mean of ln(estimated / actual): below 0 it promised too much." })
  readonly bias!: number;

  @Field(() => Float, { description: "Mean of |ln(estimated / actual)|: 0 is perfect, 0.69 a factor of two." })
  readonly error!: number;
}
