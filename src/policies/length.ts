import type { Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { Standing } from "./line.ts";
import { remaining } from "./remaining.ts";

/** The line by the work that is left. Jobs of which nothing is known come last, those first that have had least. */
export function byLength(snapshot: Snapshot): Standing {
  const { work, attained } = remaining(snapshot);
  const keysOf = (contender: Contender): readonly number[] => {
    const left = work(contender);
    return [left, left === Number.POSITIVE_INFINITY ? attained(contender) : 0];
  };
  return { name: byLength, keysOf, epoch: snapshot.estimates.epoch };
}

/**
 * Work left of each, in seconds on one unit, for policies that must reckon with a number. A job of which nothing is known counts as a second
 * longer than all of which something is, and as much longer as it has had so far: who has run long is expected to run as long again.
 */
export function lengths(contenders: readonly Contender[], snapshot: Snapshot): Float64Array {
  const { work, attained } = remaining(snapshot);
  const found = Float64Array.from(contenders, work);
  let longest = 0;
  for (const seconds of found) if (seconds > longest && Number.isFinite(seconds)) longest = seconds;
  for (const [i, contender] of contenders.entries())
    if (!Number.isFinite(found[i])) found[i] = longest + 1 + attained(contender);
  return found;
}
