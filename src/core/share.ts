import type { Job } from "./job.ts";
import { placementOf } from "./job.ts";
import type { ServerId, Share } from "./server.ts";

/** What the job really has on that server. */
export const ownShare = (job: Job, server: ServerId): Share | null =>
  placementOf(job)?.find((share) => share.server === server) ?? null;

/** All but `fewer` of them: what is worth least goes first, of equals the last. */
export function kept<T>(all: readonly T[], fewer: number, worth: (unit: T) => number): T[] {
  const byWorth = all.toSorted((a, b) => worth(b) - worth(a));
  const rest = new Set(byWorth.slice(0, all.length - fewer));
  return all.filter((unit) => rest.has(unit));
}

/** What of `all` is not in the rest. */
export const without = (all: Share, rest: Share): Share => ({
  ...all,
  gpus: all.gpus.filter((gpu) => !rest.gpus.includes(gpu)),
  cores: all.cores.filter((core) => !rest.cores.includes(core)),
});

/**
 * So much of `size` from each of the servers, which have room for it together: each takes part. Who asks for several servers wants
 * them alike; else the first give all that they have.
 * @param room of each, the most first
 */
export function partsOf(room: readonly number[], size: number, alike: boolean): number[] {
  let left = size;
  let rest = room.reduce((sum, most) => sum + most, 0);
  return room.map((most, i) => {
    const others = room.length - i - 1;
    rest -= most;
    const wanted = alike ? Math.max(Math.ceil(left / (others + 1)), left - rest) : left - others;
    const part = Math.min(most, wanted);
    left -= part;
    return part;
  });
}
