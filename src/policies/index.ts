import { domainError } from "../core/errors.ts";
import type { OptionValue, PolicyEntry, PolicyOption } from "../core/policy.ts";
import { fifo } from "./fifo.ts";
import { roundRobin } from "./round-robin.ts";

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

/** Options complete with their defaults. Throws a DomainError that names the option and what it may be. */
export function completeOptions(
  entry: PolicyEntry,
  given: Readonly<Record<string, unknown>>,
): Record<string, OptionValue> {
  for (const name of Object.keys(given)) {
    if (entry.options.some((option) => option.name === name)) continue;
    const known = entry.options.map((option) => option.name).join(", ") || "none";
    throw domainError("INVALID_INPUT", `policy ${entry.key} has no option ${name}; it has: ${known}`, [
      "options",
      name,
    ]);
  }
  return Object.fromEntries(entry.options.map((option) => [option.name, optionValue(option, given[option.name])]));
}

function optionValue(option: PolicyOption, given: unknown): OptionValue {
  if (given === undefined) return option.default;
  const refuse = (what: string): never => {
    throw domainError("INVALID_INPUT", `option ${option.name} must be ${what}, not ${JSON.stringify(given)}`, [
      "options",
      option.name,
    ]);
  };
  if (typeof given !== typeof option.default) return refuse(`a ${typeof option.default}`);
  if (option.choices && !option.choices.includes(given as string)) return refuse(`one of ${option.choices.join(", ")}`);
  if (typeof given === "number") {
    if (!Number.isFinite(given)) return refuse("a finite number");
    if (option.min !== undefined && given < option.min) return refuse(`at least ${option.min}`);
    if (option.max !== undefined && given > option.max) return refuse(`at most ${option.max}`);
  }
  return given as OptionValue;
}
