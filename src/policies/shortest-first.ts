import type { PolicyEntry } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { lineOf } from "./line.ts";
import { perPool } from "./per-pool.ts";
import { remaining } from "./remaining.ts";
import { walk } from "./walk.ts";

/** Seconds on one unit; who has had less than twice as many is as good as new. */
const NEWCOMER = 60;

/** Jobs of which nothing is known are alike until one has had twice as much: else they would take turns at each round. */
const classOf = (attained: number): number => Math.floor(Math.log2(Math.max(1, attained / NEWCOMER)));

/**
 * A policy that runs the jobs of which the least is left (or asked for), and skips those that do not fit. At each arrival and end
 * the whole order is walked anew: the semantics of `sjf`, `shortest` and `shortest-gpu` of the public Tiresias simulator.
 */
export const shortestFirst = (
  entry: Pick<PolicyEntry, "key" | "description" | "needs">,
  least: (left: ReturnType<typeof remaining>) => (contender: Contender) => number,
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
      const keysOf = (contender: Contender): readonly number[] => {
        const key = leastOf(contender);
        return key === Number.POSITIVE_INFINITY ? [key, classOf(left.attained(contender))] : [key, 0];
      };
      const line = lineOf(pool, { name: entry, keysOf, epoch: snapshot.estimates.epoch });
      walk(line, packer, { isPreemptive: preemptive === true, mayPass: true, units: pool.capacity });
      return undefined;
    }),
});
