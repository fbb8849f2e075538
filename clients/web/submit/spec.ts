import type { Json } from "../../sdk/index.ts";

/** A job's spec as its file has it: the part that a form knows of, and whatever else. */
export type Spec = { readonly [field: string]: Json | undefined };

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function valueAt(spec: Spec, [field = "", ...rest]: readonly string[]): Json | undefined {
  const value = spec[field];
  if (rest.length === 0) return value;
  return isObject(value) ? valueAt(value, rest) : undefined;
}

/** The spec with another value there; undefined takes the field out, and with the last field the object around it. */
export function withValue(spec: Spec, [field = "", ...rest]: readonly string[], value: Json | undefined): Spec {
  const { [field]: present, ...others } = spec;
  const next = rest.length === 0 ? value : (withValue(isObject(present) ? present : {}, rest, value) as Json);
  const isGone = next === undefined || (rest.length > 0 && Object.keys(next as object).length === 0);
  return isGone ? others : { ...others, [field]: next };
}

/** How many GPUs or cores, as a form shows them: `most` is empty unless the size may change. */
export interface Size {
  readonly least: string;
  readonly most: string;
}

export function sizeOf(value: Json | undefined): Size {
  if (!isObject(value)) return { least: value === undefined || value === null ? "" : String(value), most: "" };
  const { count, min, max } = value;
  const text = (of: Json | undefined): string => (of === undefined ? "" : String(of));
  return { least: text(count ?? min), most: text(max) };
}

/** What else is said of it, such as a model of GPU, stays. */
export function withSize(before: Json | undefined, { least, most }: Size): Json | undefined {
  const { count: _, min: __, max: ___, ...others } = isObject(before) ? before : ({} as { [name: string]: Json });
  if (least === "" && most === "") return Object.keys(others).length > 0 ? others : undefined;
  if (most !== "") return { ...others, min: numberOr(least), max: numberOr(most) };
  return Object.keys(others).length > 0 ? { ...others, count: numberOr(least) } : numberOr(least);
}

/** What is no number is left as it is: the schema says what is wrong with it. */
export const numberOr = (text: string): Json =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

export const pairsOf = (value: Json | undefined): string =>
  isObject(value)
    ? Object.entries(value)
        .map(([name, each]) => `${name}=${each}`)
        .join("\n")
    : "";

/** `NAME=value` a line. A line without `=` has an empty value: what was typed must not vanish. */
export function pairsIn(text: string): Json | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return undefined;
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return at === -1 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1)];
    }),
  );
}
