import { demandOf } from "../core/draft.ts";
import { bySubmission, heldBy, isSuspended, type Job, placementOf } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { Placement, Server, ServerId, Share } from "../core/server.ts";
import { sizeOn } from "../core/server.ts";
import { capacityFor, isOpen, type Shape, shapeOf, suitsGpu } from "../core/shape.ts";
import { countWhile } from "../core/sorted.ts";
import type { Instant } from "../core/time.ts";

/** What is kept for a job that does not fit yet: where, and from when on. */
export class Reservation {
  /** The earliest time at which it fits; null where that cannot be known, since those in its way have no estimates. */
  readonly at: Instant | null;
  readonly #outlooks = new Map<ServerId, Outlook>();
  /** How much of its pool each server must have for it then. */
  readonly #needs: ReadonlyMap<ServerId, number>;

  constructor(head: Contender, packer: Packer, snapshot: Snapshot) {
    const { job, preferred } = head;
    const shape = shapeOf(job);
    const own = isSuspended(job) ? placementOf(job) : null;
    for (const server of snapshot.servers.values()) {
      const isAllowed = isOpen(server) && (!own || own.some((share) => share.server === server.id));
      if (isAllowed && capacityFor(server, shape) > 0) this.#outlooks.set(server.id, new Outlook(server, shape));
    }
    const ends = this.#bookHolders(job, packer, snapshot);
    this.at = ends[countWhile(ends, (at) => this.#needsAt(at, shape, preferred) === null)] ?? null;
    this.#needs = (this.at !== null && this.#needsAt(this.at, shape, preferred)) || this.#allNeeds(shape, preferred);
  }

  /** Is whoever ends then no hindrance? */
  allowsUntil(end: Instant): boolean {
    return this.at !== null && end <= this.at;
  }

  /** Can a job of this shape and size run on the server for long, and the reservation still be kept? */
  spares(server: ServerId, shape: Shape, size: number): boolean {
    const outlook = this.#outlooks.get(server);
    const need = this.#needs.get(server);
    return !outlook || need === undefined || outlook.sizeAt(this.at, outlook.holdOf(shape, size)) >= need;
  }

  /** Takes note of a job that stays beyond the time of the reservation. */
  lend(place: Placement): void {
    for (const share of place) this.#outlooks.get(share.server)?.book(share, Number.POSITIVE_INFINITY, true);
  }

  /** @returns when each of those that hold something lets go of it, where known, ascending */
  #bookHolders(head: Job, { grants }: Packer, { jobs, guard, now }: Snapshot): readonly Instant[] {
    const ends = new Set([now]);
    for (const job of jobs.values()) {
      const { status } = job.state;
      const leaves = status === "preempting" || status === "cancelling";
      const place = grants.get(job.id) ?? (leaves || job === head ? [] : (heldBy(job)[0] ?? []));
      if (place.length === 0) continue;
      const left = status === "paused" ? null : guard.leftMillis(job, sizeOn(place, shapeOf(job).pool));
      const end = left === null ? Number.POSITIVE_INFINITY : now + left;
      if (left !== null) ends.add(end);
      for (const share of place) this.#outlooks.get(share.server)?.book(share, end, bySubmission(head, job) < 0);
    }
    return [...ends].sort((a, b) => a - b);
  }

  /** What it would take of each server at that time: the fewest servers that do, those with most room first; null when it does not fit. */
  #needsAt(at: Instant, { minServers, maxServers }: Shape, size: number): ReadonlyMap<ServerId, number> | null {
    const roomy = [...this.#outlooks]
      .map(([server, outlook]) => ({ server, size: outlook.sizeAt(at) }))
      .filter((each) => each.size > 0)
      .sort((a, b) => b.size - a.size);
    for (let count = minServers; count <= Math.min(maxServers, roomy.length); count++) {
      let left = size;
      const needs = new Map<ServerId, number>();
      for (const { server, size: most } of roomy.slice(0, count)) {
        needs.set(server, Math.min(most, left));
        left -= Math.min(most, left);
      }
      if (left === 0) return needs;
    }
    return null;
  }

  /** Without a time, each server that could hold it is kept for it; a gang that may span several, keeps all of them. */
  #allNeeds({ maxServers }: Shape, size: number): ReadonlyMap<ServerId, number> {
    const needs = new Map<ServerId, number>();
    for (const [server, { units }] of this.#outlooks) {
      if (maxServers > 1) needs.set(server, units);
      else if (units >= size) needs.set(server, size);
    }
    return needs;
  }
}

interface Hold {
  readonly units: number;
  readonly cores: number;
  readonly memoryMiB: number;
}

/** What of one server is held until when, as jobs of one shape see it. */
class Outlook {
  readonly units: number;
  readonly #server: Server;
  readonly #shape: Shape;
  readonly #suitable: ReadonlySet<string>;
  readonly #holds: (Hold & { readonly until: Instant; readonly hasPassed: boolean })[] = [];

  constructor(server: Server, shape: Shape) {
    this.#server = server;
    this.#shape = shape;
    this.units = capacityFor(server, shape);
    this.#suitable = new Set(server.gpus.filter((gpu) => suitsGpu(gpu, shape)).map(({ id }) => id));
  }

  /** @param hasPassed held by a job that came later than the one whose outlook this is */
  book({ gpus, cores, memoryMiB }: Share, until: Instant, hasPassed: boolean): void {
    const suitable = gpus.filter((id) => this.#suitable.has(id)).length;
    const units = this.#shape.pool === "gpus" ? suitable : cores.length;
    this.#holds.push({ units, cores: cores.length, memoryMiB, until, hasPassed });
  }

  holdOf(shape: Shape, size: number): Hold {
    const { gpus, cores, memoryMiB } = demandOf(shape, size);
    const isRival = this.#server.gpus.some((gpu) => this.#suitable.has(gpu.id) && suitsGpu(gpu, shape));
    return { units: this.#shape.pool === "cores" ? cores : isRival ? gpus : 0, cores, memoryMiB };
  }

  /** How much of its pool such a job could have then; `null`: some day, when all who came before it are gone. */
  sizeAt(at: Instant | null, more: Hold = { units: 0, cores: 0, memoryMiB: 0 }): number {
    let { units, cores, memoryMiB } = more;
    for (const hold of this.#holds) {
      if (at === null ? !hold.hasPassed : hold.until <= at) continue;
      units += hold.units;
      cores += hold.cores;
      memoryMiB += hold.memoryMiB;
    }
    if (this.#server.cores - cores < this.#shape.cores) return 0;
    if (this.#server.memoryMiB - memoryMiB < this.#shape.memoryMiB) return 0;
    return Math.max(0, this.units - units);
  }
}
