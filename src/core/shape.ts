import type { Job } from "./job.ts";
import type { JobSpec, Pool } from "./job-spec.ts";
import { poolOf } from "./job-spec.ts";
import type { Gpu, Server } from "./server.ts";

/** What a job asks of a server, its size apart: jobs of one shape fit in the same places. There is one object for each shape. */
export interface Shape {
  readonly pool: Pool;
  readonly model: string | null;
  readonly gpuMemoryMiB: number | null;
  /** On each server: cores that come with the GPUs, and memory. */
  readonly cores: number;
  readonly memoryMiB: number;
  readonly needsNoImage: boolean;
  /** It has asked for what only a container has. */
  readonly needsContainer: boolean;
  readonly minServers: number;
  readonly maxServers: number;
}

const byText = new Map<string, Shape>();
const bySpec = new WeakMap<JobSpec, Shape>();

export function shapeOf({ spec }: Pick<Job, "spec">): Shape {
  const known = bySpec.get(spec);
  if (known) return known;
  const pool = poolOf(spec);
  const shape: Shape = {
    pool,
    model: spec.gpus.model,
    gpuMemoryMiB: spec.gpus.memoryMiB,
    cores: pool === "gpus" ? spec.cores.min : 0,
    memoryMiB: spec.memoryMiB ?? 0,
    needsNoImage: spec.image === null,
    needsContainer: spec.mounts !== undefined || spec.runAs !== undefined,
    minServers: spec.servers.min,
    maxServers: spec.servers.max,
  };
  const text = JSON.stringify(shape);
  const first = byText.get(text) ?? shape;
  byText.set(text, first);
  bySpec.set(spec, first);
  return first;
}

/** A container needs an image; a process server runs the command with what the machine has. */
export const suitsServer = ({ driver }: Server, { needsNoImage, needsContainer }: Shape): boolean =>
  !(driver === "docker" && needsNoImage) && !(driver === "process" && needsContainer);

export const suitsGpu = (gpu: Gpu, { model, gpuMemoryMiB }: Shape): boolean =>
  (model === null || gpu.model === model) && (gpuMemoryMiB === null || (gpu.memoryMiB ?? 0) >= gpuMemoryMiB);

/** Takes new runs. */
export const isOpen = ({ health, draining, cordoned, freeDiskMiB, minFreeDiskMiB = 0 }: Server): boolean =>
  health === "up" &&
  !draining &&
  cordoned === undefined &&
  (freeDiskMiB === undefined || freeDiskMiB >= minFreeDiskMiB);

/** How much of what its pool divides the server has for such jobs, were it empty. 0 where they cannot go. */
export function capacityFor(server: Server, shape: Shape): number {
  if (!suitsServer(server, shape) || server.cores < shape.cores || server.memoryMiB < shape.memoryMiB) return 0;
  return shape.pool === "cores" ? server.cores : server.gpus.filter((gpu) => suitsGpu(gpu, shape)).length;
}

/** The most that one job of this shape can have, on as many of the servers as it may span. */
export function largestSize(servers: Iterable<Server>, shape: Shape): number {
  const sizes = Array.from(servers, (server) => capacityFor(server, shape)).sort((a, b) => b - a);
  return sizes.slice(0, shape.maxServers).reduce((sum, size) => sum + size, 0);
}

/** Could this server ever run the job, were it empty: alone, or its part where the job may span several? */
export function canHold(server: Server, job: Pick<Job, "spec">): boolean {
  const { gpus, cores, memoryMiB } = job.spec;
  const shape = shapeOf(job);
  const isWhole = shape.maxServers === 1;
  const leastGpus = isWhole ? gpus.min : Math.min(1, gpus.min);
  const leastCores = isWhole || shape.pool === "gpus" ? cores.min : Math.min(1, cores.min);
  return (
    suitsServer(server, shape) &&
    server.gpus.filter((gpu) => suitsGpu(gpu, shape)).length >= leastGpus &&
    server.cores >= leastCores &&
    server.memoryMiB >= (memoryMiB ?? 0)
  );
}
