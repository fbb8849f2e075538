import { useEffect, useState } from "preact/hooks";
import type { UsageUpdate } from "../../sdk/index.ts";
import { api } from "./client.ts";
import { beginning } from "./link.ts";

export type GpuUsage = UsageUpdate["servers"][number]["gpus"][number];

/** The newest samples of how busy GPUs are, by the GPU's id, as they come. */
export function useGpuUsage(): ReadonlyMap<string, GpuUsage> {
  const [usage, setUsage] = useState<ReadonlyMap<string, GpuUsage>>(new Map());
  const begun = beginning.value;
  useEffect(() => {
    if (begun === 0) return;
    const ended = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const { servers } of api().gpuUsage({ signal: ended.signal }))
        setUsage(
          (before) => new Map([...before, ...servers.flatMap(({ gpus }) => gpus.map((gpu) => [gpu.id, gpu] as const))]),
        );
    };
    void follow().catch(() => {}); // the link tells of it, and begins anew
    return () => ended.abort();
  }, [begun]);
  return usage;
}
