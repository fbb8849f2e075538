import { Field, ID, Int, ObjectType } from "type-graphql";
import { describeEvent } from "../../core/describe.ts";
import type { EventType, MigrationId } from "../../core/event.ts";
import type { JobId } from "../../core/job.ts";
import type { ServerId } from "../../core/server.ts";
import type { Instant } from "../../core/time.ts";
import type { Recorded } from "../../store/event-log.ts";
import { cursorOf } from "../cursor.ts";
import { Cursor, DateTime, Json } from "../scalars.ts";
import { Gap } from "./logs.ts";
import { ProgressView } from "./progress.ts";

/** What each event is of. */
const subjects = {
  JobSubmitted: "job",
  JobCancelled: "job",
  JobUpdated: "job",
  JobPaused: "job",
  JobResumed: "job",
  JobRetried: "job",
  JobPlaced: "job",
  JobPreempted: "job",
  JobMigrated: "job",
  JobResized: "job",
  JobRequeued: "job",
  JobGivenUp: "job",
  RetriesRenewed: "job",
  DependencyMet: "job",
  BatchTurnCame: "job",
  JobDeleted: "job",
  RunPreparing: "job",
  RunPrepared: "job",
  CheckpointCarried: "job",
  RunStarted: "job",
  RunPauseFailed: "job",
  RunDumpFailed: "job",
  RunRestoreFailed: "job",
  RunResized: "job",
  RunExited: "job",
  RunProgressed: "job",
  CheckpointSaved: "job",
  CheckpointLost: "job",
  CheckpointBackedUp: "job",
  CheckpointRestored: "job",
  CheckpointDropped: "job",
  ServerJoined: "server",
  ServerInventoried: "server",
  GpuStateChanged: "server",
  ServerMeasured: "server",
  ServerHealthChanged: "server",
  ServerDrained: "server",
  ServerCordoned: "server",
  ServerRemoved: "server",
  PolicyChanged: "cluster",
  RoundFailed: "cluster",
} as const satisfies Record<EventType, "job" | "server" | "cluster">;

export const eventTypes = Object.keys(subjects) as EventType[];
export const eventTypesOf = (subject: "job" | "server"): EventType[] =>
  eventTypes.filter((type) => subjects[type] === subject);

/** Place of an event in the log. */
export const eventCursor = (seq: number): string => cursorOf("event", seq);

@ObjectType("Event", { description: "Something that happened, as the log has it." })
export class EventView {
  readonly recorded: Recorded;

  constructor(recorded: Recorded) {
    this.recorded = recorded;
  }

  @Field(() => Cursor, { description: "Its place in the log." })
  get cursor(): string {
    return eventCursor(this.recorded.seq);
  }

  @Field(() => String, { description: `What it is: ${eventTypes.join(", ")}.` })
  get type(): EventType {
    return this.recorded.event.type;
  }

  @Field(() => DateTime, { description: "When it happened." })
  get at(): Instant {
    return this.recorded.event.at;
  }

  @Field(() => ID, { nullable: true, description: "The job that it is of." })
  get jobId(): JobId | null {
    const { event } = this.recorded;
    return "job" in event ? event.job : null;
  }

  @Field(() => ID, { nullable: true, description: "The server that it is of." })
  get serverId(): ServerId | null {
    const { event } = this.recorded;
    return "server" in event ? event.server : null;
  }

  @Field(() => String, { description: "One plain sentence." })
  get summary(): string {
    return describeEvent(this.recorded.event);
  }

  @Field(() => Json, { description: "The rest of it; its fields depend on the type." })
  get body(): unknown {
    const { type: _, at: __, ...body } = this.recorded.event;
    return body;
  }
}

@ObjectType("ProgressUpdate", { description: "A job came on." })
export class ProgressUpdate {
  @Field(() => Cursor, { description: "Its place in the log." })
  cursor!: string;

  @Field(() => ID, { description: "The job." })
  jobId!: JobId;

  @Field(() => Int, { description: "The run that told it." })
  attempt!: number;

  @Field(() => ProgressView, { description: "How far it is." })
  progress!: ProgressView;

  @Field(() => Gap, {
    nullable: true,
    description:
      "Earlier updates that were left out: the stream had this newer one already, or old progress is kept once a minute.",
  })
  gap!: Gap | null;
}

@ObjectType("JobChange", { description: "Something happened to a job." })
export class JobChange {
  @Field(() => Cursor, { description: "Its place in the log." })
  cursor!: string;

  @Field(() => ID, { description: "The job." })
  jobId!: JobId;

  @Field(() => EventView, { description: "What happened." })
  event!: EventView;
}

@ObjectType("ServerChange", { description: "Something happened to a server." })
export class ServerChange {
  @Field(() => Cursor, { description: "Its place in the log." })
  cursor!: string;

  @Field(() => ID, { description: "The server." })
  serverId!: ServerId;

  @Field(() => EventView, { description: "What happened." })
  event!: EventView;
}

@ObjectType("MigrationChange", { description: "A migration came on." })
export class MigrationChange {
  @Field(() => Cursor, { description: "Its place in the log." })
  cursor!: string;

  @Field(() => ID, { description: "The migration." })
  migrationId!: MigrationId;

  @Field(() => ID, { description: "The job that moves." })
  jobId!: JobId;

  @Field(() => EventView, { description: "What happened." })
  event!: EventView;
}
