import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import type { KeysOf } from "../core/waiting.ts";
import { gittins } from "./gittins.ts";
import { lineOf } from "./line.ts";
import { perPool } from "./per-pool.ts";
import { queueFaults, queueing, queueOptions } from "./queues.ts";
import { remaining } from "./remaining.ts";
import { queueingAsInReference } from "./tiresias-reference.ts";
import { walk } from "./walk.ts";

/** The index is reckoned anew after each such part of a quantum: with every second, jobs alike would take turns without end. */
const QUANTUM_PARTS = 4;

/** Least attained service in a few queues, so that it seldom preempts. Source: Gu et al., "Tiresias", NSDI 2019. */
export const tiresias: PolicyEntry = {
  key: "tiresias",
  description:
    "Least attained service first, in queues: a job that has had more than a threshold of GPU-seconds goes one queue down. Within a queue, who started first; with gittins, who is most likely to end soon by the history of completed jobs.",
  needs: ["history"],
  isPreemptive: true,
  isElastic: false,
  options: [
    ...queueOptions,
    {
      name: "gittins",
      description:
        "Ranks the jobs of each queue but the last by Gittins' index, once 30 jobs have completed; until then as without.",
      kind: "flag",
      default: false,
    },
    {
      name: "referenceJump",
      description:
        "Only to compare with the public Tiresias simulator: jumps between queues when its arithmetic notices them, and its order within a queue; no promotion.",
      kind: "flag",
      default: false,
    },
  ],
  check: queueFaults,
  create(options) {
    const limits = options.thresholds as readonly number[];
    const isReference = options.referenceJump === true;
    const queuesOf = isReference ? queueingAsInReference(limits) : queueing(limits, Number(options.promoteKnob));
    return perPool((pool, packer, snapshot) => {
      const { levelOf, placeOf, apart, verdict, settle } = queuesOf(pool, snapshot.now);
      const rank = options.gittins === true ? gittinsRank(pool, snapshot, (c) => limits[levelOf(c)]) : () => 0;
      const keysOf: KeysOf = (contender) => [levelOf(contender), rank(contender), ...placeOf(contender)];
      // What an index or the reference's lists make of a waiting job may change whenever anything does.
      const epoch = isReference || options.gittins === true ? {} : null;
      const line = lineOf(pool, { name: queuesOf, keysOf, epoch, apart });
      walk(line, packer, { isPreemptive: true, mayPass: true, units: pool.capacity, by: "attained service" });
      settle?.(packer);
      return verdict;
    });
  },
};

/** @param quantumOf the limit of the queue that a job is in; none for the last, which stays in the order of first starts */
function gittinsRank(
  { pool }: PoolView,
  snapshot: Snapshot,
  quantumOf: (contender: Contender) => number | undefined,
): (contender: Contender) => number {
  const index = gittins(snapshot.estimates.services(pool));
  const { attained } = remaining(snapshot);
  return (contender) => {
    const quantum = quantumOf(contender);
    if (!index || quantum === undefined) return 0;
    const part = quantum / QUANTUM_PARTS;
    return -index(Math.floor(attained(contender) / part) * part, quantum);
  };
}
