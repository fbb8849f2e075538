import type { ServerEvent } from "./event.ts";
import type { Health, Server } from "./server.ts";
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

type Told<T extends ServerEvent["type"]> = Extract<ServerEvent, { readonly type: T }>;

/** Another reason is no other health: how long it has been away counts on. */
export const inHealth = (server: Server, { health, reason, at }: Told<"ServerHealthChanged">): Server => ({
  ...server,
  health,
  reason,
  healthSince: server.health === health ? server.healthSince : at,
});

/** Told again it may have another deadline; it drains since the first time. */
export function drained(server: Server, { draining, reason, deadlineAt, at }: Told<"ServerDrained">): Server {
  const { drain, ...rest } = server;
  if (!draining) return { ...rest, draining };
  const since = drain?.since ?? at;
  return { ...rest, draining, drain: { since, reason: reason ?? null, deadlineAt: deadlineAt ?? null } };
}

export function cordoned(server: Server, { cordoned: wanted, reason, at }: Told<"ServerCordoned">): Server {
  const { cordoned: before, ...rest } = server;
  return wanted ? { ...rest, cordoned: { reason, since: before?.since ?? at } } : rest;
}
