import { Arg, Args, Ctx, FieldResolver, Float, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { JobId } from "../../core/job.ts";
import { gpuNamed as findGpu, requestQuarantine, requestRelease } from "../../core/request.ts";
import { unfit } from "../../core/server.ts";
import { type GpuState, gpuStateOf } from "../../core/server-state.ts";
import type { Instant } from "../../core/time.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { serverNamed } from "../places.ts";
import { reasonFrom } from "../reason-from.ts";
import { type Connection, costOfList, PageArgs, pageOf } from "../relay.ts";
import { DateTime } from "../scalars.ts";
import { given } from "../spec-of.ts";
import { GpuConnection } from "../types/connections.ts";
import { GpuStateEnum } from "../types/enums.ts";
import { QuarantineGpuInput, ReleaseGpuInput } from "../types/inputs.ts";
import { JobView } from "../types/job.ts";
import { QuarantineGpuPayload, ReleaseGpuPayload } from "../types/payloads.ts";
import { GpuView, ServerView } from "../types/server.ts";

const reading = { nullable: true } as const;
const what = { description: "What is wanted." } as const;

@Resolver(() => GpuView)
export class GpuResolver {
  @Query(() => GpuConnection, { complexity: costOfList, description: "The GPUs of all servers." })
  gpus(@Args(() => PageArgs) page: PageArgs, @Ctx() { engine }: Context): Connection<GpuView> {
    const servers = [...engine.scheduler.servers.values()];
    const gpus = servers.flatMap((server) => server.gpus.map((gpu) => new GpuView(gpu, server.id)));
    return pageOf(gpus, page, "gpu", ({ id }) => id);
  }

  @FieldResolver(() => ServerView, { nullable: true, description: "Its server; null when it has just been removed." })
  server(@Root() { serverId }: GpuView, @Ctx() { engine }: Context): ServerView | null {
    return serverNamed(serverId, engine);
  }

  @FieldResolver(() => JobView, { nullable: true, description: "The job that holds it now; null: none." })
  async job(@Root() view: GpuView, @Ctx() context: Context): Promise<JobView | null> {
    const owner = ownerOf(view, context);
    const job = owner === null ? null : await context.loaders.job.load(owner);
    return job && new JobView(job);
  }

  @FieldResolver(() => GpuStateEnum, { description: "Who has it, or why it is given to nobody." })
  state(@Root() view: GpuView, @Ctx() context: Context): GpuState {
    return gpuStateOf(view.gpu, ownerOf(view, context));
  }

  @FieldResolver(() => String, { nullable: true, description: "Why it is FAULTY or BUSY; null when it is neither." })
  reason(@Root() { gpu }: GpuView): string | null {
    return unfit(gpu);
  }

  @FieldResolver(() => Float, { ...reading, description: "How busy it was in per cent, when it last was looked at." })
  utilisationPercent(@Root() view: GpuView, @Ctx() context: Context): number | null {
    return readingOf(view, context)?.utilisationPercent ?? null;
  }

  @FieldResolver(() => Int, { ...reading, description: "Its memory in use in MiB, when it last was looked at." })
  memoryUsedMiB(@Root() view: GpuView, @Ctx() context: Context): number | null {
    return readingOf(view, context)?.memoryUsedMiB ?? null;
  }

  @FieldResolver(() => Float, { ...reading, description: "Its temperature in °C, when it last was looked at." })
  temperatureC(@Root() view: GpuView, @Ctx() context: Context): number | null {
    return readingOf(view, context)?.temperatureC ?? null;
  }

  @FieldResolver(() => DateTime, { ...reading, description: "When it last was looked at; null: not yet." })
  lookedAt(@Root() view: GpuView, @Ctx() context: Context): Instant | null {
    return readingOf(view, context)?.at ?? null;
  }
}

const readingOf = ({ id, serverId }: GpuView, { engine }: Context) => engine.gpus.reading(serverId, id);

function ownerOf({ id, serverId }: GpuView, { engine }: Context): JobId | null {
  const room = engine.scheduler.ledger.rooms.get(serverId);
  return room?.gpuOwner[room.position.get(id) ?? -1] ?? null;
}

@Resolver()
export class GpuMutations {
  @Mutation(() => QuarantineGpuPayload, { description: "Has a GPU given to nobody, and its job moved away." })
  quarantineGpu(@Arg("input", () => QuarantineGpuInput, what) input: QuarantineGpuInput, @Ctx() { engine }: Context) {
    return payload(async () => {
      const { gpu, reason } = given(input) as QuarantineGpuInput;
      const why = reasonFrom(reason) ?? "by hand";
      await engine.request((scheduler, now) => ({ events: requestQuarantine(scheduler, gpu, why, now) }));
      return { gpu: gpuNamed(gpu, engine) };
    });
  }

  @Mutation(() => ReleaseGpuPayload, {
    description: "Has a GPU given to jobs again; a fault that is still there is found again.",
  })
  releaseGpu(@Arg("input", () => ReleaseGpuInput, what) { gpu }: ReleaseGpuInput, @Ctx() { engine }: Context) {
    return payload(async () => {
      await engine.request((scheduler, now) => ({ events: requestRelease(scheduler, gpu, now) }));
      return { gpu: gpuNamed(gpu, engine) };
    });
  }
}

function gpuNamed(name: string, { scheduler }: Context["engine"]): GpuView | null {
  const server = scheduler.servers.get(name.split("/")[0] as string);
  const gpu = server && findGpu(server, name);
  return gpu ? new GpuView(gpu, server.id) : null;
}
