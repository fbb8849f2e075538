import type { JobForecast, TimeRange } from "../sdk/index.ts";
import { formatSeconds, formatTime } from "./format.ts";

const UNKNOWN = "?";
const BASES: Readonly<Record<JobForecast["basis"], string>> = {
  PROGRESS: "its progress",
  DECLARED: "what its user said",
  CATEGORY: "jobs of its kind",
  GLOBAL: "all jobs",
  NONE: "nothing",
};

export const basisWords = ({ basis }: JobForecast): string => BASES[basis];

/** `12m 05s` from then until it is to be expected; `?` when that cannot be told. */
export const spanTo = (at: string | null | undefined, from: string): string =>
  at ? formatSeconds(Math.max(0, (Date.parse(at) - Date.parse(from)) / 1000)) : UNKNOWN;

/** `8m 10s to 20m 00s`; one span where there is no doubt, nothing where no bounds can be told. */
export function rangeWords(range: TimeRange | null, from: string): string {
  if (!range?.p10) return "";
  const [least, most] = [spanTo(range.p10, from), spanTo(range.p90, from)];
  return least === most ? "" : `${least} to ${most === UNKNOWN ? "later" : most}`;
}

/** `in 12m 05s (8m 10s to 20m 00s), 2026-03-01 14:05:09`; of what was foreseen earlier and has not come: `34.0s ago, 2026-03-01 14:05:09: …`. */
export function expectedWords(range: TimeRange | null, from: string): string | null {
  if (!range?.p50) return null;
  if (Date.parse(range.p50) < Date.parse(from))
    return `${spanTo(from, range.p50)} ago, ${formatTime(range.p50)}: it takes longer than was foreseen`;
  const bounds = rangeWords(range, from);
  return `in ${spanTo(range.p50, from)}${bounds && ` (${bounds})`}, ${formatTime(range.p50)}`;
}

/** What is to be expected of one job, as names and values. */
export function expectationFacts(forecast: JobForecast): [string, string | null][] {
  const { at, startsAt, endsAt, serverName, size, deadlineProbability, reason } = forecast;
  const place = serverName && `${serverName}, with ${size}`;
  return [
    ["starts", expectedWords(startsAt, at)],
    ["ends", expectedWords(endsAt, at)],
    ["where", place],
    ["in time", deadlineProbability === null ? null : percent(deadlineProbability)],
    ["judged by", basisWords(forecast)],
    ["but", reason],
  ];
}

export const percent = (share: number): string => `${Math.round(share * 100)}%`;
