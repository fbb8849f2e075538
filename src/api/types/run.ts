import { Field, Int, ObjectType } from "type-graphql";
import type { Run } from "../../core/run.ts";
import { leadServer } from "../../core/server.ts";
import type { Instant } from "../../core/time.ts";
import { Node } from "../relay.ts";
import { Bytes, DateTime } from "../scalars.ts";
import { RunOutcomeEnum, type RunStatus, RunStatusEnum, StartReasonEnum } from "./enums.ts";
import { Failure } from "./failure.ts";
import { ProgressView } from "./progress.ts";

@ObjectType("Run", {
  implements: Node,
  description: "One attempt of a job, from the order to start until its one exit.",
})
export class RunView extends Node {
  readonly run: Run;

  constructor(run: Run) {
    super(run.id);
    this.run = run;
  }

  @Field(() => Int, { description: "Counts the runs of its job, from 1." })
  get attempt(): number {
    return this.run.attempt;
  }

  @Field(() => StartReasonEnum, { description: "Why it began." })
  get reason(): string {
    return this.run.reason;
  }

  @Field(() => RunStatusEnum, { description: "Where it is in its life." })
  get status(): RunStatus {
    if (this.run.endedAt !== null) return "ended";
    return this.run.startedAt === null ? "starting" : "running";
  }

  @Field(() => RunOutcomeEnum, { nullable: true, description: "How it ended; null while it has not." })
  get outcome(): string | null {
    return this.run.outcome?.kind ?? null;
  }

  @Field(() => Int, { nullable: true, description: "The exit code of its program; null where it has none." })
  get exitCode(): number | null {
    return this.run.exitCode;
  }

  @Field(() => String, { nullable: true, description: "The signal that ended its program; null where none did." })
  get signal(): string | null {
    return this.run.signal;
  }

  @Field(() => Failure, { nullable: true, description: "Why it failed; null unless it did." })
  get failure(): Failure | null {
    return this.run.outcome?.kind === "failed" ? new Failure(this.run.outcome.cause) : null;
  }

  @Field(() => String, { description: "The name of the server that it was placed on." })
  get serverName(): string {
    return leadServer(this.run.on);
  }

  @Field(() => [String], { description: "The names of all its servers, in rank order." })
  get serverNames(): readonly string[] {
    return this.run.on.map(({ server }) => server);
  }

  @Field(() => [Int], { description: "The cores that it was given, by index." })
  get cores(): readonly number[] {
    return this.run.on.flatMap(({ cores }) => cores);
  }

  @Field(() => DateTime, { description: "When its place was decided." })
  get placedAt(): Instant {
    return this.run.placedAt;
  }

  @Field(() => DateTime, { nullable: true, description: "When it began to train." })
  get startedAt(): Instant | null {
    return this.run.startedAt;
  }

  @Field(() => DateTime, { nullable: true, description: "When it ended." })
  get endedAt(): Instant | null {
    return this.run.endedAt;
  }

  @Field(() => Bytes, { description: "Size of the checkpoint that was carried to it from another server." })
  get carriedBytes(): number {
    return this.run.carriedBytes;
  }

  @Field(() => String, { nullable: true, description: "What its engine calls it: the id of a container or process." })
  get handle(): string | null {
    return this.run.handle;
  }

  @Field(() => ProgressView, { nullable: true, description: "How far it was when it told of it last." })
  get progress(): ProgressView | null {
    return this.run.progress && new ProgressView(this.run.progress);
  }
}
