import type { Yielding } from "../core/cluster.ts";
import type { Job, JobId } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { Contender } from "../core/pool.ts";
import type { ServerId } from "../core/server.ts";
import { type Shape, shapeOf } from "../core/shape.ts";

export interface Walk {
  /** Whether a job may take the place of running ones of lower standing. */
  readonly isPreemptive: boolean;
  /** Whether those behind a job that does not fit may pass it. */
  readonly mayPass: boolean;
  /** What all of them could have together: who wants more than is left of it is not looked at. */
  readonly units?: number;
  /** What a job is given; its preferred size when not said. */
  size?(contender: Contender): number;
  /** Who yields to whom; when not said, those later in the order to those before them, the last one first. */
  readonly standings?: Standings;
}

export interface Standings {
  /** A job may take the place of those whose standing is strictly lower. */
  of(contender: Contender): number;
  /** The running ones that may have to yield, the first one first; their standing rises along the line. */
  readonly line: readonly Contender[];
}

/**
 * Gives room in order: each gets what it wants or nothing. A running job that is passed in the walk keeps its place; one that comes later
 * yields it to an earlier one that does not fit otherwise. With one pool without servers that is: run the longest
 * prefix-greedy set of the order, stop who is not in it.
 * @returns the rank of the first that got nothing; the length of the order when all got something
 */
export function walk(
  order: readonly Contender[],
  packer: Packer,
  { isPreemptive, mayPass, units = Number.POSITIVE_INFINITY, size, standings }: Walk,
): number {
  const line = isPreemptive ? new YieldingLine(standings ?? backwards(order)) : null;
  const refused = new Refusals();
  let [left, firstRefused] = [units, order.length];
  const getsRoom = ({ job, isRunning }: Contender, wanted: number, standing: number): boolean => {
    if (isRunning && packer.grants.has(job.id)) return true; // also one that wants none of what is divided
    if (wanted > left || refused.covers(job, wanted, standing)) return false;
    if (line?.comesTo(standing) ? packer.makeRoom(job, wanted, line) : packer.place(job, wanted)) return true;
    refused.add(job, wanted, standing);
    return false;
  };
  for (let rank = 0; rank < order.length; rank++) {
    const contender = order[rank] as Contender;
    const wanted = contender.isRunning ? contender.size : (size?.(contender) ?? contender.preferred);
    if (getsRoom(contender, wanted, standings?.of(contender) ?? -rank)) left -= contender.isPinned ? 0 : wanted;
    else {
      firstRefused = Math.min(firstRefused, rank);
      if (!mayPass) break;
    }
  }
  return firstRefused;
}

function backwards(order: readonly Contender[]): Standings {
  const ranks = new Map<Contender, number>();
  for (const [rank, contender] of order.entries()) if (contender.isRunning) ranks.set(contender, rank);
  return { of: (contender) => -(ranks.get(contender) ?? 0), line: [...ranks.keys()].reverse() };
}

/** Who yields to the job that the walk has come to: the line as far as standings are lower than its own. */
class YieldingLine implements Yielding {
  readonly #places = new Map<JobId, { readonly standing: number; readonly at: number }>();
  readonly #line: Job[] = [];
  readonly #byServer = new Map<ServerId, Job[]>();
  #below = Number.NEGATIVE_INFINITY;

  constructor({ of, line }: Standings) {
    for (const contender of line) {
      const { job, mayYield } = contender;
      if (!mayYield || job.state.status !== "running") continue;
      this.#places.set(job.id, { standing: of(contender), at: this.#line.length });
      this.#line.push(job);
      for (const { server } of job.state.on) {
        const known = this.#byServer.get(server);
        if (known) known.push(job);
        else this.#byServer.set(server, [job]);
      }
    }
  }

  /** @returns whether there is anybody who would yield to it */
  comesTo(standing: number): boolean {
    this.#below = standing;
    const [first] = this.#line;
    return first !== undefined && this.#yields(first);
  }

  rank({ id }: Job): number {
    return -(this.#places.get(id)?.at ?? Number.POSITIVE_INFINITY);
  }
  on(server: ServerId): readonly Job[] {
    return this.#lower(this.#byServer.get(server) ?? []);
  }
  all(): readonly Job[] {
    return this.#lower(this.#line);
  }

  #lower(line: readonly Job[]): readonly Job[] {
    const end = line.findIndex((job) => !this.#yields(job));
    return end < 0 ? line : line.slice(0, end);
  }
  #yields({ id }: Job): boolean {
    return (this.#places.get(id)?.standing ?? Number.POSITIVE_INFINITY) < this.#below;
  }
}

/** Waiting jobs of one shape are alike: what was refused to one is refused to those of no higher standing that want as much, since room only shrinks. */
export class Refusals {
  readonly #least = new Map<Shape, { readonly size: number; readonly standing: number }>();

  covers(job: Job, size: number, standing: number): boolean {
    const least = job.state.status === "pending" ? this.#least.get(shapeOf(job)) : undefined;
    return least !== undefined && size >= least.size && standing <= least.standing;
  }

  add(job: Job, size: number, standing: number): void {
    const least = this.#least.get(shapeOf(job));
    if (job.state.status === "pending" && (!least || size <= least.size))
      this.#least.set(shapeOf(job), { size, standing });
  }
}
