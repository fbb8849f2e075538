import { domainError } from "../core/errors.ts";
import type { Server } from "../core/server.ts";
import type { Queries } from "../store/queries.ts";
import { simulatedServer } from "./cluster.ts";

/** The servers of a live system, as if all were up; those that are being drained stay out. Rejects with a DomainError when none is left. */
export async function liveServers(queries: Queries): Promise<readonly Server[]> {
  const servers = (await queries.servers()).filter(
    ({ draining, cordoned, gpus, cores }) => !draining && !cordoned && gpus.length + cores > 0,
  );
  if (servers.length > 0)
    return servers.map(({ id, gpus, cores, memoryMiB }) => simulatedServer({ id, gpus, cores, memoryMiB }));
  throw domainError(
    "NOT_FOUND",
    "the live system has no servers with GPUs or cores: add one with schedulearn servers add",
  );
}
