/** Says whether a value read from JSON has the shape that was once written: rows of another version have not. */
export type Check = (value: unknown) => boolean;

export const text: Check = (value) => typeof value === "string";
export const flag: Check = (value) => typeof value === "boolean";
/** Nothing that is counted or measured here comes near this: larger numbers are damage. */
export const MOST = 1e15;

export const number: Check = (value) => typeof value === "number" && Math.abs(value) <= MOST;
export const amount: Check = (value) => number(value) && (value as number) >= 0;
export const positive: Check = (value) => amount(value) && value !== 0;

export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export const tupleOf =
  (...checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, i) => check(value[i]));

/** An object with all these fields; what else it has is left alone. */
export const fieldsOf =
  <T>(checks: { readonly [K in keyof T]-?: Check }): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    (Object.keys(checks) as (keyof T & string)[]).every((key) => checks[key]((value as Record<string, unknown>)[key]));
