import { DomainError, type Fault } from "../core/errors.ts";
import type { Options, OptionValue, PolicyEntry, PolicyOption, Snapshot } from "../core/policy.ts";

/**
 * Options complete with their defaults. A text stands for what it says (`3250,7200`, `ann=2,bob=1`), as command lines give it.
 * Throws a DomainError with every fault at once: each names the option and what it may be.
 * @param snapshot the present state, which some options must suit
 */
export function completeOptions(
  entry: PolicyEntry,
  given: Readonly<Record<string, unknown>>,
  snapshot: Snapshot | null = null,
): Options {
  const known = new Map(entry.options.map((option) => [option.name, option]));
  const faults: Fault[] = [];
  for (const name of Object.keys(given)) {
    const names = [...known.keys()].join(", ") || "none";
    if (!known.has(name)) faults.push(faultOf(name, `policy ${entry.key} has no option ${name}; it has: ${names}`));
  }
  const options: Record<string, OptionValue> = {};
  for (const option of entry.options) {
    const value = given[option.name] === undefined ? option.default : read(option, given[option.name]);
    const wrong = value === null ? `must be ${kindOf(option)}` : problemWith(option, value);
    if (wrong) faults.push(faultOf(option.name, `option ${option.name} ${wrong}, not ${shown(given[option.name])}`));
    else options[option.name] = value as OptionValue;
  }
  if (faults.length === 0) faults.push(...(entry.check?.(options, snapshot) ?? []));
  if (faults.length > 0) throw new DomainError(faults);
  return options;
}

/** A fault of one option, for `PolicyEntry.check`. */
export const faultOf = (option: string, message: string): Fault => ({
  code: "INVALID_INPUT",
  message,
  path: ["options", option],
});

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** The value in the option's own kind; null when it cannot be read as such. */
function read({ kind }: PolicyOption, given: unknown): OptionValue | null {
  switch (kind) {
    case "number":
      return numberOf(given);
    case "flag":
      return typeof given === "boolean" ? given : given === "true" ? true : given === "false" ? false : null;
    case "choice":
      return typeof given === "string" ? given : null;
    case "numbers": {
      const parts = typeof given === "string" ? given.split(",").filter((part) => part.trim() !== "") : given;
      const numbers = Array.isArray(parts) ? parts.map(numberOf) : typeof parts === "number" ? [parts] : [null];
      return numbers.includes(null) ? null : (numbers as number[]);
    }
    case "shares": {
      const entries = typeof given === "string" ? pairsOf(given) : Object.entries(objectOf(given) ?? { "": null });
      const numbers = entries.map(([user, share]) => [user, numberOf(share)] as const);
      return numbers.some(([user, share]) => user === "" || share === null)
        ? null
        : (Object.fromEntries(numbers) as Record<string, number>);
    }
  }
}

function numberOf(given: unknown): number | null {
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

const objectOf = (given: unknown): object | null =>
  typeof given === "object" && given !== null && !Array.isArray(given) ? given : null;

const pairsOf = (text: string): [string, unknown][] =>
  text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const at = part.lastIndexOf("=");
      return at < 0 ? ["", null] : [part.slice(0, at).trim(), part.slice(at + 1)];
    });

function problemWith(option: PolicyOption, value: OptionValue): string | null {
  const { choices, min, max, isWhole } = option;
  if (choices && !choices.includes(String(value))) return `must be one of ${choices.join(", ")}`;
  const numbers = typeof value === "number" ? [value] : typeof value === "object" ? Object.values(value) : [];
  for (const number of numbers as number[]) {
    if (min !== undefined && number < min) return `must be at least ${min}`;
    if (max !== undefined && number > max) return `must be at most ${max}`;
    if (isWhole && !Number.isInteger(number)) return "must be a whole number";
  }
  return null;
}

function kindOf({ kind, choices }: PolicyOption): string {
  switch (kind) {
    case "number":
      return "a number";
    case "flag":
      return "true or false";
    case "choice":
      return `one of ${choices?.join(", ")}`;
    case "numbers":
      return "numbers with commas between them";
    case "shares":
      return "a number for each user, such as ann=2,bob=1";
  }
}
