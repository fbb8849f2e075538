import type { Policy } from "../sdk/index.ts";
import { formatValue } from "./format.ts";

/** The value of a policy's option as one types it: `3250,7200`, `ann=2,bob=1`; `none` where there is nothing in it. */
export function formatOption(value: unknown): string {
  if (typeof value !== "object" || value === null) return formatValue(value);
  const parts = Array.isArray(value) ? value : Object.entries(value).map(([user, share]) => `${user}=${share}`);
  return parts.join(",") || "none";
}

/** `a whole number, at least 1, at most 10`, `none, fit or easy`. */
export function allowedWords({ kind, choices, min, max, whole }: Policy["options"][number]): string {
  const number = whole ? "whole number" : "number";
  const bounds = `${min === null ? "" : `, at least ${min}`}${max === null ? "" : `, at most ${max}`}`;
  switch (kind) {
    case "NUMBER":
      return `a ${number}${bounds}`;
    case "NUMBERS":
      return `${number}s with commas between them${bounds}`;
    case "SHARES":
      return `a ${number} for each user, such as ann=2,bob=1${bounds}`;
    case "FLAG":
      return "true or false";
    case "CHOICE":
      return (choices ?? []).join(", ").replace(/, ([^,]*)$/, " or $1");
  }
}
