import type { JobId } from "../../core/job.ts";
import type { Room } from "../../core/ledger.ts";
import type { GpuId, ServerId } from "../../core/server.ts";
import type { Instant, Millis } from "../../core/time.ts";

/** What was held of one server since the last statement. */
export interface Statement {
  readonly millis: Millis;
  /** On average. */
  readonly cores: number;
  readonly memoryMiB: number;
  /** Who held it for the longest, and for how much of the span anybody did. */
  readonly gpus: ReadonlyMap<GpuId, { readonly job: JobId | null; readonly held: number }>;
}

interface Account {
  readonly since: Instant;
  upTo: Instant;
  /** As the books stand now. */
  cores: number;
  memoryMiB: number;
  owners: readonly (readonly [GpuId, JobId | null])[];
  /** Units times milliseconds until `upTo`. */
  coreMillis: number;
  memoryMillis: number;
  readonly gpuMillis: Map<GpuId, Map<JobId, Millis>>;
}

/** Adds up what the books say that jobs hold. It is exact if it is told of every change of the books as it happens. */
export class Accounts {
  readonly #accounts = new Map<ServerId, Account>();

  /** The books may have changed just now. */
  book(rooms: ReadonlyMap<ServerId, Room>, now: Instant): void {
    for (const server of this.#accounts.keys()) if (!rooms.has(server)) this.#accounts.delete(server);
    for (const [server, room] of rooms) {
      const account = this.#accounts.get(server);
      if (!account) {
        this.#accounts.set(server, opened(room, now));
        continue;
      }
      advance(account, now);
      Object.assign(account, standOf(room));
    }
  }

  /** What was held since it was last asked; null for a server that was not there then. */
  state(server: ServerId, room: Room, now: Instant): Statement | null {
    const account = this.#accounts.get(server);
    this.#accounts.set(server, opened(room, now));
    if (!account || now <= account.since) return null;
    advance(account, now);
    const millis = now - account.since;
    return {
      millis,
      cores: account.coreMillis / millis,
      memoryMiB: account.memoryMillis / millis,
      gpus: new Map([...account.gpuMillis].map(([gpu, held]) => [gpu, heldOf(held, millis)])),
    };
  }
}

const opened = (room: Room, now: Instant): Account => ({
  since: now,
  upTo: now,
  ...standOf(room),
  coreMillis: 0,
  memoryMillis: 0,
  gpuMillis: new Map(),
});

const standOf = ({ server, coreOwner, idleCores, usedMemoryMiB, gpuOwner }: Room) => ({
  cores: coreOwner.length - idleCores,
  memoryMiB: usedMemoryMiB,
  owners: server.gpus.map(({ id }, at) => [id, gpuOwner[at] ?? null] as const),
});

function advance(account: Account, now: Instant): void {
  const millis = Math.max(0, now - account.upTo);
  account.upTo = now;
  account.coreMillis += account.cores * millis;
  account.memoryMillis += account.memoryMiB * millis;
  for (const [gpu, job] of account.owners) {
    if (job === null) continue;
    const held = account.gpuMillis.get(gpu) ?? new Map<JobId, Millis>();
    held.set(job, (held.get(job) ?? 0) + millis);
    account.gpuMillis.set(gpu, held);
  }
}

function heldOf(held: ReadonlyMap<JobId, Millis>, span: Millis) {
  let [job, longest, all]: [JobId | null, Millis, Millis] = [null, 0, 0];
  for (const [each, millis] of held) {
    all += millis;
    if (millis > longest) [job, longest] = [each, millis];
  }
  return { job, held: Math.min(1, all / span) };
}
