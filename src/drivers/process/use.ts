import { readdir, readFile } from "node:fs/promises";

/** What all processes of a group use together. */
export interface GroupUse {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** The kernel tells processor time in hundredths of a second, whatever its own pace. */
const TICK_MILLIS = 10;
const READ_AT_A_TIME = 64;

/**
 * By group; without /proc there are none. Processor time is that of the living and of those that they have waited for. Memory that several
 * share counts once, as that of the one with the most.
 */
export async function usesOf(groups: ReadonlySet<number>): Promise<ReadonlyMap<number, GroupUse>> {
  const uses = new Map<number, { ticks: number; privateKiB: number; sharedKiB: number }>();
  if (groups.size === 0) return new Map();
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (let i = 0; i < pids.length; i += READ_AT_A_TIME)
    await Promise.all(
      pids.slice(i, i + READ_AT_A_TIME).map(async (pid) => {
        const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
        // Behind the name, which may hold anything: state, parent, group, …; times of its own and of its children.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const group = Number(fields[2]);
        if (!groups.has(group)) return;
        const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
        const use = uses.get(group) ?? { ticks: 0, privateKiB: 0, sharedKiB: 0 };
        use.ticks += fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
        use.privateKiB += kibibytes(status, "RssAnon");
        use.sharedKiB = Math.max(use.sharedKiB, kibibytes(status, "RssShmem"));
        uses.set(group, use);
      }),
    );
  return new Map(
    [...uses].map(([group, { ticks, privateKiB, sharedKiB }]) => [
      group,
      { cpuMillis: ticks * TICK_MILLIS, memoryMiB: (privateKiB + sharedKiB) / 1024 },
    ]),
  );
}

const kibibytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
