import type { JobId } from "../core/job.ts";
import type { Placement, Server, ServerId } from "../core/server.ts";
import type { Company } from "../drivers/simulated.ts";
import type { SimulatedRun } from "../drivers/simulated-world.ts";

interface Presence {
  readonly on: Placement;
  again(): void;
}

/**
 * Gangs that share a server slow each other down, in proportion to the part of its other GPUs that are busy; of several servers
 * the worst counts, since a gang is as fast as its slowest. All are reckoned anew when a neighbour comes or goes.
 */
export class Interference implements Company {
  readonly #sizes: ReadonlyMap<ServerId, number>;
  readonly #busy = new Map<ServerId, number>();
  /** Who works, and who works where: in the order in which they came. */
  readonly #present = new Map<JobId, Presence>();
  readonly #on = new Map<ServerId, Set<JobId>>();

  constructor(servers: readonly Server[]) {
    this.#sizes = new Map(servers.map(({ id, gpus }) => [id, gpus.length]));
    for (const { id } of servers) this.#on.set(id, new Set());
  }

  came({ job, on }: SimulatedRun, again: () => void): void {
    this.#present.set(job, { on, again });
    for (const { server, gpus } of on) {
      this.#on.get(server)?.add(job);
      this.#busy.set(server, (this.#busy.get(server) ?? 0) + gpus.length);
    }
    this.#tellOthers(job, on);
  }

  left({ job }: SimulatedRun): void {
    const on = this.#present.get(job)?.on;
    if (!on) return;
    this.#present.delete(job);
    for (const { server, gpus } of on) {
      this.#on.get(server)?.delete(job);
      this.#busy.set(server, (this.#busy.get(server) ?? 0) - gpus.length);
    }
    this.#tellOthers(job, on);
  }

  /** The part of its speed that the job keeps there. @param most what it loses where all others are busy, 0 to 1 */
  speed(job: JobId, on: Placement, most: number): number {
    const isThere = this.#present.has(job);
    let worst = 0;
    for (const { server, gpus } of on) {
      const others = (this.#sizes.get(server) ?? 0) - gpus.length;
      const busy = (this.#busy.get(server) ?? 0) - (isThere ? gpus.length : 0);
      if (others > 0) worst = Math.max(worst, busy / others);
    }
    return 1 - most * worst;
  }

  #tellOthers(job: JobId, on: Placement): void {
    const others = new Set<JobId>();
    for (const { server } of on) for (const other of this.#on.get(server) ?? []) if (other !== job) others.add(other);
    for (const other of others) this.#present.get(other)?.again();
  }
}
