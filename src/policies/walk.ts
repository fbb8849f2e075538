import type { Yielding } from "../core/cluster.ts";
import type { Job, JobId } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { Contender } from "../core/pool.ts";
import type { ServerId } from "../core/server.ts";
import { type Shape, shapeOf } from "../core/shape.ts";
import type { Line } from "./line.ts";

export interface Walk {
  /** Whether a job may take the place of running ones of lower standing. */
  readonly isPreemptive: boolean;
  /** Whether those behind a job that does not fit may pass it. */
  readonly mayPass: boolean;
  /** What all of them could have together: who wants more than is left of it is not looked at. */
  readonly units?: number;
  /** What a job is given; its preferred size when not said. */
  size?(contender: Contender): number;
  /** What the line goes by, in words. */
  readonly by?: string;
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
 * @returns the first that got nothing, unless those behind it may pass; null when all got something
 */
export function walk(
  line: Line,
  packer: Packer,
  {
    isPreemptive,
    mayPass,
    units = Number.POSITIVE_INFINITY,
    size,
    by = "its order",
    standings = backwards(line),
  }: Walk,
): Contender | null {
  const { witness } = packer;
  const wantedBy = (contender: Contender): number => size?.(contender) ?? contender.preferred;
  witness?.line(by, line.everybody(), wantedBy);
  const yielding = new YieldingLine(standings);
  const refused = new Refusals();
  let left = units;
  const getsRoom = (contender: Contender, wanted: number): boolean => {
    const { job, isRunning } = contender;
    if (isRunning && packer.grants.has(job.id)) return true; // also one that wants none of what is divided
    const standing = standings.of(contender);
    if (wanted > left || refused.covers(job, wanted, standing)) {
      witness?.noRoom(job, wanted);
      return false;
    }
    const mayTake = isPreemptive && yielding.comesTo(standing);
    if (mayTake ? packer.makeRoom(job, wanted, yielding) : packer.place(job, wanted)) return true;
    refused.add(job, wanted, standing);
    return false;
  };
  for (;;) {
    const contender = line.next(mayPass ? left : Number.POSITIVE_INFINITY);
    // Nobody waits any more, and whoever runs is in the draft still.
    if (!contender || (line.isIdle && contender.isRunning && !yielding.isAsked)) return null;
    const wanted = contender.isRunning ? contender.size : wantedBy(contender);
    if (getsRoom(contender, wanted)) left -= contender.isPinned ? 0 : wanted;
    else if (mayPass) line.skipKind();
    else {
      witness?.holdsUp(contender.job);
      return contender;
    }
  }
}

/** Those later in the line yield to those before them, the last one first. */
function backwards(line: Line): Standings {
  let ranks: Map<Contender, number> | null = null;
  return {
    of(contender) {
      if (!contender.isRunning) return 0.5 - line.passed; // between who has gone by and who comes next
      ranks ??= new Map(line.running.map((each, rank) => [each, rank]));
      return -(ranks.get(contender) ?? 0);
    },
    get line() {
      return line.running.toReversed();
    },
  };
}

/** Who yields to the job that the walk has come to: the line as far as standings are lower than its own. */
class YieldingLine implements Yielding {
  readonly #standings: Standings;
  readonly #places = new Map<JobId, { readonly standing: number; readonly at: number }>();
  readonly #line: Job[] = [];
  readonly #byServer = new Map<ServerId, Job[]>();
  #below = Number.NEGATIVE_INFINITY;
  /** Whether anybody was looked for yet: until then it costs nothing. */
  isAsked = false;

  constructor(standings: Standings) {
    this.#standings = standings;
  }

  #ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    const { of, line } = this.#standings;
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
    this.#ask();
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
