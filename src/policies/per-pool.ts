import type { Packer } from "../core/packer.ts";
import type { Policy, Snapshot, Verdict } from "../core/policy.ts";
import type { PoolView } from "../core/pool.ts";

/** Divides one pool in the packer. */
export type Divide = (pool: PoolView, packer: Packer, snapshot: Snapshot) => Verdict | undefined;

/** A policy that treats each pool by itself and alike. */
export const perPool = (divide: Divide): Policy => ({
  decide(snapshot, packer) {
    const verdicts = snapshot.pools.map((pool) => divide(pool, packer, snapshot) ?? {});
    const wakes = verdicts.map(({ wakeAt }) => wakeAt ?? Number.POSITIVE_INFINITY);
    const wakeAt = Math.min(...wakes);
    return {
      wakeAt: Number.isFinite(wakeAt) ? wakeAt : null,
      requeue: verdicts.flatMap(({ requeue }) => requeue ?? []),
    };
  },
});
