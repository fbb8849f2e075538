import { createHash } from "node:crypto";
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { ContainersConfig } from "../../../config/index.ts";
import type { RunOrder } from "../../../core/command.ts";
import { CODE_PATH } from "../../../core/job-spec.ts";
import { type Gpu, leadServer, type ServerId } from "../../../core/server.ts";
import { deviceNames, shareOf } from "../../environment.ts";
import { GPUS_LABEL, type GpuWay, requestOf } from "../machine/gpu-request.ts";
import { isolation } from "./isolation.ts";
import { ATTEMPT_LABEL, CLUSTER_LABEL, containerName, JOB_LABEL, ORDER_LABEL } from "./labels.ts";
import { mountsOf } from "./mounts.ts";
import { networkOf } from "./network.ts";

const MIB = 1024 * 1024;

/**
 * Every line, in one file: an engine that rotates it loses lines of whoever follows, and one that does not block loses them when
 * it is busy. What is left out here the engine takes from its own settings, which often rotate; it knows no word for "without limit".
 */
const KEEPS_ALL: HostConfig["LogConfig"] = {
  Type: "json-file",
  Config: { "max-size": "1000000t", "max-file": "1", compress: "false", mode: "blocking" },
};

/**
 * The container of a run: exactly what was leased, nothing restarted behind our back, no output thrown away.
 * @param visible the devices that it shows
 * @param raised whether the engine may raise limits
 */
export function containerOptions(
  cluster: string,
  order: RunOrder,
  visible: readonly Gpu[],
  environment: Readonly<Record<string, string>>,
  rules: ContainersConfig,
  raised: boolean,
  way: GpuWay,
  server: ServerId = leadServer(order.on),
): ContainerCreateOptions {
  const { job, attempt, spec } = order;
  const { user, host } = isolation(rules, spec, raised);
  const workdir = spec.workdir ?? (spec.code ? CODE_PATH : null);
  const cpus = cpusetOf(order, server);
  const network = networkOf(order, server);
  const owner = { [CLUSTER_LABEL]: cluster, [JOB_LABEL]: job };
  const options: ContainerCreateOptions = {
    name: containerName(cluster, job, attempt),
    Image: spec.image ?? "",
    // What the image would run itself is put aside: a job's command is the whole command.
    ...(spec.command.length > 0 && { Entrypoint: [...spec.command], Cmd: [] }),
    ...(workdir && { WorkingDir: workdir }),
    ...user,
    ...network.whole,
    // The init process then passes a signal on to all processes of the program, not to the first one only.
    Env: Object.entries({ ...environment, TINI_KILL_PROCESS_GROUP: "1" }).map(([name, value]) => `${name}=${value}`),
    Labels: {
      ...owner,
      [ATTEMPT_LABEL]: String(attempt),
      ...(visible.length > 0 && { [GPUS_LABEL]: deviceNames(visible).join(",") }),
    },
    // Any signal thaws a paused container whose own signal to stop is left to the engine, even one that only tells of a resize.
    StopSignal: spec.checkpoint.signal,
    HostConfig: {
      ...host,
      ...network.host,
      Init: true,
      RestartPolicy: { Name: "no" },
      LogConfig: KEEPS_ALL,
      ShmSize: spec.shmMiB * MIB,
      ...(spec.memoryMiB !== null && { Memory: spec.memoryMiB * MIB, MemorySwap: spec.memoryMiB * MIB }),
      ...(cpus !== null && { CpusetCpus: cpus }),
      ...(visible.length > 0 && requestOf(way, deviceNames(visible))),
      Mounts: mountsOf(cluster, order),
    },
  };
  const digest = createHash("sha256").update(JSON.stringify(options)).digest("hex");
  return { ...options, Labels: { ...options.Labels, [ORDER_LABEL]: digest } };
}

/** The leased cores as an engine writes them; null when none are. */
export function cpusetOf(order: RunOrder, server: ServerId): string | null {
  const { cores } = shareOf(order, server);
  return cores.length > 0 ? cores.join(",") : null;
}
