import { domainError } from "./errors.ts";
import type { Job } from "./job.ts";
import type { Placement, Server, ServerId } from "./server.ts";
import { gpuCount } from "./server.ts";

/** Throws when the job cannot be moved as it runs from the one place to the other ([]: to any), and says what is missing. */
export function refuseLive({ id }: Job, on: Placement, to: Placement, servers: ReadonlyMap<ServerId, Server>): void {
  if (gpuCount(on) > 0)
    throw domainError("CONFLICT", `${id} has GPUs, whose memory cannot be moved: migrate it without "live"`, ["live"]);
  if (on.length > 1 || to.length > 1)
    throw domainError("CONFLICT", `${id} is on several servers, and only one container can be moved as it runs`, [
      "live",
    ]);
  for (const { server } of [...on, ...to]) {
    const missing = obstacleOf(servers.get(server));
    if (missing !== null) throw domainError("CONFLICT", `server ${server}: ${missing}`, ["live"]);
  }
}

/** Why no run can be moved as it runs from the server or to it; null when it can, as far as is known. */
export function obstacleOf(server: Server | undefined): string | null {
  if (!server?.engine) return "only containers can be moved as they run, and this server has no engine for them";
  return server.engine.noLiveMigration ?? null;
}
