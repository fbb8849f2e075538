import type { HostConfig } from "dockerode";

/** On a container: the devices that it was given, so that anybody can see who has which. */
export const GPUS_LABEL = "schedulearn.gpus";

/** How an engine is asked for GPUs: as `--gpus` does, by a runtime of its own, or by CDI names. */
export type GpuWay = "request" | "runtime" | "cdi";

/** The names are UUIDs or indices; `all` alone stands for all. The environment names them too, which is how a runtime is told. */
export function requestOf(way: GpuWay, names: readonly string[]): Pick<HostConfig, "DeviceRequests" | "Runtime"> {
  const Capabilities = [["gpu"]];
  switch (way) {
    case "runtime":
      return { Runtime: "nvidia" };
    case "cdi":
      return { DeviceRequests: [{ Driver: "cdi", DeviceIDs: names.map((name) => `nvidia.com/gpu=${name}`) }] };
    case "request":
      return names[0] === "all"
        ? { DeviceRequests: [{ Driver: "nvidia", Count: -1, Capabilities }] }
        : { DeviceRequests: [{ Driver: "nvidia", DeviceIDs: [...names], Capabilities }] };
  }
}
