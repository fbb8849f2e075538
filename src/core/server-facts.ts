import type { ServerEvent } from "./event.ts";
import { conditionOf, type Gpu, inCondition, type Server } from "./server.ts";

type Told<T extends ServerEvent["type"]> = Extract<ServerEvent, { readonly type: T }>;

/** The server after one more fact about it; the same object when that says nothing new. */
export function serverAfter(
  server: Server,
  event: Exclude<ServerEvent, { readonly type: "ServerJoined" | "ServerRemoved" }>,
): Server {
  switch (event.type) {
    case "ServerInventoried":
      return inventoried(server, event);
    case "ServerMeasured":
      return measured(server, event);
    case "ServerHealthChanged":
      return inHealth(server, event);
    case "ServerDrained":
      return drained(server, event);
    case "ServerCordoned":
      return cordoned(server, event);
    case "GpuStateChanged": {
      const gpus = gpusAfter(server.gpus, event);
      return gpus === server.gpus ? server : { ...server, gpus };
    }
  }
}

/** The server as it was found. What is wrong with a GPU stays so: whoever lists the devices does not judge them. */
function inventoried(server: Server, { gpus, cores, memoryMiB, notice, engine }: Told<"ServerInventoried">): Server {
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
function measured(
  { freeDiskMiB: _, ...server }: Server,
  { freeDiskMiB, minFreeDiskMiB, images }: Told<"ServerMeasured">,
): Server {
  return { ...server, ...(freeDiskMiB !== null && { freeDiskMiB }), minFreeDiskMiB, images };
}

/** The same list when there is nothing new. */
function gpusAfter(gpus: readonly Gpu[], { gpu: id, ...condition }: Told<"GpuStateChanged">): readonly Gpu[] {
  const at = gpus.findIndex((gpu) => gpu.id === id);
  const gpu = gpus[at];
  if (!gpu) return gpus;
  const { fault, busy } = conditionOf(gpu);
  return fault === condition.fault && busy === condition.busy ? gpus : gpus.with(at, inCondition(gpu, condition));
}

/** Another reason is no other health: how long it has been away counts on. */
function inHealth(server: Server, { health, reason, at }: Told<"ServerHealthChanged">): Server {
  if (server.health === health && server.reason === reason) return server;
  return { ...server, health, reason, healthSince: server.health === health ? server.healthSince : at };
}

/** Told again it may have another deadline; it drains since the first time. */
function drained(server: Server, { draining, reason, deadlineAt, at }: Told<"ServerDrained">): Server {
  const { drain, ...rest } = server;
  if (!draining) return { ...rest, draining };
  const since = drain?.since ?? at;
  return { ...rest, draining, drain: { since, reason: reason ?? null, deadlineAt: deadlineAt ?? null } };
}

function cordoned(server: Server, { cordoned: wanted, reason, at }: Told<"ServerCordoned">): Server {
  const { cordoned: before, ...rest } = server;
  return wanted ? { ...rest, cordoned: { reason, since: before?.since ?? at } } : rest;
}
