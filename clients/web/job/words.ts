import { span } from "../design/time.ts";

/** `512 B`, `3.4 MiB`. */
export function bytesWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** What it runs, as one types it. */
export const commandLine = (command: string | readonly string[]): string =>
  typeof command === "string" ? command : command.map(quoted).join(" ");

/** As a shell takes it for one word. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** `1 to 4`, `2`. */
export const rangeWords = ({ min, max }: { readonly min: number; readonly max: number }): string =>
  min === max ? String(min) : `${min} to ${max}`;

interface Moments {
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
}

/** `in 12 min (8 min to 20 min)`, as seen from `now`; of what was foreseen for a time that is over, null. */
export function expectedWords(range: Moments | null, now: number): string | null {
  if (!range?.p50) return null;
  const until = (at: string): number => (Date.parse(at) - now) / 1000;
  if (until(range.p50) <= 0) return range.p90 && until(range.p90) > 0 ? `within ${span(until(range.p90))}` : null;
  const middle = `in ${span(until(range.p50))}`;
  if (!range.p10) return middle;
  const [least, most] = [span(Math.max(0, until(range.p10))), range.p90 ? span(until(range.p90)) : "later"];
  return least === most ? middle : `${middle} (${least} to ${most})`;
}

/** `2026-03-01 14:05:09` in local time, or as the browser's language has it. */
export const clock = (at: string): string => new Date(at).toLocaleString();

/** `PULLING` as it is read. */
export const lower = (word: string): string => word.toLowerCase().replaceAll("_", " ");
