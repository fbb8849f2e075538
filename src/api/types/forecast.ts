import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import type { ForecastAccuracy, JobForecast, PolicyForecast, TimeRange } from "../../core/forecast.ts";
import type { JobId } from "../../core/job.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { DateTime, Duration, Json } from "../scalars.ts";
import { EstimateSourceEnum, ForecastMomentEnum } from "./enums.ts";
import { UserError } from "./payloads.ts";
import { JobSpecInput } from "./spec-input.ts";

@InputType("ForecastJobInput", {
  description: "A job that is not submitted, to see what it would get. Give `spec` or `yaml`, not both.",
})
export class ForecastJobInput {
  @Field(() => JobSpecInput, { nullable: true, description: "The job." })
  spec?: JobSpecInput;

  @Field(() => String, { nullable: true, description: "The job as the text of a YAML (or JSON) file." })
  yaml?: string;
}

@ObjectType("TimeRange", { description: "When something is to be expected; what is null cannot be told." })
export class TimeRangeView implements TimeRange {
  @Field(() => DateTime, { nullable: true, description: "One time in ten it is before this." })
  readonly p10!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: "Half the time it is before this." })
  readonly p50!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: "Nine times in ten it is before this." })
  readonly p90!: Instant | null;
}

@ObjectType("JobForecast", { description: "What is to be expected of one job." })
export class JobForecastView {
  readonly #forecast: JobForecast;

  @Field(() => DateTime, { description: "The moment from which it was looked into the future." })
  readonly at: Instant;

  @Field(() => ID, { nullable: true, description: "The job; null for the one that is not submitted." })
  readonly job: JobId | null;

  @Field(() => String, { nullable: true, description: "How it is called in lists; null when it has ended meanwhile." })
  readonly name: string | null;

  constructor(forecast: JobForecast, at: Instant, name: string | null, job: JobId | null = forecast.job) {
    this.#forecast = forecast;
    this.at = at;
    this.name = name;
    this.job = job;
  }

  @Field(() => TimeRangeView, {
    nullable: true,
    description: "When it trains next; null while it trains, and when that cannot be told.",
  })
  get startsAt(): TimeRange | null {
    return this.#forecast.startsAt;
  }

  @Field(() => TimeRangeView, { nullable: true, description: "When it is over; null when that cannot be told." })
  get endsAt(): TimeRange | null {
    return this.#forecast.endsAt;
  }

  @Field(() => String, {
    nullable: true,
    description: "The server on which it trains, or will most likely train next.",
  })
  get serverName(): string | null {
    return this.#forecast.server;
  }

  @Field(() => Int, {
    nullable: true,
    description: "With how many GPUs it trains, or will most likely train next; cores for a job without GPUs.",
  })
  get size(): number | null {
    return this.#forecast.size;
  }

  @Field(() => EstimateSourceEnum, { description: "What the estimate of its work rests on." })
  get basis(): string {
    return this.#forecast.basis;
  }

  @Field(() => Float, {
    nullable: true,
    description: "How likely it completes by its deadline, 0 to 1; null without one, and when that cannot be told.",
  })
  get deadlineProbability(): number | null {
    return this.#forecast.deadlineProbability;
  }

  @Field(() => String, { nullable: true, description: "In plain words why a time cannot be told; null otherwise." })
  get reason(): string | null {
    return this.#forecast.reason;
  }
}

@ObjectType("ForecastSummary", {
  description: "What a policy comes to for the jobs that were forecast, by the middle of each range.",
})
export class ForecastSummary {
  @Field(() => Int, { description: "Of how many jobs it can be told when they are over; the others count nowhere." })
  readonly told!: number;

  @Field(() => Duration, {
    nullable: true,
    description: "How long those that wait have still to wait, on average; null: none waits, or it cannot be told.",
  })
  readonly meanWait!: Millis | null;

  @Field(() => Duration, {
    nullable: true,
    description: "From the submission of a job until it is over, on average; null: it cannot be told of any.",
  })
  readonly meanJct!: Millis | null;

  @Field(() => Duration, {
    nullable: true,
    description: "Until the last of them is over; null: it cannot be told of any.",
  })
  readonly makespan!: Millis | null;
}

@ObjectType("PolicyForecast", { description: "What is to be expected under one policy." })
export class PolicyForecastView {
  readonly forecasts: readonly JobForecastView[];
  readonly #forecast: PolicyForecast;

  constructor(forecast: PolicyForecast, forecasts: readonly JobForecastView[]) {
    this.#forecast = forecast;
    this.forecasts = forecasts;
  }

  @Field(() => String, { description: "The policy's key." })
  get policy(): string {
    return this.#forecast.setting.policy;
  }

  @Field(() => Json, { description: "The options of the policy: those in force, or its defaults." })
  get options(): Readonly<Record<string, unknown>> {
    return this.#forecast.setting.options;
  }

  @Field(() => Int, { description: "How often it was played through: the more jobs, the less often." })
  get runs(): number {
    return this.#forecast.runs;
  }

  @Field(() => Int, { description: "How many jobs were forecast." })
  get jobCount(): number {
    return this.forecasts.length;
  }
}

@ObjectType("Forecast", {
  description:
    "What is to be expected of what is there now, as far as estimates go: nobody submits anything more, and nothing fails.",
})
export class ForecastView {
  @Field(() => DateTime, { description: "The moment from which it was looked into the future." })
  readonly at!: Instant;

  @Field(() => [PolicyForecastView], { description: "One for each policy that was asked for, in that order." })
  readonly policies!: readonly PolicyForecastView[];

  @Field(() => [JobForecastView], {
    description: "What the job that is not submitted would get, by policy; empty without one.",
  })
  readonly hypothetical!: readonly JobForecastView[];

  @Field(() => [UserError], { description: "What has to be mended first; nothing is forecast then." })
  readonly errors!: readonly UserError[];
}

@ObjectType("ForecastAccuracy", {
  description: "How forecasts that were made when jobs were submitted have turned out, for those that have completed.",
})
export class ForecastAccuracyView {
  readonly #accuracy: ForecastAccuracy;

  constructor(accuracy: ForecastAccuracy) {
    this.#accuracy = accuracy;
  }

  @Field(() => String, { description: "The policy in force when they were made." })
  get policy(): string {
    return this.#accuracy.policy;
  }

  @Field(() => String, { description: "The category of the jobs; `all`: every job." })
  get category(): string {
    return this.#accuracy.category;
  }

  @Field(() => ForecastMomentEnum, { description: "What was forecast." })
  get of(): string {
    return this.#accuracy.of;
  }

  @Field(() => Int, { description: "How many forecasts were looked at." })
  get forecasts(): number {
    return this.#accuracy.forecasts;
  }

  @Field(() => Duration, { description: "How far off the middle of the range was: the median." })
  get error(): Millis {
    return this.#accuracy.errorMillis;
  }

  @Field(() => Duration, {
    description: "How much later than the middle of the range it came: the median; below 0 it came earlier.",
  })
  get bias(): Millis {
    return this.#accuracy.biasMillis;
  }

  @Field(() => Float, {
    description: "The part that came between p10 and p90, 0 to 1: 0.8 is what the range promises.",
  })
  get coverage(): number {
    return this.#accuracy.coverage;
  }
}
