import type { Pool } from "../job-spec.ts";

/** At most so many things are named in one sentence. */
const MOST_NAMED = 4;

/** `1 core`, `2 cores`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

export const units = (count: number, pool: Pool): string => counted(count, pool === "gpus" ? "GPU" : "core");

/** `a, b, c, d, and 3 more`. @param count of all, where not all are given */
export function named(parts: readonly string[], count = parts.length): string {
  const shown = parts.slice(0, MOST_NAMED);
  return count > shown.length ? `${shown.join(", ")}, and ${count - shown.length} more` : shown.join(", ");
}

/** `12 s`, `5 min`, `3 h`, `2 days`: about so long. */
export function span(millis: number): string {
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
