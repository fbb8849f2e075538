import { domainError } from "../core/errors.ts";
import type { PlacementRule } from "../core/placement-rule.ts";
import { consolidate } from "./consolidate.ts";
import { spread } from "./spread.ts";

/** The registry: a new placement is one file and one line here. */
export const placements: readonly PlacementRule[] = [consolidate, spread];

export function findPlacement(key: string): PlacementRule {
  const rule = placements.find((each) => each.key === key);
  if (rule) return rule;
  const known = placements.map((each) => each.key).join(", ");
  throw domainError("UNKNOWN_POLICY", `there is no placement ${key}; there are: ${known}`, ["placement"]);
}
