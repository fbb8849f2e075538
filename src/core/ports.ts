import { InvariantError } from "./errors.ts";
import type { Event } from "./event.ts";
import type { JobId } from "./job.ts";
import type { JobSpec, PortRequest } from "./job-spec.ts";
import type { Placement, Server, ServerId, Share } from "./server.ts";

/** Ports that may be leased on each server, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export const DEFAULT_PORTS: PortRange = { first: 29_500, last: 29_999 };

/** How a port of a run is reached from outside its server. */
export interface LeasedPort extends PortRequest {
  readonly hostPort: number;
}

/** The ports that the job asked for, as leased on the server of that share. */
export const namedPorts = ({ ports = [] }: JobSpec, { ports: leased = [] }: Share): LeasedPort[] =>
  ports.flatMap((port, i) => (leased[i] === undefined ? [] : [{ ...port, hostPort: leased[i] }]));

/** Where the member is found by the others of its run: the lead's is the master's port. Null where none was needed. */
export const meetingPort = ({ ports = [] }: JobSpec, share: Share): number | null =>
  share.ports?.[ports.length] ?? null;

/**
 * Those that it asked for; and one to meet at where it spans servers, or shares the network of its machine with others. A simulated
 * server has no network.
 */
function portCount({ ports = [] }: JobSpec, on: Placement, driver: Server["driver"]): number {
  if (driver === "simulated") return 0;
  return ports.length + (on.length > 1 || driver === "process" ? 1 : 0);
}

interface Lease {
  readonly server: ServerId;
  readonly machine: string;
  readonly port: number;
}

/** Who has which port of which machine: at most one owner each. */
export class PortBook {
  readonly #range: PortRange;
  readonly #owners = new Map<string, Map<number, JobId>>();
  readonly #held = new Map<JobId, readonly Lease[]>();

  constructor(range: PortRange) {
    this.#range = range;
  }

  /** Throws InvariantError when another job has one of the ports. @param shares all that the job is to hold */
  check(job: JobId, shares: readonly Share[], serverOf: (id: ServerId) => Server | undefined): void {
    for (const { machine, port } of leases(shares, serverOf)) {
      const owner = this.#owners.get(machine)?.get(port);
      if (owner && owner !== job)
        throw new InvariantError(`port ${port} of ${machine} is held by ${owner} and wanted by ${job}`);
    }
  }

  hold(job: JobId, shares: readonly Share[], serverOf: (id: ServerId) => Server | undefined): void {
    const before = this.#held.get(job);
    const next = leases(shares, serverOf);
    if (!before && next.length === 0) return;
    for (const { machine, port } of before ?? []) this.#owners.get(machine)?.delete(port);
    for (const { machine, port } of next) this.#ownersOf(machine).set(port, job);
    if (next.length > 0) this.#held.set(job, next);
    else this.#held.delete(job);
  }

  /**
   * The placement with the ports that it needs: the job's own before others, so that those of a run stay the same while it changes its
   * size; else the lowest that are free. Null when a server has too few.
   */
  lease(job: JobId, spec: JobSpec, on: Placement, serverOf: (id: ServerId) => Server | undefined): Placement | null {
    const leased: Share[] = [];
    const taken = new Set<string>();
    for (const share of on) {
      const { ports: had, ...rest } = share;
      const server = serverOf(share.server);
      const count = server ? portCount(spec, on, server.driver) : 0;
      if (count === 0) {
        leased.push(had ? rest : share);
        continue;
      }
      const machine = machineOf(share.server, server);
      const own = this.#held.get(job)?.filter((lease) => lease.server === share.server) ?? [];
      const ports = own.slice(0, count).map(({ port }) => port);
      for (let port = this.#range.first; ports.length < count && port <= this.#range.last; port++)
        if (!this.#owners.get(machine)?.has(port) && !taken.has(`${machine}:${port}`)) ports.push(port);
      if (ports.length < count) return null;
      for (const port of ports) taken.add(`${machine}:${port}`);
      leased.push({ ...rest, ports });
    }
    return leased;
  }

  #ownersOf(machine: string): Map<number, JobId> {
    const known = this.#owners.get(machine) ?? new Map<number, JobId>();
    this.#owners.set(machine, known);
    return known;
  }
}

/** Several servers can be this machine: they share its ports. */
const machineOf = (id: ServerId, server: Server | undefined): string =>
  server && /^(local$|unix:)/.test(server.endpoint) ? "this machine" : id;

const leases = (shares: readonly Share[], serverOf: (id: ServerId) => Server | undefined): Lease[] =>
  shares.flatMap(({ server, ports }) =>
    (ports ?? []).map((port) => ({ server, machine: machineOf(server, serverOf(server)), port })),
  );

/** An event of the scheduler that gives a job a place, with the ports leased there; null when they are not to be had. */
export function withPorts(event: Event, lease: (job: JobId, on: Placement) => Placement | null): Event | null {
  switch (event.type) {
    case "JobPlaced": {
      const on = lease(event.job, event.on);
      return on && (on === event.on ? event : { ...event, on });
    }
    case "JobResumed": {
      const on = event.on && lease(event.job, event.on);
      if (event.on && !on) return null;
      return on === event.on ? event : { ...event, on };
    }
    case "JobMigrated":
    case "JobResized": {
      const to = lease(event.job, event.to);
      return to && (to === event.to ? event : { ...event, to });
    }
    default:
      return event;
  }
}
