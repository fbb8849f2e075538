import { Field, Int, ObjectType } from "type-graphql";
import { obstacleOf } from "../../core/live-migration.ts";
import { type Gpu, type Server, type ServerId, shortOfDisk } from "../../core/server.ts";
import { standingOf } from "../../core/server-state.ts";
import type { Instant } from "../../core/time.ts";
import { addressOf } from "../../engine/gang-order.ts";
import { Node } from "../relay.ts";
import { DateTime } from "../scalars.ts";
import { DriverEnum, HealthEnum, ServerStateEnum } from "./enums.ts";

@ObjectType("Gpu", { implements: Node, description: "One GPU of a server." })
export class GpuView extends Node {
  readonly gpu: Gpu;
  readonly serverId: ServerId;

  constructor(gpu: Gpu, serverId: ServerId) {
    super(gpu.id);
    this.gpu = gpu;
    this.serverId = serverId;
  }

  @Field(() => Int, { description: "Its index on its server." })
  get index(): number {
    return this.gpu.index;
  }

  @Field(() => String, { nullable: true, description: "Its maker's unique name for it, where known." })
  get uuid(): string | null {
    return this.gpu.uuid;
  }

  @Field(() => String, { nullable: true, description: "Its model, where known." })
  get model(): string | null {
    return this.gpu.model;
  }

  @Field(() => Int, { nullable: true, description: "Its memory in MiB, where known." })
  get memoryMiB(): number | null {
    return this.gpu.memoryMiB;
  }

  @Field(() => String, {
    nullable: true,
    description: "The UUID of the GPU of which it is a slice; null: it is a whole one.",
  })
  get parent(): string | null {
    return this.gpu.parent ?? null;
  }

  @Field(() => String, { description: "The name of its server." })
  get serverName(): string {
    return this.serverId;
  }
}

@ObjectType("Cordon", { description: "A cordoned server gets no new run, and its jobs stay." })
export class CordonView {
  @Field(() => String, { nullable: true, description: "Why, where that was said." })
  reason!: string | null;

  @Field(() => DateTime, { description: "Since when." })
  since!: Instant;
}

@ObjectType("Drain", { description: "A draining server gets no new run, and its jobs are moved away." })
export class DrainView extends CordonView {
  @Field(() => DateTime, {
    nullable: true,
    description: "What still runs there then is preempted; null: it may take long.",
  })
  deadlineAt!: Instant | null;

  @Field(() => Int, { description: "How many jobs still hold a part of the server." })
  jobsLeft!: number;
}

@ObjectType("Server", { implements: Node, description: "A machine that runs jobs. Its id is its name." })
export class ServerView extends Node {
  readonly server: Server;

  constructor(server: Server) {
    super(server.id);
    this.server = server;
  }

  @Field(() => String, { description: "Unique among the servers." })
  get name(): string {
    return this.server.id;
  }

  @Field(() => DriverEnum, { description: "How runs are started on it." })
  get driver(): string {
    return this.server.driver;
  }

  @Field(() => String, { description: "Where its engine is: unix://…, tcp://…, ssh://…, or local." })
  get endpoint(): string {
    return this.server.endpoint;
  }

  @Field(() => String, { nullable: true, description: "Its engine and version, such as Podman 4.3.1, where known." })
  get engine(): string | null {
    return this.server.engine?.name ?? null;
  }

  @Field(() => String, { nullable: true, description: "Why no job moves from it or to it as it runs; null: one may." })
  get noLiveMigration(): string | null {
    return obstacleOf(this.server);
  }

  @Field(() => ServerStateEnum, {
    description: "How it is with it: whether it can be reached goes before what is wanted of it.",
  })
  get state(): string {
    return standingOf(this.server).state;
  }

  @Field(() => String, { nullable: true, description: "Why its state is what it is, where that is known." })
  get stateReason(): string | null {
    return standingOf(this.server).reason;
  }

  @Field(() => DateTime, { description: "Since when its state is what it is." })
  get stateSince(): Instant {
    return standingOf(this.server).since;
  }

  @Field(() => CordonView, { nullable: true, description: "It is kept from getting new runs; null: it is not." })
  get cordoned(): CordonView | null {
    return this.server.cordoned ?? null;
  }

  @Field(() => String, { description: "Under which other servers reach it, when a job spans several." })
  get address(): string {
    return addressOf(this.server);
  }

  @Field(() => HealthEnum, { description: "Can it be reached?" })
  get health(): string {
    return this.server.health;
  }

  @Field(() => String, { nullable: true, description: "Why it is not UP; null when it is." })
  get reason(): string | null {
    return this.server.reason;
  }

  @Field(() => DateTime, { description: "Since when its health is what it is." })
  get healthSince(): Instant {
    return this.server.healthSince;
  }

  @Field(() => Boolean, { description: "A draining server gets no new run, and its jobs are moved away." })
  get draining(): boolean {
    return this.server.draining;
  }

  @Field(() => Int, { description: "Its CPU cores that jobs may have; 0: it has not been looked at yet." })
  get cores(): number {
    return this.server.cores;
  }

  @Field(() => Int, { description: "Its memory that jobs may have, in MiB." })
  get memoryMiB(): number {
    return this.server.memoryMiB;
  }

  @Field(() => Int, { nullable: true, description: "What is free of its engine's disk, in MiB; null: not known." })
  get freeDiskMiB(): number | null {
    return this.server.freeDiskMiB ?? null;
  }

  @Field(() => String, { nullable: true, description: "Why its disk takes no new run; null: it has room enough." })
  get shortOfDisk(): string | null {
    return shortOfDisk(this.server);
  }

  @Field(() => Int, { nullable: true, description: "How many images its engine has; null: not known." })
  get imageCount(): number | null {
    return this.server.images?.length ?? null;
  }

  @Field(() => [GpuView], { description: "Its GPUs, by index." })
  get gpus(): GpuView[] {
    return this.server.gpus.map((gpu) => new GpuView(gpu, this.server.id));
  }
}
