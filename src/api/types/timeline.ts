import { ArgsType, Field, ID, Int, ObjectType } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import type { PastTenure } from "../../store/tenures.ts";
import { connectionType } from "../relay.ts";
import { Cursor, DateTime } from "../scalars.ts";
import { TenureStatusEnum } from "./enums.ts";

export const LONGEST_TIMELINE_PAGE = 1_000;

@ArgsType()
export class TimelineArgs {
  @Field(() => DateTime, { description: "The window begins here." })
  from!: Instant;

  @Field(() => DateTime, { description: "The window ends here, which must be later." })
  to!: Instant;

  @Field(() => ID, { nullable: true, description: "Of this server only; one that has been removed will do too." })
  server?: string | null;

  @Field(() => ID, { nullable: true, description: "Of this job only; its id, or the number in it." })
  job?: string | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 100,
    description: `At most so many; no more than ${LONGEST_TIMELINE_PAGE}.`,
  })
  first?: number | null;

  @Field(() => Cursor, { nullable: true, description: "Begin behind this item." })
  after?: string | null;
}

/** The window, with the moment at which it is looked at: what lasts still has lasted until then. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
  readonly now: Instant;
}

@ObjectType("Tenure", { description: "A time that a job held a part of one server, cut to the window asked for." })
export class TenureView {
  readonly tenure: PastTenure;
  readonly #window: Window;

  constructor(tenure: PastTenure, window: Window) {
    this.tenure = tenure;
    this.#window = window;
  }

  @Field(() => ID, { description: "Unique among what is told of the timeline, and the same in every window." })
  get id(): string {
    return `tenure-${this.tenure.number}`;
  }

  @Field(() => ID, { description: "The job that held it, though it may have been deleted since." })
  get jobId(): string {
    return this.tenure.job;
  }

  @Field(() => String, { nullable: true, description: "How the job is called; null when it has been deleted." })
  get name(): string | null {
    return this.tenure.name;
  }

  @Field(() => String, { nullable: true, description: "Whose job it is; null when it has been deleted." })
  get user(): string | null {
    return this.tenure.user;
  }

  @Field(() => TenureStatusEnum, { description: "What the job did there at that time." })
  get status(): string {
    return this.tenure.status;
  }

  @Field(() => Int, { description: "Which run of the job it was, from 1." })
  get attempt(): number {
    return this.tenure.attempt;
  }

  @Field(() => Int, { description: "Counts the changes of what that run had, from 1." })
  get generation(): number {
    return this.tenure.generation;
  }

  @Field(() => String, { description: "The name of the server, though it may have been removed since." })
  get server(): string {
    return this.tenure.server;
  }

  @Field(() => [ID], { description: "The GPUs that it held there, though they may be gone since." })
  get gpus(): readonly string[] {
    return this.tenure.gpus;
  }

  @Field(() => [Int], { description: "The CPU cores that it held there, by number." })
  get cores(): readonly number[] {
    return this.tenure.cores;
  }

  @Field(() => Int, { description: "The memory that was set aside for it there, in MiB." })
  get memoryMiB(): number {
    return this.tenure.memoryMiB;
  }

  @Field(() => DateTime, { description: "When it began, or the window does." })
  get from(): Instant {
    return Math.max(this.tenure.since, this.#window.from);
  }

  @Field(() => DateTime, { description: "When it ended; or the window does; or now, while it lasts." })
  get to(): Instant {
    const { now, to } = this.#window;
    return Math.max(this.from, Math.min(this.tenure.until ?? now, to));
  }

  @Field(() => Boolean, { description: "It lasts still." })
  get lasts(): boolean {
    return this.tenure.until === null;
  }
}

export const TenureConnection = connectionType("Tenure", () => TenureView);
