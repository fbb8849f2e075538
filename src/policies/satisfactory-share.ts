import { bySubmission } from "../core/job.ts";
import type { Contender } from "../core/pool.ts";
import type { FreeProfile } from "./free-profile.ts";
import { leastOf } from "./sizes.ts";

/** How much there is to do of a job. */
export interface Needs {
  /** Milliseconds on one unit; null when nothing is known. */
  readonly work: number | null;
  /** The sizes that it may have, ascending, and how fast it is with each, relative to one unit. */
  readonly sizes: readonly number[];
  readonly speeds: readonly number[];
}

export interface Outlook {
  /** Milliseconds from now. */
  deadline(contender: Contender): number;
  needs(contender: Contender): Needs;
  /** It counts on being in time. */
  isPromised(contender: Contender): boolean;
  /** What is free in the time to come; anew each time. */
  profile(): FreeProfile;
}

type Shares = ReadonlyMap<Contender, number>;

/**
 * What those are to have now who can be in time, in order of deadline: the least size that does it, given what those before take. Of a job of
 * which nothing is known the least size has to do. With admission, jobs to which nothing was promised are refused when a promise could not
 * be kept because of them: the newest one first, and twice as many each time that was not enough.
 */
export function satisfactoryShares(dated: readonly Contender[], outlook: Outlook, admission: boolean): Shares {
  const { isPromised } = outlook;
  const planner = new Planner(outlook);
  if (!admission) return planner.plan(dated, () => false).shares;
  const promises = planner.plan(dated.filter(isPromised), () => false).shares;
  let admitted = dated;
  for (let count = 1; ; count *= 2) {
    const { shares, broken } = planner.plan(admitted, (contender) => promises.has(contender));
    if (!broken) return shares;
    const inTheWay = [...shares.keys()].filter((contender) => !isPromised(contender));
    inTheWay.sort((a, b) => bySubmission(b.job, a.job));
    const refused = new Set(inTheWay.slice(0, count));
    admitted = admitted.filter((contender) => !refused.has(contender));
  }
}

class Planner {
  readonly #outlook: Outlook;
  readonly #needs = new Map<Contender, Needs>();

  constructor(outlook: Outlook) {
    this.#outlook = outlook;
  }

  /**
   * A job that has not begun and could not begin now is not looked at: it will be when it could.
   * @param mustKeep who must not be late; the plan ends with the first one that is
   */
  plan(
    dated: readonly Contender[],
    mustKeep: (contender: Contender) => boolean,
  ): { readonly shares: Shares; readonly broken: boolean } {
    const { deadline, isPromised, profile } = this.#outlook;
    const free = profile();
    const shares = new Map<Contender, number>();
    for (const contender of dated) {
      const least = leastOf(contender);
      if (free.now < least && !isPromised(contender)) continue;
      const end = deadline(contender);
      const { work, sizes, speeds } = this.#needsOf(contender);
      const course = work === null ? free.hold(least, end) : free.satisfy(work, sizes, speeds, end);
      if (course && end >= 0) {
        free.reserve(course);
        shares.set(contender, course.sizes[0] as number);
      } else if (mustKeep(contender)) return { shares, broken: true };
    }
    return { shares, broken: false };
  }

  #needsOf(contender: Contender): Needs {
    const found = this.#needs.get(contender) ?? this.#outlook.needs(contender);
    this.#needs.set(contender, found);
    return found;
  }
}
