import type { Config, ServerConfig } from "./config/index.ts";
import type { Event } from "./core/event.ts";
import type { Scheduler } from "./core/scheduler.ts";
import { type DriverKind, declaredGpus, type Server } from "./core/server.ts";
import type { Instant } from "./core/time.ts";
import { DEFAULT_ENDPOINT, probeDocker } from "./drivers/docker/docker-driver.ts";
import { readTls } from "./drivers/index.ts";

/** Where a server came from: only what the file or the search named may go when they name it no more. */
type Source = "config" | "found" | "api";

export const LOCAL_ENGINE = "local";
export const LOCAL_PROCESSES = "local-process";
const PROBE_MILLIS = 5_000;

/** A server as it is before it was ever reached. */
export function newServer(config: ServerConfig, source: Source, now: Instant): Server {
  const { name, endpoint, gpus, cores, memoryMiB, lostAfterSeconds } = config;
  const driver: DriverKind = endpoint === "local" ? "process" : "docker";
  return {
    id: name,
    driver,
    endpoint,
    gpus: gpus === "auto" ? [] : declaredGpus(name, gpus),
    cores: cores ?? 0,
    memoryMiB: memoryMiB ?? 0,
    health: "down",
    reason: "not connected yet",
    healthSince: now,
    draining: false,
    ...(lostAfterSeconds !== undefined && { lostAfterSeconds }),
    setup: { ...structuredClone(config), source }, // a configuration is frozen, and the database's mapper is not told
  };
}

/** Resolves when the server answers; rejects with what is in the way. */
export async function probeServer({ endpoint, tls }: ServerConfig): Promise<void> {
  if (endpoint === "local") return;
  await probeDocker(endpoint, tls ? readTls(tls) : undefined, AbortSignal.timeout(PROBE_MILLIS));
}

/** The servers of the file; without one the Docker engine of this machine, or the machine itself where there is none. */
export async function findServers(
  { servers }: Config,
  known: readonly Server[],
): Promise<{ servers: readonly ServerConfig[]; source: Source; notice: string | null }> {
  if (servers) return { servers, source: "config", notice: null };
  const endpoint = process.env.DOCKER_HOST || DEFAULT_ENDPOINT;
  const engine: ServerConfig = { name: LOCAL_ENGINE, endpoint, tls: null, insecure: true, gpus: "auto" };
  try {
    await probeServer(engine);
    return { servers: [engine], source: "found", notice: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (known.some(({ id }) => id === LOCAL_ENGINE))
      return { servers: [engine], source: "found", notice: `${asSentence(why)} Its jobs wait until it is back.` };
    const machine: ServerConfig = {
      name: LOCAL_PROCESSES,
      endpoint: "local",
      tls: null,
      insecure: false,
      gpus: "auto",
    };
    return {
      servers: [machine],
      source: "found",
      notice: `${asSentence(why)} Jobs run as local processes on this machine: without containers, images are ignored and limits not enforced.`,
    };
  }
}

/** What has to be recorded so that the scheduler knows the servers that are wanted. */
export function serverEvents(
  scheduler: Scheduler,
  wanted: readonly ServerConfig[],
  source: Source,
  now: Instant,
): Event[] {
  const events: Event[] = [];
  for (const config of wanted) {
    const known = scheduler.servers.get(config.name);
    const server = newServer(config, source, now);
    if (!known) events.push({ type: "ServerJoined", server: server.id, joined: server, at: now });
    else if (JSON.stringify(known.setup) !== JSON.stringify(server.setup)) {
      const { gpus, cores, memoryMiB, draining, drain, cordoned } = known; // until it is looked at again
      const kept = { gpus, cores, memoryMiB, draining, ...(drain && { drain }), ...(cordoned && { cordoned }) };
      events.push({ type: "ServerJoined", server: server.id, joined: { ...server, ...kept }, at: now });
    }
  }
  for (const { id, setup, draining } of scheduler.servers.values()) {
    if (setup.source === "api" || wanted.some(({ name }) => name === id)) continue;
    if (scheduler.ledger.holders(id).length === 0) events.push({ type: "ServerRemoved", server: id, at: now });
    else if (!draining) events.push({ type: "ServerDrained", server: id, draining: true, at: now });
  }
  return events;
}

export const asSentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);
