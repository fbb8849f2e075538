import { Field, Int, ObjectType } from "type-graphql";
import type { Migration } from "../../core/migration.ts";
import { leadServer } from "../../core/server.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { Node } from "../relay.ts";
import { Bytes, DateTime, Duration } from "../scalars.ts";
import { MigrationCauseEnum, MigrationStateEnum } from "./enums.ts";

@ObjectType("Migration", { implements: Node, description: "One move of a running job from one place to another." })
export class MigrationView extends Node {
  readonly migration: Migration;

  constructor(migration: Migration) {
    super(migration.id);
    this.migration = migration;
  }

  @Field(() => MigrationCauseEnum, { description: "Who wanted it." })
  get cause(): string {
    return this.migration.cause;
  }

  @Field(() => String, {
    nullable: true,
    description:
      "The id of the waiting job that was to find its room where this one was; null when it moved for no other.",
  })
  get makesRoomFor(): string | null {
    return this.migration.makesRoomFor ?? null;
  }

  @Field(() => MigrationStateEnum, { description: "How far it has come." })
  get state(): string {
    return this.migration.state;
  }

  @Field(() => String, {
    nullable: true,
    description: "Why it failed, was superseded, or did not go on with its memory; null otherwise.",
  })
  get reason(): string | null {
    return this.migration.reason;
  }

  @Field(() => Boolean, { description: "With the job's memory, as it ran; else it saved, stopped and started anew." })
  get live(): boolean {
    return this.migration.live ?? false;
  }

  @Field(() => String, { description: "The name of the server that it left." })
  get from(): string {
    return leadServer(this.migration.from);
  }

  @Field(() => String, { description: "The name of the server that it went to." })
  get to(): string {
    return leadServer(this.migration.to);
  }

  @Field(() => DateTime, { description: "When it was asked for." })
  get requestedAt(): Instant {
    return this.migration.requestedAt;
  }

  @Field(() => DateTime, { nullable: true, description: "When it had come about or come to nothing." })
  get endedAt(): Instant | null {
    return this.migration.endedAt;
  }

  @Field(() => Bytes, { description: "Size of the checkpoint that was carried." })
  get bytes(): number {
    return this.migration.bytes;
  }

  @Field(() => Duration, { nullable: true, description: "How long the job did not train; null while it does not." })
  get downtime(): Millis | null {
    return this.migration.downtimeMillis;
  }

  @Field(() => Int, { nullable: true, description: "Steps that were done again; null while that is not known." })
  get lostSteps(): number | null {
    return this.migration.lostSteps;
  }

  @Field(() => Duration, {
    nullable: true,
    description: "Time training that was not saved; null while that is not known.",
  })
  get lostTime(): Millis | null {
    return this.migration.lostMillis ?? null;
  }
}
