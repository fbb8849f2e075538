import { parameterVariable } from "../core/batch.ts";
import type { Fault } from "../core/errors.ts";
import type { BatchPlace } from "../core/job-spec.ts";
import { faultAt, type Path } from "../input/index.ts";
import type { ArrayInput, JobSpecInput, ParameterInput, SweepInput } from "./input.ts";
import { type Draw, drawn, grid, type Parameters, type Points } from "./points.ts";

/** More jobs than this are not submitted at once. */
export const MOST_JOBS = 1000;
const MOST_SEED = 2 ** 31 - 1;

/** What a spec with `array` or `sweep` comes to. */
export interface BatchRequest extends Pick<BatchPlace, "maxParallel" | "maxFailures"> {
  readonly members: readonly { readonly index: number; readonly parameters?: Parameters }[];
}

const limits = {
  maxParallel: {
    title: "At a time",
    description: "So many of the jobs run at a time. Without it, as many as there is room for.",
    type: "integer",
    minimum: 1,
    maximum: MOST_JOBS,
    examples: [4],
  },
  maxFailures: {
    title: "Failures",
    description: "When more of the jobs have failed, the rest is cancelled. Without it, never.",
    type: "integer",
    minimum: 0,
    maximum: MOST_JOBS,
    examples: [2],
  },
} as const;

const INDICES = "^\\s*\\d{1,9}(-\\d{1,9}(:[1-9]\\d{0,8})?)?(\\s*,\\s*\\d{1,9}(-\\d{1,9}(:[1-9]\\d{0,8})?)?)*\\s*";
const NOT_INDICES = "must be numbers and ranges such as 0-9,12 or 0-30:10";

const parameter = {
  title: "Values",
  description: "A list of values; for a random sweep also {min, max}.",
  type: ["array", "object"],
  minItems: 1,
  maxItems: MOST_JOBS,
  items: {
    type: ["string", "number", "boolean"],
    maxLength: 10_000,
    pattern: "^[^\\u0000]*$",
    patternErrorMessage: "must not hold a NUL character",
  },
  properties: {
    min: { title: "Least", description: "No value is below it.", type: "number", examples: [0.0001] },
    max: { title: "Greatest", description: "No value is above it.", type: "number", examples: [0.1] },
    log: {
      title: "Logarithmic",
      description: "Whether each power of ten is as likely as the next, as for learning rates.",
      type: "boolean",
      default: false,
      examples: [true],
    },
    whole: {
      title: "Whole",
      description: "Whether only whole numbers are drawn.",
      type: "boolean",
      default: false,
      examples: [true],
    },
  },
  required: ["min", "max"],
  additionalProperties: false,
  examples: [[0.1, 0.01], { min: 0.0001, max: 0.1, log: true }],
} as const;

const parameters = {
  propertyNames: {
    pattern: "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$",
    patternErrorMessage: "a parameter's name must be letters, digits, _, . and -, and not begin with a digit",
  },
  additionalProperties: parameter,
  minProperties: 1,
  maxProperties: 64,
} as const;

/** What makes many jobs of one spec. */
export const batchProperties = {
  array: {
    title: "Array",
    description:
      "The job so many times, each with a number: a count, numbers such as 0-9,12 (with %4 behind them at most four at a time), or {count or indices, maxParallel, maxFailures}.",
    type: ["integer", "string", "object"],
    minimum: 1,
    maximum: MOST_JOBS,
    maxLength: 10_000,
    pattern: `${INDICES}(%[1-9]\\d{0,3})?\\s*$`,
    patternErrorMessage: `${NOT_INDICES}, with %4 behind them for at most four at a time`,
    properties: {
      count: {
        title: "Count",
        description: "So many jobs, numbered from 0.",
        type: "integer",
        minimum: 1,
        maximum: MOST_JOBS,
        examples: [10],
      },
      indices: {
        title: "Numbers",
        description: "The number of each job: single ones, ranges, and ranges in steps.",
        type: "string",
        maxLength: 10_000,
        pattern: `${INDICES}$`,
        patternErrorMessage: NOT_INDICES,
        examples: ["0-9,12", "0-30:10"],
      },
      ...limits,
    },
    additionalProperties: false,
    examples: [10, "0-9%4", { indices: "0-9,12", maxParallel: 4, maxFailures: 2 }],
  },
  sweep: {
    title: "Sweep",
    description:
      "One job for each choice of parameters: {lr: [0.1, 0.01], batch: [32, 64]}, or {parameters, mode, maxParallel, …}. A job finds its values in place of {{lr}} and in SCHEDULEARN_PARAM_LR.",
    type: "object",
    // Written short, it has nothing but parameters.
    if: { properties: { parameters: {} }, required: ["parameters"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: {
        parameters: {
          title: "Parameters",
          description: "The values of each.",
          type: "object",
          ...parameters,
          examples: [{ lr: [0.1, 0.01], batch: [32, 64] }],
        },
        mode: {
          title: "Mode",
          description:
            "grid = each combination; list = the first values of all, the second ones, and so on; random = samples of them.",
          type: "string",
          enum: ["grid", "list", "random"],
          default: "grid",
          examples: ["random"],
        },
        samples: {
          title: "Samples",
          description: "How many jobs a random sweep has.",
          type: "integer",
          minimum: 1,
          maximum: MOST_JOBS,
          examples: [20],
        },
        seed: {
          title: "Seed",
          description: "What a random sweep draws depends on this alone: the same again with the same seed.",
          type: "integer",
          minimum: 0,
          maximum: MOST_SEED,
          default: 0,
          examples: [7],
        },
        ...limits,
      },
      additionalProperties: false,
    },
    else: parameters,
    examples: [
      { lr: [0.1, 0.01], batch: [32, 64] },
      { parameters: { lr: { min: 0.0001, max: 0.1, log: true } }, mode: "random", samples: 20, maxParallel: 4 },
    ],
  },
} as const;

/**
 * What `array` or `sweep` comes to; null without either.
 * @param faults gets what is wrong with them; what comes of them then is of no use
 */
export function batchRequest({ array, sweep }: Partial<JobSpecInput>, faults: Fault[]): BatchRequest | null {
  if (array !== undefined && sweep !== undefined) {
    faults.push(faultAt(["array"], "cannot stand beside sweep: give one of them"));
    return null;
  }
  if (array !== undefined) return arrayRequest(array, faults);
  return sweep === undefined ? null : sweepRequest(sweep, faults);
}

function arrayRequest(array: NonNullable<JobSpecInput["array"]>, faults: Fault[]): BatchRequest {
  const [indices, maxParallel] = typeof array === "string" ? array.split("%") : [];
  const asked: ArrayInput =
    typeof array === "number"
      ? { count: array }
      : typeof array === "string"
        ? { indices: indices as string, ...(maxParallel !== undefined && { maxParallel: Number(maxParallel) }) }
        : array;
  const path = typeof array === "object" ? ["array", "indices"] : ["array"];
  if ((asked.count === undefined) === (asked.indices === undefined))
    faults.push(faultAt(["array"], "give either count or indices"));
  const numbers =
    asked.indices === undefined ? range(0, (asked.count ?? 1) - 1) : numbersOf(asked.indices, path, faults);
  return { ...limitsOf(asked), members: numbers.map((index) => ({ index })) };
}

function numbersOf(text: string, path: Path, faults: Fault[]): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to = from, step = 1] = /(\d+)(?:-(\d+))?(?::(\d+))?/.exec(part) ?? [];
    const [first, last, by] = [from, to, step].map(Number) as [number, number, number];
    if (last < first) faults.push(faultAt(path, `${part.trim()} ends before it begins`));
    // One more than may be, to be told of.
    for (let n = first; n <= last && numbers.size <= MOST_JOBS; n += by) {
      if (numbers.has(n)) faults.push(faultAt(path, `${n} is in it twice`));
      numbers.add(n);
    }
  }
  if (numbers.size > MOST_JOBS) faults.push(faultAt(path, `comes to more than ${MOST_JOBS} jobs: submit it in parts`));
  return [...numbers];
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const isLong = (sweep: NonNullable<JobSpecInput["sweep"]>): sweep is SweepInput => Object.hasOwn(sweep, "parameters");

function sweepRequest(written: NonNullable<JobSpecInput["sweep"]>, faults: Fault[]): BatchRequest {
  const sweep: SweepInput = isLong(written) ? written : { parameters: written };
  const at = (...names: string[]): Path => ["sweep", ...(isLong(written) ? ["parameters"] : []), ...names];
  const before = faults.length;
  const { mode = "grid", samples } = sweep;
  for (const [name, values] of Object.entries(sweep.parameters))
    faults.push(...parameterFaults(name, values, mode, at));
  faults.push(...variableFaults(Object.keys(sweep.parameters), at));
  if ((mode === "random") !== (samples !== undefined))
    faults.push(
      faultAt(["sweep", "samples"], mode === "random" ? "is required of a random sweep" : "is for mode: random"),
    );
  const none = { ...limitsOf(sweep), members: [] };
  if (faults.length > before) return none;
  const points = pointsOf(sweep, at, faults);
  return { ...none, members: points.map((parameters, index) => ({ index, parameters })) };
}

function pointsOf({ parameters, mode, samples = 1, seed = 0 }: SweepInput, at: typeof pathOf, faults: Fault[]): Points {
  if (mode === "random") {
    const points = drawn(parameters as Readonly<Record<string, Draw>>, samples, seed);
    if (points.length < samples)
      faults.push(faultAt(["sweep", "samples"], `must be at most ${points.length}: there are no more combinations`));
    return points;
  }
  const lists = parameters as Readonly<Record<string, readonly (string | number | boolean)[]>>;
  const lengths = Object.values(lists).map(({ length }) => length);
  if (mode === "list") {
    if (new Set(lengths).size > 1) faults.push(faultAt(at(), "must have as many values of each in mode: list"));
    return range(0, Math.min(...lengths) - 1).map((i) =>
      Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values[i] as string])),
    );
  }
  const combinations = lengths.reduce((product, length) => product * length, 1);
  if (combinations <= MOST_JOBS) return grid(lists);
  const problem = `comes to ${combinations} jobs, at most ${MOST_JOBS} may be submitted at once: give mode: random and samples, or submit it in parts`;
  faults.push(faultAt(at(), problem));
  return [];
}

const pathOf = (...names: string[]): Path => names;

function parameterFaults(name: string, values: ParameterInput, mode: string, at: typeof pathOf): Fault[] {
  if (Array.isArray(values)) {
    const twice = values.findIndex((value, i) => values.indexOf(value) < i);
    return twice < 0 || mode === "list" ? [] : [faultAt(at(name, String(twice)), "is in the list already")];
  }
  const { min, max, log, whole } = values as Exclude<ParameterInput, readonly unknown[]>;
  if (mode !== "random") return [faultAt(at(name), "must be a list of values, unless the sweep is random")];
  if (min >= max) return [faultAt(at(name, "min"), "must be below max")];
  if (log && min <= 0) return [faultAt(at(name, "min"), "must be above 0 where log is true")];
  if (whole && !(Number.isSafeInteger(min) && Number.isSafeInteger(max)))
    return [faultAt(at(name), "must have whole numbers as min and max where whole is true")];
  return [];
}

/** Each parameter is told in a variable of its own. */
function variableFaults(names: readonly string[], at: typeof pathOf): Fault[] {
  const owners = new Map<string, string>();
  return names.flatMap((name) => {
    const variable = parameterVariable(name);
    const other = owners.get(variable);
    owners.set(variable, name);
    return other === undefined ? [] : [faultAt(at(name), `would have the same variable as ${other}, ${variable}`)];
  });
}

const limitsOf = ({ maxParallel, maxFailures }: Pick<BatchPlace, "maxParallel" | "maxFailures">) => ({
  ...(maxParallel !== undefined && { maxParallel }),
  ...(maxFailures !== undefined && { maxFailures }),
});
