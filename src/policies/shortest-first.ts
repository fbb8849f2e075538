import type { PolicyEntry } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { Instant } from "../core/time.ts";
import type { KeysOf } from "../core/waiting.ts";
import { lineOf } from "./line.ts";
import { perPool } from "./per-pool.ts";
import { remaining } from "./remaining.ts";
import { comers, placeAmongEquals, type Rate } from "./ties.ts";
import { walk } from "./walk.ts";

/** Seconds on one unit; who has had less than twice as many is as good as new. */
const NEWCOMER = 60;

/** Jobs of which nothing is known are alike until one has had twice as much: else they would take turns at each round. */
const classOf = (attained: number): number => Math.floor(Math.log2(Math.max(1, attained / NEWCOMER)));

/**
 * A policy that runs the jobs of which the least is left (or asked for), and skips those that do not fit. At each arrival and end
 * the whole order is walked anew: the semantics of `sjf`, `shortest` and `shortest-gpu` of the public Tiresias simulator.
 * @param rate at which what it sorts by goes down while a job runs; null when it does not
 */
export const shortestFirst = (
  { by, ...entry }: Pick<PolicyEntry, "key" | "description" | "needs"> & { readonly by: string },
  least: (left: ReturnType<typeof remaining>) => (contender: Contender) => number,
  rate: Rate | null = null,
): PolicyEntry => ({
  ...entry,
  isPreemptive: true,
  isElastic: false,
  options: [
    {
      name: "preemptive",
      description: "whether a waiting job takes the place of running ones that come after it",
      kind: "flag",
      default: true,
    },
  ],
  create: ({ preemptive }) =>
    perPool((pool, packer, snapshot) => {
      const left = remaining(snapshot);
      const leastOf = least(left);
      // Where it is a mere belief, what runs may have as much left as before, and nobody is stopped for its like.
      const isExact = ({ job }: Contender): boolean => {
        const { spread, remainingSeconds } = snapshot.estimates.of(job);
        return spread === 0 && remainingSeconds !== 0;
      };
      const keysAt =
        (at: Instant): KeysOf =>
        (contender) => {
          const key = leastOf(contender);
          if (key === Number.POSITIVE_INFINITY) return [key, classOf(left.attained(contender))];
          return rate !== null && isExact(contender) ? [key, ...placeAmongEquals(contender, at, rate)] : [key];
        };
      const { epoch } = snapshot.estimates;
      const apart = rate === null ? [] : comers(pool.waiting, snapshot.now);
      const standing = {
        name: entry,
        keysOf: keysAt(Number.POSITIVE_INFINITY),
        keysNow: keysAt(snapshot.now),
        epoch,
        apart,
      };
      const line = lineOf(pool, standing);
      walk(line, packer, { isPreemptive: preemptive === true, mayPass: true, units: pool.capacity, by });
      return undefined;
    }),
});
