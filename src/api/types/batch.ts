import { Field, ID, Int, ObjectType } from "type-graphql";
import type { JobStatus } from "../../core/job.ts";
import type { BatchPlace } from "../../core/job-spec.ts";
import type { Instant } from "../../core/time.ts";
import type { BatchRecord } from "../../store/batches.ts";
import { Node } from "../relay.ts";
import { DateTime, Json } from "../scalars.ts";

@ObjectType("BatchPlace", { description: "Which job of its batch a job is." })
export class BatchPlaceView {
  readonly place: BatchPlace;

  constructor(place: BatchPlace) {
    this.place = place;
  }

  @Field(() => ID, { description: "The batch: batch-17, after the number of its first job." })
  get id(): string {
    return this.place.id;
  }

  @Field(() => Int, { description: "Its number in the batch: SCHEDULEARN_ARRAY_INDEX." })
  get index(): number {
    return this.place.index;
  }

  @Field(() => Int, { description: "How many jobs the batch was submitted with." })
  get size(): number {
    return this.place.size;
  }

  @Field(() => Json, { description: "Its values of the parameters of a sweep; empty for a job of an array." })
  get parameters(): NonNullable<BatchPlace["parameters"]> {
    return this.place.parameters ?? {};
  }
}

@ObjectType("BatchCounts", { description: "How many jobs of a batch there are, of those that are on record." })
export class BatchCounts {
  readonly #of: (...statuses: JobStatus[]) => number;

  constructor(counts: ReadonlyMap<JobStatus, number>) {
    this.#of = (...statuses) => statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
  }

  @Field(() => Int, { description: "Of those that wait." })
  get queued(): number {
    return this.#of("pending");
  }

  @Field(() => Int, { description: "Of those that hold GPUs or cores." })
  get running(): number {
    return this.#of("starting", "running", "paused", "preempting", "migrating", "cancelling");
  }

  @Field(() => Int, { description: "Of those that have completed." })
  get completed(): number {
    return this.#of("completed");
  }

  @Field(() => Int, { description: "Of those that have failed." })
  get failed(): number {
    return this.#of("failed");
  }

  @Field(() => Int, { description: "Of those that were cancelled." })
  get cancelled(): number {
    return this.#of("cancelled");
  }
}

@ObjectType("Batch", { implements: Node, description: "Jobs that were submitted together from one spec." })
export class BatchView extends Node {
  readonly #place: BatchPlace;
  readonly #record: BatchRecord;

  constructor(record: BatchRecord) {
    const place = record.first.spec.batch as BatchPlace;
    super(place.id);
    this.#place = place;
    this.#record = record;
  }

  @Field(() => String, { description: "What its spec is called." })
  get name(): string {
    return this.#place.name;
  }

  @Field(() => String, { description: "Whose jobs they are." })
  get user(): string {
    return this.#record.first.spec.user;
  }

  @Field(() => Int, { description: "How many jobs were submitted." })
  get size(): number {
    return this.#place.size;
  }

  @Field(() => [String], { description: "The parameters of its sweep, by name; none for an array." })
  get parameterNames(): readonly string[] {
    return Object.keys(this.#place.parameters ?? {});
  }

  @Field(() => Int, {
    nullable: true,
    description: "So many of its jobs run at a time; null: all for which there is room.",
  })
  get maxParallel(): number | null {
    return this.#place.maxParallel ?? null;
  }

  @Field(() => Int, {
    nullable: true,
    description: "When more of its jobs have failed, the rest is cancelled; null: never.",
  })
  get maxFailures(): number | null {
    return this.#place.maxFailures ?? null;
  }

  @Field(() => DateTime, { description: "When it was submitted." })
  get submittedAt(): Instant {
    return this.#record.first.submittedAt;
  }

  @Field(() => BatchCounts, { description: "How many of its jobs wait, run, and are over." })
  get counts(): BatchCounts {
    return new BatchCounts(this.#record.counts);
  }
}
