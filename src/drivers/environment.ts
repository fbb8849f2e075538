import type { RunOrder } from "../core/command.ts";
import type { Gpu } from "../core/server.ts";
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

/** The lead of a gang reaches itself without any network being set up. */
const LEAD_HOST = "localhost";
const MASTER_PORT = 29_500;

/** The devices of a run on the server that leads it. */
export interface Devices {
  readonly leased: readonly Gpu[];
  /** All that its container shows, which numbers them anew from 0 in this order; null where nothing hides the machine's. */
  readonly visible: readonly Gpu[] | null;
}

/**
 * All variables of the job contract, section 2, for a run that is led here. What the user set wins over our defaults for
 * libraries (threads, rendezvous); what was granted cannot be overridden.
 * @param secrets values by variable name
 */
export function runEnvironment(
  order: RunOrder,
  devices: Devices,
  checkpointDir: string,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const { spec, on } = order;
  const cores = Math.max(1, coreCount(on));
  const threads = String(spec.parallelism.intraOp ?? cores);
  return {
    OMP_NUM_THREADS: threads,
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: String(spec.parallelism.interOp ?? cores),
    MASTER_ADDR: LEAD_HOST,
    MASTER_PORT: String(MASTER_PORT),
    WORLD_SIZE: String(on.length), // processes that we start, one a server; a launcher that starts more says so itself
    RANK: "0",
    LOCAL_RANK: "0",
    NODE_RANK: "0",
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
    // Set without GPUs too: an image may say "all" in its own environment.
    NVIDIA_VISIBLE_DEVICES: deviceNames(devices.visible ?? devices.leased).join(",") || "void",
    CUDA_VISIBLE_DEVICES: cudaNames(devices).join(","),
  };
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

export function allocation({ on, generation }: RunOrder, devices: Devices): Allocation {
  const lead = leadServer(on);
  return {
    generation,
    gpus: gpuCount(on),
    cores: coreCount(on),
    devices: cudaNames(devices),
    servers: on.map(({ server, gpus }, rank) => ({
      host: server === lead ? LEAD_HOST : server,
      slots: Math.max(1, gpus.length),
      rank,
    })),
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
