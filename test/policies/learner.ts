import type { Learner } from "../../src/core/estimates.ts";
import type { Job, JobId } from "../../src/core/job.ts";
import { sizeOf } from "../../src/core/job.ts";
import type { World } from "../core/world.ts";

export interface Known {
  /** Work left on one unit, in seconds, however long it has run. Unknown when not said. */
  readonly remaining?: number;
  /** Speed with 1, 2, … units; beyond the last as with the last. In proportion to the units when not said. */
  readonly curve?: readonly number[];
  readonly restartSeconds?: number;
}

/** Knows what it is told of each job, for tests, and learns nothing. */
export function knowing(known: Readonly<Record<JobId, Known>>, services: readonly number[] = []): Learner {
  return {
    observe() {},
    estimates: () => ({
      of({ id }: Job) {
        const { remaining = null, curve, restartSeconds = 0 } = known[id] ?? {};
        return {
          source: remaining === null ? "none" : "declared",
          remainingSeconds: remaining,
          spread: 0.1,
          restartSeconds,
          largestMeasured: curve?.length ?? 0,
          speedup: (size) => (size <= 0 || !curve ? size : (curve[Math.min(size, curve.length) - 1] as number)),
        };
      },
      epoch: null,
      services: () => services,
    }),
    takeChanges: () => [],
    restore() {},
    accuracy: () => [],
  };
}

/** What each job that runs has of its pool. */
export const sizesIn = (world: World): Record<JobId, number> =>
  Object.fromEntries(
    [...world.scheduler.jobs.values()]
      .filter(({ state }) => state.status === "running")
      .map((job) => [job.id, sizeOf(job)] as const),
  );
