import type { Clock, Instant } from "../../../core/time.ts";
import type { RunUse } from "../../driver.ts";
import { CLUSTER_LABEL, foundRun } from "../container/labels.ts";
import { accept, type Engine } from "../engine/engine.ts";

const ASK_MILLIS = 5_000;
const ASKED_AT_A_TIME = 8;
const MIB = 1024 * 1024;

/** What we use of an engine's account of a container. */
export interface ContainerStats {
  /** When the engine looked. */
  readonly read?: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

/** What the running containers of a cluster use. One that has just ended is left out. */
export async function containerUses(
  engine: Engine,
  cluster: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<RunUse[]> {
  const filters = { label: [`${CLUSTER_LABEL}=${cluster}`], status: ["running"] };
  const running = await engine.request(signal, ASK_MILLIS, (abortSignal) =>
    engine.docker.listContainers({ filters, abortSignal }),
  );
  const uses: RunUse[] = [];
  const ask = async ({ Id, Labels }: (typeof running)[number]): Promise<void> => {
    const run = foundRun(Labels);
    if (!run) return;
    const stats = await engine
      .request(signal, ASK_MILLIS, async (abortSignal) => {
        const options = { stream: false, "one-shot": true, abortSignal };
        return (await engine.docker.getContainer(Id).stats(options as { stream: false })) as ContainerStats;
      })
      .catch(accept<ContainerStats>(404, 409));
    if (stats) uses.push({ run, ...useIn(stats, clock.now()) });
  };
  for (let i = 0; i < running.length; i += ASKED_AT_A_TIME)
    await Promise.all(running.slice(i, i + ASKED_AT_A_TIME).map(ask));
  return uses;
}

/**
 * Files that the kernel has at hand and could forget are not counted as memory in use; it calls them one way or another.
 * @param now for an engine that does not say when it looked
 */
export function useIn({ read = "", cpu_stats, memory_stats }: ContainerStats, now: Instant): Omit<RunUse, "run"> {
  const at = Date.parse(read);
  const nanos = cpu_stats?.cpu_usage?.total_usage;
  const { usage, stats } = memory_stats ?? {};
  const files = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
  return {
    at: at > 0 ? at : now, // what was never set is told as the year 1
    cpuMillis: nanos === undefined ? null : nanos / 1e6,
    memoryMiB: usage === undefined ? null : Math.max(0, usage - files) / MIB,
  };
}
