import { isIP } from "node:net";
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { RunOrder } from "../../../core/command.ts";
import { namedPorts } from "../../../core/ports.ts";
import type { ServerId } from "../../../core/server.ts";
import { hostsOf, rankOf, shareOf } from "../../environment.ts";

interface Network {
  readonly whole: Pick<ContainerCreateOptions, "Hostname" | "ExposedPorts">;
  readonly host: Pick<HostConfig, "NetworkMode" | "ExtraHosts" | "PortBindings">;
}

/**
 * A run alone has a network of its own, whose ports are published under leased ones. The members of one over several servers
 * reach each other at any port (libraries open new ones as they go), so they are in the networks of their machines; and each is called by a
 * name that means its own address there: libraries listen at the address that their machine's name has.
 */
export function networkOf(order: RunOrder, server: ServerId): Network {
  const { job, on, spec } = order;
  if (on.length === 1) {
    const ports = namedPorts(spec, shareOf(order, server));
    if (ports.length === 0) return { whole: {}, host: {} };
    const bindings = ports.map(({ port, hostPort }) => [`${port}/tcp`, [{ HostPort: String(hostPort) }]]);
    return {
      whole: { ExposedPorts: Object.fromEntries(ports.map(({ port }) => [`${port}/tcp`, {}])) },
      host: { PortBindings: Object.fromEntries(bindings) },
    };
  }
  const name = (rank: number): string => `${job}-${rank}`;
  const addresses = hostsOf(order).flatMap((host, rank) => (isIP(host) ? [`${name(rank)}:${host}`] : []));
  const isNamed = addresses.length === on.length;
  return {
    whole: isNamed ? { Hostname: name(rankOf(order, server)) } : {},
    host: { NetworkMode: "host", ...(isNamed && { ExtraHosts: addresses }) },
  };
}
