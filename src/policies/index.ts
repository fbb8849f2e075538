import { domainError } from "../core/errors.ts";
import type { PolicyEntry } from "../core/policy.ts";
import { fifo } from "./fifo.ts";
import { roundRobin } from "./round-robin.ts";

export { completeOptions } from "./options.ts";

/** The registry: a new policy is one file and one line here. */
export const policies: readonly PolicyEntry[] = [fifo, roundRobin];

export function findPolicy(key: string): PolicyEntry {
  const entry = policies.find((each) => each.key === key);
  if (entry) return entry;
  throw domainError(
    "UNKNOWN_POLICY",
    `there is no policy ${key}; there are: ${policies.map((each) => each.key).join(", ")}`,
    ["policy"],
  );
}
