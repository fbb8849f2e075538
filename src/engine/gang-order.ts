import { createHmac } from "node:crypto";
import { networkInterfaces } from "node:os";
import { parseEndpoint } from "../config/index.ts";
import type { RunOrder } from "../core/command.ts";
import { startsMembers } from "../core/job-spec.ts";
import type { Server, ServerId } from "../core/server.ts";
import { leadServer } from "../core/server.ts";
import { rankOf } from "../drivers/environment.ts";
import { launchCommand } from "../drivers/launcher.ts";

const LOOPBACK = "127.0.0.1";

/** Under which address the other servers of a run reach this one: as its settings say, else where its engine is. */
export function addressOf({ endpoint, setup }: Pick<Server, "endpoint" | "setup">): string {
  if (typeof setup.address === "string") return setup.address;
  const where = parseEndpoint(endpoint);
  return where && "host" in where ? where.host : ownAddress();
}

/** This machine's first that others can reach. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ internal, family }) => !internal && family === "IPv4") ?? all.find((one) => !one.internal);
  return found?.address ?? LOOPBACK;
}

/** The addresses of the members of a run in rank order. Processes of one machine need no network. */
export function hostsOfGang(servers: readonly Pick<Server, "driver" | "endpoint" | "setup">[]): readonly string[] {
  return servers.every(({ driver }) => driver === "process") ? servers.map(() => LOOPBACK) : servers.map(addressOf);
}

/** Why these servers cannot be one gang of that job; null when they can. */
export function gangProblem({ spec, on }: RunOrder, hosts: readonly string[]): string | null {
  if (!startsMembers(spec)) return null;
  const twin = hosts.findIndex((host, rank) => hosts.indexOf(host) < rank);
  if (twin < 0) return null;
  const first = hosts.indexOf(hosts[twin] as string);
  return `${spec.launcher} reaches servers by address, and ${on[first]?.server} and ${on[twin]?.server} are both ${hosts[twin]}: set their address, or take another launcher`;
}

/** What the members of one run know and nobody else; the same after a restart. */
export const keyOfRun = (secret: string, { job, attempt }: Pick<RunOrder, "job" | "attempt">): string =>
  createHmac("sha256", secret).update(`${job}.${attempt}`).digest("hex");

/** The order as one of its servers gets it: with its launcher's command, and a checkpoint folder of its own. */
export function memberOrder(order: RunOrder, server: ServerId): RunOrder {
  const { spec, checkpoint, on, attempt } = order;
  const launched = spec.launcher ? { spec: { ...spec, command: launchCommand(order, server) } } : {};
  if (rankOf(order, server) === 0) return { ...order, ...launched };
  // The lead's folder is the job's. The others begin with what the lead begins with.
  const { generation, from } = checkpoint;
  const isNew = from === null && generation === attempt;
  const source = from ?? (isNew ? null : { server: leadServer(on), generation });
  return { ...order, ...launched, checkpoint: { generation: attempt, from: source } };
}
