import { domainError } from "../core/errors.ts";
import type { PlacementRule } from "../core/placement-rule.ts";
import { branchAndBound } from "./branch-and-bound.ts";
import { consolidate } from "./consolidate.ts";
import { genetic } from "./genetic.ts";
import { hungarian } from "./hungarian.ts";
import { spread } from "./spread.ts";

/** The registry: a new placement is one file and one line here. */
export const placements: readonly PlacementRule[] = [consolidate, spread, hungarian, genetic, branchAndBound];

export function findPlacement(key: string): PlacementRule {
  const rule = placements.find((each) => each.key === key);
  if (rule) return rule;
  const known = placements.map((each) => each.key).join(", ");
  throw domainError("UNKNOWN_POLICY", `there is no placement ${key}; there are: ${known}`, ["placement"]);
}
