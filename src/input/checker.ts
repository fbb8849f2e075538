import { Ajv, type ErrorObject } from "ajv";
import { fullFormats } from "ajv-formats/dist/formats.js";
import type { Fault } from "../core/errors.ts";
import { faultAt, listed, type Path } from "./fault.ts";
import { nearest } from "./nearest.ts";

/** A JSON Schema (draft-07). `patternErrorMessage` says a pattern or a format in plain words; editors show it too. */
export interface Schema {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
}

export interface Checked {
  /** A copy of the input with the defaults filled in; a known field that is null counts as not given. */
  readonly value: unknown;
  /** Every fault at once, one for each path; no value is repeated in them, since it may be a secret. */
  readonly faults: readonly Fault[];
}

/** @param refused fields that will never be, and why */
export function createChecker(
  schema: Schema,
  refused: Readonly<Record<string, string>> = {},
): (input: unknown) => Checked {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, useDefaults: true, verbose: true });
  ajv.addFormat("date-time", fullFormats["date-time"]);
  ajv.addKeyword("patternErrorMessage");
  let validate: ReturnType<Ajv["compile"]> | undefined; // at first use: compiling costs a start some milliseconds
  return (input) => {
    validate ??= ajv.compile(schema);
    const value = copyWithoutNulls(input, schema);
    validate(value);
    const faults = new Map<string, Fault>();
    for (const error of validate.errors ?? []) {
      if (error.keyword === "propertyNames" || error.keyword === "if") continue; // what is wrong is an error of its own
      const path = pathOf(error);
      const problem = problemOf(error, path, refused);
      const fault = faultAt(path, path.length === 0 ? `${schema.title}: ${problem}` : problem);
      const key = JSON.stringify(path);
      if (!faults.has(key)) faults.set(key, fault);
    }
    return { value, faults: [...faults.values()] };
  };
}

/** An open mapping, such as `env`, keeps its nulls, to be told of. */
function copyWithoutNulls(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => copyWithoutNulls(item, schema?.items));
  const properties = schema?.properties;
  if (typeof value !== "object" || value === null || !properties) return value;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    if (!Object.hasOwn(properties, name)) return [[name, inner]];
    return inner === null || inner === undefined ? [] : [[name, copyWithoutNulls(inner, properties[name])]];
  });
  return Object.fromEntries(entries);
}

function pathOf({ instancePath, propertyName, params }: ErrorObject): Path {
  const path = instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const child = propertyName ?? params.missingProperty ?? params.additionalProperty;
  return child === undefined ? path : [...path, String(child)];
}

function problemOf(error: ErrorObject, path: Path, refused: Readonly<Record<string, string>>): string {
  const { keyword, params, data } = error;
  const schema = error.parentSchema as Schema;
  const limit = params.limit;
  switch (keyword) {
    case "required":
      return "is required";
    case "additionalProperties":
      if (path.length === 1 && Object.hasOwn(refused, path[0] as string)) return refused[path[0] as string] as string;
      return unknown(path.at(-1) as string, Object.keys(schema.properties ?? {}));
    case "type":
      return wrongType([params.type].flat(), data);
    case "enum": {
      const allowed: string[] = params.allowedValues;
      const meant = nearest(String(data), allowed);
      return `must be one of ${listed(allowed)}${meant ? `, did you mean ${meant}?` : ""}`;
    }
    case "pattern":
    case "format":
      return String(schema.patternErrorMessage);
    case "minimum":
      return `must be at least ${limit}`;
    case "exclusiveMinimum":
      return `must be more than ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "minLength":
    case "minItems":
    case "minProperties":
      return "must not be empty";
    case "maxLength":
      return `must be at most ${limit} characters long`;
    case "maxItems":
    case "maxProperties":
      return `must have at most ${limit} entries`;
    case "uniqueItems":
      return `entries ${[params.i, params.j].sort((a, b) => a - b).join(" and ")} are the same (counted from 0)`;
    default:
      return error.message ?? "is not valid";
  }
}

function unknown(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant ? `unknown, did you mean ${meant}?` : "unknown field";
}

const TYPE_NAMES: Record<string, string> = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true/false",
  array: "a list",
  object: "an object",
};

function wrongType(types: readonly string[], data: unknown): string {
  const wanted = `must be ${listed(types.map((type) => TYPE_NAMES[type] ?? type))}`;
  const needsQuotes = types.includes("string") && (typeof data === "number" || typeof data === "boolean");
  return needsQuotes ? `${wanted}: put it in quotes` : wanted;
}
