import type { RunOrder } from "../core/command.ts";
import type { Gpu } from "../core/server.ts";
import { coreCount, gpuCount, leadServer } from "../core/server.ts";

/** The grant as the program reads it in `allocation.json`. */
export interface Allocation {
  /** Counts the changes of the grant within one run, from 1. */
  readonly generation: number;
  readonly gpus: number;
  readonly cores: number;
  readonly servers: readonly { readonly host: string; readonly slots: number; readonly rank: number }[];
}

/** The lead of a gang reaches itself without any network being set up. */
const LEAD_HOST = "localhost";
const MASTER_PORT = 29_500;

/** How devices without a UUID are called: a container numbers its own anew from 0, a process sees those of the machine. */
export type DeviceNumbering = "anew" | "machine";

/**
 * All variables of the job contract, section 2, for a run that is led here. What the user set wins over our defaults for
 * libraries (threads, rendezvous); what was granted cannot be overridden.
 * @param gpus the leased devices @param secrets values by variable name
 */
export function runEnvironment(
  order: RunOrder,
  gpus: readonly Gpu[],
  checkpointDir: string,
  secrets: Readonly<Record<string, string>>,
  numbering: DeviceNumbering = "anew",
): Record<string, string> {
  const { spec, on } = order;
  const cores = Math.max(1, coreCount(on));
  const devices = deviceNames(gpus);
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
    NVIDIA_VISIBLE_DEVICES: devices.join(",") || "void",
    CUDA_VISIBLE_DEVICES: cudaDevices(gpus, numbering),
  };
}

/** What the NVIDIA runtime calls the devices: by UUID, where all are known, since indices change at a reboot. */
export const deviceNames = (gpus: readonly Gpu[]): string[] =>
  gpus.every(({ uuid }) => uuid !== null)
    ? gpus.map(({ uuid }) => String(uuid))
    : gpus.map(({ index }) => String(index));

function cudaDevices(gpus: readonly Gpu[], numbering: DeviceNumbering): string {
  const renumbered = numbering === "anew" && gpus.some(({ uuid }) => uuid === null);
  return (renumbered ? gpus.map((_, index) => String(index)) : deviceNames(gpus)).join(",");
}

export function allocation({ on }: RunOrder): Allocation {
  const lead = leadServer(on);
  return {
    generation: 1,
    gpus: gpuCount(on),
    cores: coreCount(on),
    servers: on.map(({ server, gpus }, rank) => ({
      host: server === lead ? LEAD_HOST : server,
      slots: Math.max(1, gpus.length),
      rank,
    })),
  };
}

/** `allocation.json`: one server a line, which is how the script beside it finds them without a JSON parser. */
export function allocationFile(order: RunOrder): string {
  const { servers, ...totals } = allocation(order);
  const head = JSON.stringify(totals).slice(0, -1);
  return `${head},"servers":[\n${servers.map((server) => JSON.stringify(server)).join(",\n")}\n]}\n`;
}

/** `discover_hosts.sh`: Horovod Elastic's discovery script, for the `allocation.json` in its own folder. */
export const DISCOVER_HOSTS = `#!/bin/sh
sed -n 's/^{"host":"\\([^"]*\\)","slots":\\([0-9]*\\),.*/\\1:\\2/p' "$(dirname "$0")/allocation.json"
`;
