import type { Job, JobId } from "../core/job.ts";
import type { Packer, Yielding } from "../core/packer.ts";
import type { Contender } from "../core/pool.ts";
import type { ServerId } from "../core/server.ts";

export interface Walk {
  /** Whether a job may take the place of running ones that come later in the order. */
  readonly isPreemptive: boolean;
  /** Whether those behind a job that does not fit may pass it. */
  readonly mayPass: boolean;
  /** What a job is given; its preferred size when not said. */
  size?(contender: Contender): number;
}

/**
 * Gives room in order: each gets what it wants or nothing. A running job that is passed in the walk keeps its place; one that comes later
 * yields it to an earlier one that does not fit otherwise. With one pool without servers that is: run the longest
 * prefix-greedy set of the order, stop who is not in it.
 */
export function walk(order: readonly Contender[], packer: Packer, { isPreemptive, mayPass, size }: Walk): void {
  const yielding = isPreemptive ? new YieldingOrder(order) : null;
  for (const [rank, contender] of order.entries()) {
    const { job, isRunning } = contender;
    const had = packer.sizeOf(job);
    if (isRunning && had > 0) continue;
    const wanted = isRunning ? contender.size : (size?.(contender) ?? contender.preferred);
    if (yielding) yielding.passed = rank;
    const fits = yielding ? packer.makeRoom(job, wanted, yielding) : packer.place(job, wanted);
    if (!fits && !mayPass) return;
  }
}

/** The running jobs of an order: the last one yields first, and only to those before it. */
class YieldingOrder implements Yielding {
  /** How far the walk has come: whoever was passed yields no more. */
  passed = -1;
  readonly #ranks = new Map<JobId, number>();
  readonly #backwards: Job[] = [];
  readonly #byServer = new Map<ServerId, Job[]>();

  constructor(order: readonly Contender[]) {
    for (let rank = order.length - 1; rank >= 0; rank--) {
      const { job, isRunning, isPinned } = order[rank] as Contender;
      if (!isRunning || isPinned || job.state.status !== "running") continue;
      this.#ranks.set(job.id, rank);
      this.#backwards.push(job);
      for (const { server } of job.state.on) {
        const known = this.#byServer.get(server);
        if (known) known.push(job);
        else this.#byServer.set(server, [job]);
      }
    }
  }

  rank({ id }: Job): number {
    return this.#ranks.get(id) ?? -1;
  }
  on(server: ServerId): readonly Job[] {
    return this.#later(this.#byServer.get(server) ?? []);
  }
  all(): readonly Job[] {
    return this.#later(this.#backwards);
  }

  #later(backwards: readonly Job[]): readonly Job[] {
    const end = backwards.findIndex((job) => this.rank(job) <= this.passed);
    return end < 0 ? backwards : backwards.slice(0, end);
  }
}
