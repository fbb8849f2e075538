import { domainError } from "../core/errors.ts";
import { DEFAULT_GUARDS, type Guards, NO_GUARDS } from "../core/guards.ts";
import type { Costs } from "../drivers/simulated.ts";
import { nearest } from "../input/index.ts";

/** What moving work costs, in seconds, and the part of its speed that a gang on several servers keeps. */
export interface CostSettings {
  readonly prepare: number;
  readonly start: number;
  readonly stop: number;
  readonly carry: number;
  readonly resize: number;
  readonly spread: number;
}

/** A restart takes 30 s in all, as measured for the traces that know it. */
const DEFAULT_COSTS: CostSettings = { prepare: 0, start: 30, stop: 0, carry: 0, resize: 0, spread: 1 };
const NO_COSTS: CostSettings = { ...DEFAULT_COSTS, start: 0 };

/** `none`, `default`, or `start=20,stop=10,…`: what is not named is as by default. Throws a DomainError. */
export function parseCosts(text: string): CostSettings {
  if (text === "none") return NO_COSTS;
  const costs = withPairs("--costs", text, DEFAULT_COSTS, { restart: "start" });
  if (costs.spread <= 0 || costs.spread > 1)
    throw domainError(
      "INVALID_INPUT",
      "--costs spread must be above 0 and at most 1: the part of its speed that a gang on several servers keeps",
    );
  return costs;
}

export const driverCosts = ({ prepare, start, stop, carry, resize }: CostSettings): Costs => ({
  prepareMillis: prepare * 1000,
  startMillis: start * 1000,
  stopMillis: stop * 1000,
  carryMillis: carry * 1000,
  resizeMillis: resize * 1000,
});

/** `none`, `default`, or `cooldownMillis=60000,…`. Throws a DomainError. */
export function parseGuards(text: string): Guards {
  if (text === "none") return NO_GUARDS;
  const { pauseCores, ...numbers } = DEFAULT_GUARDS;
  return { ...withPairs("--guards", text, numbers, {}), pauseCores };
}

function withPairs<T extends object>(
  flag: string,
  text: string,
  base: T,
  aliases: Readonly<Record<string, string>>,
): T {
  const changed: Record<string, number> = {};
  for (const pair of text === "default" ? [] : text.split(",")) {
    const [given = "", number = ""] = pair.split("=").map((part) => part.trim());
    const name = aliases[given] ?? given;
    if (!Object.hasOwn(base, name)) {
      const names = Object.keys(base);
      const meant = nearest(name, names);
      throw domainError(
        "INVALID_INPUT",
        `${flag} must be none, default or NAME=NUMBER,… of ${names.join(", ")}, not ${JSON.stringify(pair)}${meant ? `: did you mean ${meant}?` : ""}`,
      );
    }
    const value = number === "" ? Number.NaN : Number(number);
    if (!Number.isFinite(value) || value < 0)
      throw domainError(
        "INVALID_INPUT",
        `${flag} ${name} must be a number of at least 0, not ${JSON.stringify(number)}`,
      );
    changed[name] = value;
  }
  return { ...base, ...changed };
}
