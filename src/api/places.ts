import type { Placement, ServerId } from "../core/server.ts";
import type { Engine } from "../engine/engine.ts";
import { GpuView, ServerView } from "./types/server.ts";

/** Servers are few and always in memory: no statement is needed to look at them. */
export function serverNamed(id: ServerId, { scheduler }: Engine): ServerView | null {
  const server = scheduler.servers.get(id);
  return server ? new ServerView(server) : null;
}

/** The GPUs of a placement, as far as their servers still have them. */
export const gpusOn = (on: Placement, { scheduler }: Engine): GpuView[] =>
  on.flatMap(({ server, gpus }) => {
    const known = scheduler.servers.get(server)?.gpus ?? [];
    return known.filter(({ id }) => gpus.includes(id)).map((gpu) => new GpuView(gpu, server));
  });
