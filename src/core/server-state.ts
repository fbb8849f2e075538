import type { JobId } from "./job.ts";
import type { Gpu, Health, Server } from "./server.ts";
import type { Instant } from "./time.ts";

/** Whether it can be reached goes before what is wanted of it. */
export type ServerState = Health | "draining" | "cordoned";

/** How it is with a server, in one word, with why and since when. */
export interface Standing {
  readonly state: ServerState;
  readonly reason: string | null;
  readonly since: Instant;
}

export function standingOf({ health, reason, healthSince, draining, drain, cordoned }: Server): Standing {
  if (health !== "up") return { state: health, reason, since: healthSince };
  if (draining) return { state: "draining", reason: drain?.reason ?? null, since: drain?.since ?? healthSince };
  if (cordoned) return { state: "cordoned", ...cordoned };
  return { state: "up", reason: null, since: healthSince };
}

/** Who has a GPU, or why it is given to nobody. */
export type GpuState = "idle" | "leased" | "faulty" | "busy";

export function gpuStateOf({ fault, busy }: Gpu, owner: JobId | null): GpuState {
  if (fault !== undefined) return "faulty";
  if (busy !== undefined) return "busy";
  return owner === null ? "idle" : "leased";
}
