import { parameterVariable } from "../core/batch.ts";
import type { RunOrder } from "../core/command.ts";
import { startsMembers } from "../core/job-spec.ts";
import { meetingPort, namedPorts } from "../core/ports.ts";
import type { Gpu, ServerId, Share } from "../core/server.ts";
import { coreCount, gpuCount, leadServer } from "../core/server.ts";
import { shapeOf, suitsGpu } from "../core/shape.ts";

/** The grant as the program reads it in `allocation.json`. */
export interface Allocation {
  /** Counts the changes of the grant within one run, from 1. */
  readonly generation: number;
  readonly gpus: number;
  readonly cores: number;
  /** The GPUs of it as CUDA_VISIBLE_DEVICES would name them inside the run. */
  readonly devices: readonly string[];
  readonly servers: readonly { readonly host: string; readonly slots: number; readonly rank: number }[];
}

/** A run on one server reaches itself without any network being set up. */
const ALONE = "localhost";
/** In a network of its own, which nobody shares. */
const MASTER_PORT = 29_500;

/** The devices of a run on the server that leads it. */
export interface Devices {
  readonly leased: readonly Gpu[];
  /** All that its container shows, which numbers them anew from 0 in this order; null where nothing hides the machine's. */
  readonly visible: readonly Gpu[] | null;
}

/** The place of a server in the run, from 0; 0 for one that is not of it. */
export const rankOf = ({ on }: Pick<RunOrder, "on">, server: ServerId): number =>
  Math.max(
    0,
    on.findIndex((share) => share.server === server),
  );

export const shareOf = (order: Pick<RunOrder, "on">, server: ServerId): Share =>
  order.on[rankOf(order, server)] as Share;

/** How the others of the run reach each of its members, by rank. */
export const hostsOf = ({ on, hosts }: RunOrder): readonly string[] =>
  on.length === 1 ? [ALONE] : on.map(({ server }, rank) => hosts?.[rank] ?? server);

/** Where the lead listens for the others. */
export const masterPort = ({ spec, on }: RunOrder): number => meetingPort(spec, on[0] as Share) ?? MASTER_PORT;

/** Processes that a launcher starts there. */
export const slotsOf = ({ gpus }: Share): number => Math.max(1, gpus.length);

/**
 * All variables of the job contract, section 2, for the member of a run on that server. What the user set wins over our defaults for
 * libraries (threads, rendezvous); what was granted cannot be overridden.
 * @param secrets values by variable name
 * @param isAlone whether its ports are in a network of its own, and others reach them under leased ones
 */
export function runEnvironment(
  order: RunOrder,
  devices: Devices,
  checkpointDir: string,
  secrets: Readonly<Record<string, string>>,
  server: ServerId = leadServer(order.on),
  isAlone = false,
): Record<string, string> {
  const { spec, on } = order;
  const rank = String(rankOf(order, server));
  const share = shareOf(order, server);
  const cores = Math.max(1, share.cores.length);
  const threads = String(spec.parallelism.intraOp ?? cores);
  return {
    OMP_NUM_THREADS: threads,
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: String(spec.parallelism.interOp ?? cores),
    MASTER_ADDR: String(hostsOf(order)[0]),
    MASTER_PORT: String(isAlone ? MASTER_PORT : masterPort(order)),
    WORLD_SIZE: String(on.length), // processes that we start, one a server; a launcher that starts more says so itself
    RANK: rank,
    LOCAL_RANK: "0",
    NODE_RANK: rank,
    PYTHONUNBUFFERED: "1", // else Python keeps back what it prints, and progress comes in lumps
    ...spec.env,
    ...secrets,
    SCHEDULEARN_JOB_ID: order.job,
    SCHEDULEARN_JOB_NAME: spec.name,
    SCHEDULEARN_ATTEMPT: String(order.attempt),
    SCHEDULEARN_START_REASON: order.reason,
    SCHEDULEARN_GPUS: String(gpuCount(on)),
    SCHEDULEARN_CORES: String(coreCount(on)),
    SCHEDULEARN_SERVERS: String(on.length),
    SCHEDULEARN_CHECKPOINT_DIR: checkpointDir,
    ...batchVariables(order),
    ...portVariables(order, share, isAlone),
    ...memberVariables(order),
    // Set without GPUs too: an image may say "all" in its own environment.
    NVIDIA_VISIBLE_DEVICES: deviceNames(devices.visible ?? devices.leased).join(",") || "void",
    CUDA_VISIBLE_DEVICES: cudaNames(devices).join(","),
  };
}

/** Of a job of a batch: which of how many it is, and its values of a sweep's parameters. */
function batchVariables({ spec: { batch } }: RunOrder): Record<string, string> {
  if (!batch) return {};
  const { id, index, size, parameters = {} } = batch;
  return {
    SCHEDULEARN_BATCH: id,
    SCHEDULEARN_ARRAY_INDEX: String(index),
    SCHEDULEARN_ARRAY_SIZE: String(size),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [parameterVariable(name), String(value)])),
  };
}

/** SCHEDULEARN_PORT_<NAME>: where others reach it; SCHEDULEARN_LISTEN_<NAME>: where the program listens for that. */
function portVariables({ spec }: RunOrder, share: Share, isAlone: boolean): Record<string, string> {
  const variables = namedPorts(spec, share).flatMap(({ name, port, hostPort }) => [
    [`SCHEDULEARN_PORT_${name.toUpperCase()}`, String(hostPort)],
    [`SCHEDULEARN_LISTEN_${name.toUpperCase()}`, String(isAlone ? port : hostPort)],
  ]);
  return Object.fromEntries(variables);
}

/** For the programs beside `allocation.json` by which a launcher reaches the members of its run. */
function memberVariables(order: RunOrder): Record<string, string> {
  const { spec, on, key } = order;
  if (!startsMembers(spec) || on.length === 1 || key === undefined) return {};
  const ports = on.map((share, rank) => `${hostsOf(order)[rank]}=${meetingPort(spec, share) ?? MASTER_PORT}`);
  return { SCHEDULEARN_MEMBERS: ports.join(","), SCHEDULEARN_KEY: key };
}

/** What the NVIDIA runtime calls the devices: by UUID, where all are known, since indices change at a reboot. */
export const deviceNames = (gpus: readonly Gpu[]): string[] =>
  gpus.every(({ uuid }) => uuid !== null)
    ? gpus.map(({ uuid }) => String(uuid))
    : gpus.map(({ index }) => String(index));

function cudaNames({ leased, visible }: Devices): string[] {
  const renumbered = visible !== null && leased.some(({ uuid }) => uuid === null);
  return renumbered ? leased.map((gpu) => String(visible.indexOf(gpu))) : deviceNames(leased);
}

/**
 * What the container of a run shows: exactly what was leased; but nothing can be shown to it later, so one that is to grow while it
 * runs is shown all of its server's GPUs that it may be given.
 * @param all of the server
 */
export function visibleDevices(order: RunOrder, leased: readonly Gpu[], all: readonly Gpu[]): readonly Gpu[] {
  const { elasticity, gpus } = order.spec;
  if (elasticity !== "live" || gpus.min === gpus.max) return leased;
  const shape = shapeOf(order);
  return all.filter((gpu) => suitsGpu(gpu, shape) || leased.includes(gpu)).sort((a, b) => a.index - b.index);
}

export function allocation(order: RunOrder, devices: Devices): Allocation {
  const { on, generation } = order;
  const hosts = hostsOf(order);
  return {
    generation,
    gpus: gpuCount(on),
    cores: coreCount(on),
    devices: cudaNames(devices),
    servers: on.map((share, rank) => ({ host: String(hosts[rank]), slots: slotsOf(share), rank })),
  };
}

/** `allocation.json`: one server a line, which is how the script beside it finds them without a JSON parser. */
export function allocationFile(order: RunOrder, devices: Devices): string {
  const { servers, ...totals } = allocation(order, devices);
  const head = JSON.stringify(totals).slice(0, -1);
  return `${head},"servers":[\n${servers.map((server) => JSON.stringify(server)).join(",\n")}\n]}\n`;
}

/** `discover_hosts.sh`: Horovod Elastic's discovery script, for the `allocation.json` in its own folder. */
export const DISCOVER_HOSTS = `#!/bin/sh
sed -n 's/^{"host":"\\([^"]*\\)","slots":\\([0-9]*\\),.*/\\1:\\2/p' "$(dirname "$0")/allocation.json"
`;
