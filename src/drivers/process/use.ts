import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { Clock, Instant } from "../../core/time.ts";

/** What all processes of a group use together. */
export interface GroupUse {
  readonly at: Instant;
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
export async function usesOf(groups: ReadonlySet<number>, clock: Clock): Promise<ReadonlyMap<number, GroupUse>> {
  if (groups.size === 0) return new Map();
  const members = new Map([...groups].map((group) => [group, [] as string[]]));
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (let i = 0; i < pids.length; i += READ_AT_A_TIME)
    await Promise.all(
      pids.slice(i, i + READ_AT_A_TIME).map(async (pid) => {
        const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
        members.get(Number(fieldsOf(stat)[2]))?.push(pid);
      }),
    );
  const found = [...members].filter(([, group]) => group.length > 0);
  return new Map(found.map(([group, pids]) => [group, useOf(pids, clock.now())]));
}

/** Read in one go: a pause between a look and its time would count as work, or as rest. */
function useOf(pids: readonly string[], at: Instant): GroupUse {
  let [ticks, privateKiB, sharedKiB] = [0, 0, 0];
  for (const pid of pids) {
    const status = readNow(pid, "status");
    const times = fieldsOf(readNow(pid, "stat")).slice(11, 15);
    ticks += times.reduce((sum, time) => sum + Number(time), 0);
    privateKiB += kibibytes(status, "RssAnon");
    sharedKiB = Math.max(sharedKiB, kibibytes(status, "RssShmem"));
  }
  return { at, cpuMillis: ticks * TICK_MILLIS, memoryMiB: (privateKiB + sharedKiB) / 1024 };
}

/** Behind the name, which may hold anything: state, parent, group, …; times of its own and of its children. */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(")") + 2).split(" ");

/** Empty when it has just ended. */
function readNow(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

const kibibytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
