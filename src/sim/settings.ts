import { DomainError, domainError } from "../core/errors.ts";
import { DEFAULT_GUARDS, type Guards, NO_GUARDS } from "../core/guards.ts";
import { createChecker, nearest, readYaml, type Schema } from "../input/index.ts";
import { textOf } from "./traces/read.ts";

/** What things take, in seconds where nothing else is said, by the names that the command line has for them. */
export interface CostSettings {
  readonly prepare: number;
  readonly start: number;
  readonly stop: number;
  /** Bringing a checkpoint from another server, whatever its size. */
  readonly carry: number;
  readonly resize: number;
  /** Writing one checkpoint, at a stop too. */
  readonly checkpoint: number;
  /** A run writes one by itself after so much work each time; 0: only when it is stopped. */
  readonly "checkpoint-every": number;
  readonly "checkpoint-mib": number;
  /** MiB a second between two servers; 0: at once. */
  readonly transfer: number;
  /** The part of its speed that a gang on two servers keeps, and what it keeps of that for each server more. */
  readonly spread: number;
  readonly "spread-more": number;
  /** The part of its speed that a gang loses where all other GPUs of its server are busy. */
  readonly interference: number;
}

/** For all jobs, and for those of a model that differ. */
export interface CostSheet extends CostSettings {
  readonly models: Readonly<Record<string, CostSettings>>;
}

/** How often things fail, as mean times in hours; 0: never. */
export interface FailureSettings {
  /** GPU-hours of a run until a GPU fails it. */
  readonly run: number;
  /** Hours of a server until it crashes. */
  readonly server: number;
  /** Hours until a crashed server is back. */
  readonly repair: number;
}

/** A restart takes 30 s in all, as measured for the traces that know it. */
const DEFAULT_COSTS: CostSettings = {
  prepare: 0,
  start: 30,
  stop: 0,
  carry: 0,
  resize: 0,
  checkpoint: 0,
  "checkpoint-every": 0,
  "checkpoint-mib": 0,
  transfer: 0,
  spread: 1,
  "spread-more": 1,
  interference: 0,
};
const NO_COSTS: CostSettings = { ...DEFAULT_COSTS, start: 0 };
/** Those that are a part, and the least that they may be. */
const PARTS: Readonly<Record<string, number>> = { spread: 0.001, "spread-more": 0.001, interference: 0 };
/** With less left a gang that is much disturbed would take for ever. */
const MOST_INTERFERENCE = 0.99;

const DEFAULT_FAILURES: FailureSettings = { run: 0, server: 0, repair: 1 };

/**
 * `none`, `default`, `start=20,stop=10,…` (what is not named is as by default), or the name of a YAML file, which can have models
 * of their own. Throws a DomainError.
 */
export function parseCosts(text: string): CostSheet {
  if (text === "none") return { ...NO_COSTS, models: {} };
  if (/\.(ya?ml|json)$/i.test(text)) return readCostFile(text);
  const costs = withPairs("--costs", text, DEFAULT_COSTS, { restart: "start" });
  for (const [name, least] of Object.entries(PARTS)) {
    const value = costs[name as keyof CostSettings];
    const most = mostOf(name);
    if (value < least || value > most)
      throw domainError("INVALID_INPUT", `--costs ${name} must be from ${least} to ${most}, not ${value}`);
  }
  return { ...costs, models: {} };
}

/** `none`, or `run=100,server=2000,repair=4`, in hours. Throws a DomainError. */
export function parseFailures(text: string): FailureSettings {
  return text === "none" ? DEFAULT_FAILURES : withPairs("--failures", text, DEFAULT_FAILURES, {});
}

/** `none`, `default`, or `cooldownMillis=60000,…`. Throws a DomainError. */
export function parseGuards(text: string): Guards {
  if (text === "none") return NO_GUARDS;
  const { pauseCores, defragment: _, ...numbers } = DEFAULT_GUARDS;
  return { ...withPairs("--guards", text, numbers, {}), pauseCores };
}

const mostOf = (name: string): number => (name === "interference" ? MOST_INTERFERENCE : 1);

const costSchema: Schema = {
  type: "object",
  properties: Object.fromEntries(
    Object.keys(DEFAULT_COSTS).map((name) => {
      const least = PARTS[name];
      return [name, { type: "number", minimum: least ?? 0, ...(least !== undefined && { maximum: mostOf(name) }) }];
    }),
  ),
  additionalProperties: false,
};
const checkCosts = createChecker({
  title: "costs",
  type: "object",
  properties: { default: costSchema, models: { type: "object", additionalProperties: costSchema } },
  additionalProperties: false,
} as Schema);

/** `default:` costs of every job; `models:` what is different for a model's jobs. */
function readCostFile(path: string): CostSheet {
  const reading = readYaml(textOf(path));
  if (reading.problem !== null)
    throw domainError("INVALID_INPUT", `${path}:${reading.at.line}:${reading.at.column}: ${reading.problem}`);
  const { value, faults } = checkCosts(reading.value ?? {});
  if (faults.length > 0)
    throw new DomainError(
      faults.map((fault) => {
        const { line, column } = reading.locate(fault.path ?? []);
        return { ...fault, message: `${path}:${line}:${column}: ${fault.message}` };
      }),
    );
  const given = value as { default?: Partial<CostSettings>; models?: Record<string, Partial<CostSettings>> };
  const general = { ...DEFAULT_COSTS, ...given.default };
  const models = Object.entries(given.models ?? {}).map(([model, own]) => [model, { ...general, ...own }]);
  return { ...general, models: Object.fromEntries(models) };
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
