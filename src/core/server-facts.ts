import type { ServerEvent } from "./event.ts";
import { conditionOf, type Gpu, inCondition, type Server } from "./server.ts";

type Told<T extends ServerEvent["type"]> = Extract<ServerEvent, { readonly type: T }>;

/** The server as it was found. What is wrong with a GPU stays so: whoever lists the devices does not judge them. */
export function inventoried(
  server: Server,
  { gpus, cores, memoryMiB, notice, engine }: Told<"ServerInventoried">,
): Server {
  const { notice: _, ...rest } = server;
  const known = new Map(server.gpus.map((gpu) => [gpu.id, gpu]));
  const judged = gpus.map((gpu) => {
    const before = known.get(gpu.id);
    return before ? inCondition(gpu, conditionOf(before)) : gpu;
  });
  return {
    ...rest,
    gpus: judged,
    cores,
    memoryMiB,
    ...(notice !== undefined && { notice }),
    ...(engine && { engine }),
  };
}

/** The server with its disk and its images as they were measured. */
export function measured(
  { freeDiskMiB: _, ...server }: Server,
  { freeDiskMiB, minFreeDiskMiB, images }: Told<"ServerMeasured">,
): Server {
  return { ...server, ...(freeDiskMiB !== null && { freeDiskMiB }), minFreeDiskMiB, images };
}

/** The same list when there is nothing new. */
export function gpusAfter(gpus: readonly Gpu[], { gpu: id, ...condition }: Told<"GpuStateChanged">): readonly Gpu[] {
  const at = gpus.findIndex((gpu) => gpu.id === id);
  const gpu = gpus[at];
  if (!gpu) return gpus;
  const { fault, busy } = conditionOf(gpu);
  return fault === condition.fault && busy === condition.busy ? gpus : gpus.with(at, inCondition(gpu, condition));
}
