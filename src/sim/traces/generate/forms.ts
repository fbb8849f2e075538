import { domainError } from "../../../core/errors.ts";
import { nearest } from "../../../input/index.ts";
import type { Weights } from "./draw.ts";

/** A distribution by name with its numbers: `lognormal:600:1.2`. */
export interface Form<Kind extends string> {
  readonly kind: Kind;
  readonly numbers: readonly number[];
}

export const refuse = (what: string, expected: string, text: string) =>
  domainError("INVALID_INPUT", `--generate ${what} must be ${expected}, not ${JSON.stringify(text)}`);

/** @param forms the names of the numbers of each kind. Throws a DomainError. */
export function formOf<Kind extends string>(
  forms: Readonly<Record<Kind, readonly string[]>>,
  what: string,
  text: string,
): Form<Kind> {
  const [given = "", ...parts] = text.split(":");
  const kinds = Object.keys(forms) as Kind[];
  const kind = kinds.find((each) => each === given);
  const numbers = parts.map((part) => positive(part));
  if (kind && numbers.length === forms[kind].length && numbers.every((number) => number !== null))
    return { kind, numbers: numbers as number[] };
  const shown = (each: Kind): string => [each, ...forms[each].map((name) => name.toUpperCase())].join(":");
  const meant = kind ?? nearest(given, kinds);
  const expected = meant ? `${shown(meant as Kind)} with numbers above 0` : kinds.map(shown).join(" or ");
  throw refuse(what, expected, text);
}

/** `1:90+4:9+8:1`, or one thing alone. Throws a DomainError. */
export function weightsOf<T>(what: string, text: string, read: (text: string) => T | null): Weights<T> {
  return text.split("+").map((part) => {
    const colon = part.lastIndexOf(":");
    const thing = read(colon < 0 ? part : part.slice(0, colon));
    const weight = colon < 0 ? 1 : positive(part.slice(colon + 1));
    if (thing === null || weight === null) throw refuse(what, "VALUE:WEIGHT+VALUE:WEIGHT and so on", text);
    return [thing, weight] as const;
  });
}

const positive = (text: string): number | null => {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 && value <= 1e10 ? value : null;
};
