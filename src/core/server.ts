import type { Pool } from "./job-spec.ts";
import type { Instant } from "./time.ts";

/** A server's name; unique in the cluster and its id. */
export type ServerId = string;
/** `<server>/<uuid or index>`: unique in the cluster, stable over restarts. No uuid is all digits, so it is no index of another. */
export type GpuId = string;

export interface Gpu {
  readonly id: GpuId;
  readonly index: number;
  /** NVML's name of the device, where known: leases are told to engines by it, since indices change at a reboot. */
  readonly uuid: string | null;
  readonly model: string | null;
  readonly memoryMiB: number | null;
  /** UUID of the physical device of which it is a slice (MIG). */
  readonly parent?: string;
  /** Why it is quarantined: it stays so until it is released by hand. */
  readonly fault?: string;
  /** Who uses it though we did not give it: "not ours: pid 4711 python". */
  readonly busy?: string;
}

/** Why nobody may be given the GPU now, whoever may hold it still; null when it is fit. */
export const unfit = ({ fault, busy }: Gpu): string | null => fault ?? busy ?? null;

/** The same device in another condition. */
export function inCondition(gpu: Gpu, { fault, busy }: GpuCondition): Gpu {
  const { fault: _, busy: __, ...device } = gpu;
  return { ...device, ...(fault !== null && { fault }), ...(busy !== null && { busy }) };
}

/** What can be wrong with a GPU; null where nothing is. */
export interface GpuCondition {
  readonly fault: string | null;
  readonly busy: string | null;
}
export const conditionOf = ({ fault, busy }: Gpu): GpuCondition => ({ fault: fault ?? null, busy: busy ?? null });

/** A device as a configuration or a machine tells of it. */
export interface DeclaredGpu {
  readonly index: number;
  readonly uuid?: string | null;
  readonly model?: string | null;
  readonly memoryMiB?: number | null;
  readonly parent?: string;
}

/** @param declared the devices, or how many there are */
export function declaredGpus(server: ServerId, declared: number | readonly DeclaredGpu[]): Gpu[] {
  const list = typeof declared === "number" ? Array.from({ length: declared }, (_, index) => ({ index })) : declared;
  return list.map(({ index, uuid = null, model = null, memoryMiB = null, parent }: DeclaredGpu) => ({
    id: `${server}/${uuid ?? index}`,
    index,
    uuid,
    model,
    memoryMiB,
    ...(parent !== undefined && { parent }),
  }));
}

export type Health = "up" | "suspect" | "down";
export type DriverKind = "docker" | "process" | "simulated";

export interface Server {
  readonly id: ServerId;
  readonly driver: DriverKind;
  /** `unix://…`, `tcp://…`, `ssh://…`, or `local` for a process server. Never holds a secret. */
  readonly endpoint: string;
  readonly gpus: readonly Gpu[];
  readonly cores: number;
  readonly memoryMiB: number;
  readonly health: Health;
  /** Why it is not up; null when it is. */
  readonly reason: string | null;
  readonly healthSince: Instant;
  /** What could not be found out of it, in plain words. */
  readonly notice?: string;
  /** Absent for a server without one, and until it was looked at. */
  readonly engine?: EngineFacts;
  /** A draining server takes no new run, and its jobs are moved away. */
  readonly draining: boolean;
  readonly drain?: Drain;
  readonly cordoned?: Cordon;
  /** Its own span in place of the cluster's, after which a server that is away counts as lost. */
  readonly lostAfterSeconds?: number;
  /** Of its engine's disk, where that can be known; with less than `minFreeDiskMiB` it takes no new run. */
  readonly freeDiskMiB?: number;
  readonly minFreeDiskMiB?: number;
  /** Names of the images that it has, where it tells. */
  readonly images?: readonly string[];
  /** How its driver is set up. The core does not look inside; it never holds a secret. */
  readonly setup: Readonly<Record<string, unknown>>;
}

/** What runs the containers of a server, and what it cannot do, each in plain words. */
export interface EngineFacts {
  /** `Docker 20.10.24`. */
  readonly name: string;
  /** Why the cores of a run cannot change while it runs. */
  readonly fixedCores?: string;
  /** Why no run can be moved as it runs. */
  readonly noLiveMigration?: string;
}

/** A cordoned server takes no new run; its jobs stay. */
export interface Cordon {
  readonly reason: string | null;
  readonly since: Instant;
}

/** Of a draining server: what still runs there after the deadline is preempted. */
export interface Drain extends Cordon {
  readonly deadlineAt: Instant | null;
}

/** What is free of its disk, and what has to be; null where there is enough, or it is not known. */
export function shortOfDisk({ freeDiskMiB, minFreeDiskMiB = 0 }: Server): string | null {
  if (freeDiskMiB === undefined || freeDiskMiB >= minFreeDiskMiB) return null;
  const figure = (mebibytes: number): string => mebibytes.toLocaleString("en");
  return `${figure(freeDiskMiB)} MiB of free disk, ${figure(minFreeDiskMiB)} are kept free`;
}

/** What one server gives to one run. */
export interface Share {
  readonly server: ServerId;
  readonly gpus: readonly GpuId[];
  /** Indices of the leased cores: the container's cpuset. */
  readonly cores: readonly number[];
  readonly memoryMiB: number;
  /** Ports of the server that are the run's alone: those that it asked for, then the one where its members meet. */
  readonly ports?: readonly number[];
}

/** Where a run is: one share per server, in rank order. Never empty. */
export type Placement = readonly Share[];

export const gpuCount = (placement: Placement): number => placement.reduce((sum, share) => sum + share.gpus.length, 0);
export const coreCount = (placement: Placement): number =>
  placement.reduce((sum, share) => sum + share.cores.length, 0);
/** What it has of what a pool divides. */
export const sizeOn = (placement: Placement, pool: Pool): number =>
  pool === "gpus" ? gpuCount(placement) : coreCount(placement);
/** Does it have a part of that server? */
export const isOn = (placement: Placement, server: ServerId): boolean =>
  placement.some((share) => share.server === server);
/** The server that leads the gang: it holds rank 0. */
export const leadServer = (placement: Placement): ServerId => (placement[0] as Share).server;

export function samePlacement(a: Placement, b: Placement): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every((share, i) => {
        const other = b[i] as Share;
        return share.server === other.server && sameSet(share.gpus, other.gpus) && sameSet(share.cores, other.cores);
      }))
  );
}

/** The model of all its GPUs; null where it has none, or several. */
export function modelOf(placement: Placement, servers: ReadonlyMap<ServerId, Server>): string | null {
  let model: string | null = null;
  for (const share of placement)
    for (const id of share.gpus) {
      const found = servers.get(share.server)?.gpus.find((gpu) => gpu.id === id)?.model ?? null;
      if (found === null || (model !== null && model !== found)) return null;
      model = found;
    }
  return model;
}

/** Do both lie on the same servers, in the same ranks? */
export const sameServers = (a: Placement, b: Placement): boolean =>
  a.length === b.length && a.every(({ server }, i) => server === b[i]?.server);

/** One share a server: what is in several placements counts once. */
export function mergeShares(placements: readonly Placement[]): readonly Share[] {
  if (placements.length <= 1) return placements[0] ?? [];
  const merged = new Map<ServerId, Share>();
  for (const share of placements.flat()) {
    const known = merged.get(share.server);
    if (!known) merged.set(share.server, share);
    else {
      const ports = [...new Set([...(known.ports ?? []), ...(share.ports ?? [])])];
      merged.set(share.server, {
        server: share.server,
        gpus: [...new Set([...known.gpus, ...share.gpus])],
        cores: [...new Set([...known.cores, ...share.cores])],
        memoryMiB: Math.max(known.memoryMiB, share.memoryMiB), // both ends never use it at once
        ...(ports.length > 0 && { ports }),
      });
    }
  }
  return [...merged.values()];
}

const sameSet = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a === b || (a.length === b.length && a.every((each) => b.includes(each)));
