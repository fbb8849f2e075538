import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { type Blocker, REMEDIES } from "../../core/explain/blocker.ts";
import type { SmallestChange } from "../../core/explain/change.ts";
import type { ChangeCost, ChangeGain, ExplainedChange } from "../../core/explain/history.ts";
import type { Job } from "../../core/job.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { Bytes, DateTime, Duration, Json } from "../scalars.ts";
import { BlockerKindEnum, ChangeByEnum, ChangeCauseEnum, ChangeEffectEnum, ChangeKindEnum } from "./why-enums.ts";

@ObjectType("Blocker", { description: "One thing that keeps a job waiting." })
export class BlockerView {
  readonly #blocker: Blocker;

  constructor(blocker: Blocker) {
    this.#blocker = blocker;
  }

  @Field(() => BlockerKindEnum, { description: "What it is." })
  get kind(): string {
    return this.#blocker.kind;
  }

  @Field(() => String, { description: "In plain words, with its figures." })
  get message(): string {
    return this.#blocker.message;
  }

  @Field(() => String, { description: "What can be done about it." })
  get remedy(): string {
    return REMEDIES[this.#blocker.kind];
  }

  @Field(() => [String], { description: "The names of the servers that it is about." })
  get servers(): readonly string[] {
    return this.#blocker.servers;
  }

  @Field(() => [ID], { description: "The jobs that are in the way: those ahead, or some that hold what it needs." })
  get jobs(): readonly string[] {
    return this.#blocker.jobs;
  }

  @Field(() => DateTime, { nullable: true, description: "When it is over by itself; null where that cannot be told." })
  get until(): Instant | null {
    return this.#blocker.until;
  }
}

@ObjectType("SmallestChange", {
  description:
    "The least that would have to be otherwise for the job to start. It was tried on a copy of the scheduler, and the job did start there.",
})
export class SmallestChangeView {
  readonly #change: SmallestChange;

  constructor(change: SmallestChange) {
    this.#change = change;
  }

  @Field(() => String, { description: "In plain words: would start now with gpus.min 3." })
  get message(): string {
    return this.#change.message;
  }

  @Field(() => ChangeEffectEnum, { description: "Whether it starts at once, or when others have made room." })
  get effect(): string {
    return this.#change.effect;
  }

  @Field(() => ChangeByEnum, { description: "Who can make it." })
  get by(): string {
    return this.#change.by;
  }

  @Field(() => Json, {
    description:
      'Fields of the job and the values that they would have, such as {"gpus.min": 3}; empty for other changes.',
  })
  get fields(): SmallestChange["fields"] {
    return this.#change.fields;
  }

  @Field(() => String, { nullable: true, description: "The command that makes it; null where there is none." })
  get command(): string | null {
    return this.#change.command;
  }

  @Field(() => [ID], { description: "The running jobs that would make room for it." })
  get stops(): readonly string[] {
    return this.#change.stops;
  }
}

@ObjectType("PlacementAlternative", { description: "A server that would have done too." })
export class AlternativeView {
  @Field(() => String, { description: "Its name." })
  readonly server!: string;

  @Field(() => String, { description: "In plain words why it was not chosen." })
  readonly message!: string;
}

@ObjectType("PlacementReason", { description: "Why a job is where it is." })
export class PlacementView {
  @Field(() => String, { description: "In plain words." })
  readonly message!: string;

  @Field(() => DateTime, { nullable: true, description: "When it was decided." })
  readonly decidedAt!: Instant | null;

  @Field(() => [String], { description: "The names of its servers, rank 0's first." })
  readonly servers!: readonly string[];

  @Field(() => [ID], { description: "The ids of its GPUs." })
  readonly gpus!: readonly string[];

  @Field(() => Int, { description: "How many GPUs it has; cores for a job without GPUs." })
  readonly size!: number;

  @Field(() => String, {
    nullable: true,
    description: "The key of the policy that decided it; null where that is not on record.",
  })
  readonly policy!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The key of the placement rule that chose the server; null where that is not on record.",
  })
  readonly placement!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "How many servers would have done, this one among them; null where that is not on record.",
  })
  readonly fitting!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Was its image there already? Null where that is not on record.",
  })
  readonly hadImage!: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Was its checkpoint there already? Null where that is not on record.",
  })
  readonly hadCheckpoint!: boolean | null;

  @Field(() => [AlternativeView], { description: "Other servers that would have done, the best first." })
  readonly alternatives!: readonly AlternativeView[];
}

@ObjectType("ChangeCost", { description: "What a change cost the job." })
export class ChangeCostView {
  readonly #cost: ChangeCost;

  constructor(cost: ChangeCost) {
    this.#cost = cost;
  }

  @Field(() => Duration, {
    nullable: true,
    description: "Time training that was not saved; null while that is not known.",
  })
  get lostWork(): Millis | null {
    return this.#cost.lostMillis;
  }

  @Field(() => Int, { nullable: true, description: "Steps that were done again; null while that is not known." })
  get lostSteps(): number | null {
    return this.#cost.lostSteps;
  }

  @Field(() => Duration, {
    nullable: true,
    description: "From the stop until it trained again; null while it does not.",
  })
  get stopped(): Millis | null {
    return this.#cost.stoppedMillis;
  }

  @Field(() => Bytes, { description: "Size of the checkpoint that was carried from server to server." })
  get checkpointBytes(): number {
    return this.#cost.bytes;
  }
}

@ObjectType("ChangeGain", { description: "What a change was good for." })
export class ChangeGainView {
  readonly #gain: ChangeGain;

  constructor(gain: ChangeGain) {
    this.#gain = gain;
  }

  @Field(() => [ID], { description: "The jobs that were given what it had." })
  get jobs(): readonly string[] {
    return this.#gain.jobs;
  }

  @Field(() => Float, {
    nullable: true,
    description: "How many times as fast the job was expected to be with it; null where that was not known.",
  })
  get speedup(): number | null {
    return this.#gain.speedup;
  }
}

@ObjectType("ExplainedChange", { description: "One change of where and with how much a job trains, and why." })
export class ExplainedChangeView {
  readonly #change: ExplainedChange;

  constructor(change: ExplainedChange) {
    this.#change = change;
  }

  @Field(() => DateTime, { description: "When it was decided." })
  get at(): Instant {
    return this.#change.at;
  }

  @Field(() => ChangeKindEnum, { description: "What changed." })
  get kind(): string {
    return this.#change.kind;
  }

  @Field(() => Int, { description: "The run that it was about." })
  get attempt(): number {
    return this.#change.attempt;
  }

  @Field(() => ChangeCauseEnum, { description: "Who or what wanted it." })
  get cause(): string {
    return this.#change.cause;
  }

  @Field(() => String, { description: "In plain words what happened, why, and what came of it." })
  get message(): string {
    return this.#change.message;
  }

  @Field(() => [String], { description: "The servers that it had before." })
  get from(): readonly string[] {
    return this.#change.from;
  }

  @Field(() => [String], { description: "The servers that it had after." })
  get to(): readonly string[] {
    return this.#change.to;
  }

  @Field(() => Int, { nullable: true, description: "GPUs, or cores of a job without, before; null: none." })
  get sizeBefore(): number | null {
    return this.#change.sizeBefore;
  }

  @Field(() => Int, { nullable: true, description: "GPUs, or cores of a job without, after; null: none." })
  get sizeAfter(): number | null {
    return this.#change.sizeAfter;
  }

  @Field(() => ChangeCostView, { description: "What it cost the job." })
  get cost(): ChangeCostView {
    return new ChangeCostView(this.#change.cost);
  }

  @Field(() => ChangeGainView, { description: "What it was good for." })
  get gain(): ChangeGainView {
    return new ChangeGainView(this.#change.gain);
  }
}

@ObjectType("JobWhy", {
  description:
    "Why a job waits, why it is where it is, and why it was moved about: from the decisions that were taken, never guessed.",
})
export class JobWhyView {
  readonly job: Job;

  @Field(() => DateTime, { description: "The moment for which it holds." })
  readonly at: Instant;

  @Field(() => String, { description: "All of it in one sentence." })
  readonly summary: string;

  @Field(() => [BlockerView], {
    description: "All that keeps it waiting, the most decisive first; empty when it does not wait.",
  })
  readonly blockers: readonly BlockerView[];

  @Field(() => SmallestChangeView, {
    nullable: true,
    description: "The least change with which it would start; null when it does not wait, and where none was found.",
  })
  readonly smallestChange: SmallestChangeView | null;

  constructor(
    job: Job,
    {
      at,
      summary,
      blockers,
      change,
    }: {
      readonly at: Instant;
      readonly summary: string;
      readonly blockers: readonly Blocker[];
      readonly change: SmallestChange | null;
    },
  ) {
    this.job = job;
    this.at = at;
    this.summary = summary;
    this.blockers = blockers.map((blocker) => new BlockerView(blocker));
    this.smallestChange = change && new SmallestChangeView(change);
  }
}
