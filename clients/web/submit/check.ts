import { type Schema, Validator } from "@cfworker/json-schema";
import type { Spec } from "./spec.ts";

/** Something to mend; `path` is where in the spec, such as `gpus.min`, and empty for the whole. */
export interface SpecFault {
  readonly path: string;
  readonly message: string;
}

/** What the schema says of a field beyond its rules. */
export interface FieldText {
  readonly title?: string;
  readonly description?: string;
}

interface FieldSchema extends Schema, FieldText {
  readonly properties?: Record<string, FieldSchema>;
  readonly patternErrorMessage?: string;
}

/** The schema of a job, as this server has it. It interprets the schema: nothing here may compile code. */
export class SpecSchema {
  readonly #schema: FieldSchema;
  readonly #validator: Validator;

  private constructor(schema: FieldSchema) {
    this.#schema = schema;
    this.#validator = new Validator(schema, "7", false);
  }

  static async load(): Promise<SpecSchema> {
    const response = await fetch("/job-spec.schema.json");
    if (!response.ok) throw new Error(`the schema of jobs cannot be had (HTTP ${response.status})`);
    return new SpecSchema((await response.json()) as FieldSchema);
  }

  textOf(path: readonly string[]): FieldText {
    let at: FieldSchema | undefined = this.#schema;
    for (const field of path) at = at?.properties?.[field];
    return at ?? {};
  }

  /** Everything that is wrong with each field, the deepest place of each once. The server knows rules beyond these. */
  faultsOf(spec: Spec): readonly SpecFault[] {
    const { errors } = this.#validator.validate(spec);
    const faults = new Map<string, string>();
    for (const { instanceLocation, keywordLocation, keyword, error } of errors) {
      if (outer.has(keyword)) continue;
      const [, missing] = /required property "(.+)"/.exec(error) ?? [];
      const steps = [...instanceLocation.split("/").slice(1), ...(missing ? [missing] : [])];
      const path = steps.join(".");
      if (!faults.has(path)) faults.set(path, this.#said(keywordLocation) ?? plain(keyword, error));
    }
    return [...faults].map(([path, message]) => ({ path, message }));
  }

  /** What the schema itself says when a pattern is not met. */
  #said(keywordLocation: string): string | undefined {
    const [last, ...up] = keywordLocation.replace(/^#\//, "").split("/").reverse();
    if (last !== "pattern" && last !== "format") return undefined;
    let at: unknown = this.#schema;
    for (const step of up.reverse()) at = (at as Record<string, unknown> | undefined)?.[step];
    return (at as FieldSchema | undefined)?.patternErrorMessage;
  }
}

/** They only tell that there is something wrong inside, of which one hears as well. */
const outer = new Set(["properties", "additionalProperties", "items", "propertyNames"]);

/** In our own words what the validator says. */
function plain(keyword: string, error: string): string {
  const [, bound] = /than (\S+)\.$/.exec(error) ?? [];
  const [, kind, wanted] = /type "(.+?)" is invalid\. Expected "(.+)"/.exec(error) ?? [];
  const [, choices] = /match any of \[(.+)\]/.exec(error) ?? [];
  if (keyword === "required") return "is missing";
  if (keyword === "false") return "there is no such field";
  if (keyword === "minimum") return `must be at least ${bound}`;
  if (keyword === "maximum") return `must be at most ${bound}`;
  if (keyword === "exclusiveMinimum") return "must be more than 0";
  if (keyword === "minLength" || keyword === "minItems") return "must not be empty";
  if (keyword === "type" && wanted) return `must be of type ${wanted.replaceAll('", "', " or ")}, not ${kind}`;
  if (keyword === "enum" && choices) return `must be one of ${choices.replaceAll('"', "").replaceAll(",", ", ")}`;
  return error;
}
