import { createHash } from "node:crypto";
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { RunOrder } from "../../core/command.ts";
import type { JobId } from "../../core/job.ts";
import type { Gpu, Share } from "../../core/server.ts";
import type { FoundFolder, FoundRun } from "../driver.ts";
import { deviceNames } from "../environment.ts";

export const CLUSTER_LABEL = "schedulearn.cluster";
export const JOB_LABEL = "schedulearn.job";
export const ATTEMPT_LABEL = "schedulearn.attempt";
const GENERATION_LABEL = "schedulearn.generation";
/** Whose reading of a checkpoint folder a container was made for that never runs. */
export const READER_LABEL = "schedulearn.reader";
/** A digest of all that the container was made from, so that a later order can tell whether it is to its liking. */
export const ORDER_LABEL = "schedulearn.order";

const MIB = 1024 * 1024;

/** One name for one attempt: an engine gives it only once, so no attempt runs twice. */
export const containerName = (cluster: string, job: JobId, attempt: number): string => `${cluster}-${job}-${attempt}`;

export const volumeName = (cluster: string, job: JobId, generation: number): string =>
  `${cluster}-${job}-ckpt-${generation}`;

export function foundRun(labels: Readonly<Record<string, string>>): FoundRun | null {
  const job = labels[JOB_LABEL];
  const attempt = Number(labels[ATTEMPT_LABEL]);
  return job && Number.isInteger(attempt) ? { job, attempt } : null;
}

export function foundFolder(labels: Readonly<Record<string, string>> | null): FoundFolder | null {
  const job = labels?.[JOB_LABEL];
  const generation = Number(labels?.[GENERATION_LABEL]);
  return job && Number.isInteger(generation) ? { job, generation } : null;
}

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
 */
export function containerOptions(
  cluster: string,
  order: RunOrder,
  visible: readonly Gpu[],
  environment: Readonly<Record<string, string>>,
): ContainerCreateOptions {
  const { job, attempt, spec, checkpoint } = order;
  const cpus = cpusetOf(order);
  const owner = { [CLUSTER_LABEL]: cluster, [JOB_LABEL]: job };
  const options: ContainerCreateOptions = {
    name: containerName(cluster, job, attempt),
    Image: spec.image ?? "",
    // What the image would run itself is put aside: a job's command is the whole command.
    ...(spec.command.length > 0 && { Entrypoint: [...spec.command], Cmd: [] }),
    ...(spec.workdir && { WorkingDir: spec.workdir }),
    // The init process then passes a signal on to all processes of the program, not to the first one only.
    Env: Object.entries({ ...environment, TINI_KILL_PROCESS_GROUP: "1" }).map(([name, value]) => `${name}=${value}`),
    Labels: { ...owner, [ATTEMPT_LABEL]: String(attempt) },
    // Any signal thaws a paused container whose own signal to stop is left to the engine, even one that only tells of a resize.
    StopSignal: spec.checkpoint.signal,
    HostConfig: {
      Init: true,
      RestartPolicy: { Name: "no" },
      SecurityOpt: ["no-new-privileges"],
      LogConfig: KEEPS_ALL,
      ShmSize: spec.shmMiB * MIB,
      ...(spec.memoryMiB !== null && { Memory: spec.memoryMiB * MIB, MemorySwap: spec.memoryMiB * MIB }),
      ...(cpus !== null && { CpusetCpus: cpus }),
      ...(visible.length > 0 && {
        DeviceRequests: [{ Driver: "nvidia", DeviceIDs: deviceNames(visible), Capabilities: [["gpu"]] }],
      }),
      Mounts: [
        {
          Type: "volume",
          Source: volumeName(cluster, job, checkpoint.generation),
          Target: spec.checkpoint.path,
          ReadOnly: false,
          VolumeOptions: {
            // The folder holds what the job saves and nothing of the image, or a carried copy would not equal its source.
            NoCopy: true,
            Labels: { ...owner, [GENERATION_LABEL]: String(checkpoint.generation) },
            DriverConfig: { Name: "local", Options: {} },
          },
        },
      ],
    },
  };
  const digest = createHash("sha256").update(JSON.stringify(options)).digest("hex");
  return { ...options, Labels: { ...options.Labels, [ORDER_LABEL]: digest } };
}

/** The leased cores as an engine writes them; null when none are. */
export function cpusetOf({ on }: RunOrder): string | null {
  const { cores } = on[0] as Share;
  return cores.length > 0 ? cores.join(",") : null;
}
