import type { ForecastAccuracy, PastForecast, TimeRange } from "../../core/forecast.ts";
import type { Instant, Millis } from "../../core/time.ts";

const ALL = "all";
/** A range is told to the second: what comes so much before or after it is within it. */
const TOLERANCE: Millis = 1_000;

/** How past forecasts have turned out, by policy and category; all categories of a policy first. */
export function accuracyOf(past: readonly PastForecast[]): ForecastAccuracy[] {
  const groups = new Map<string, PastForecast[]>();
  for (const each of past)
    for (const category of [ALL, each.category]) {
      const key = JSON.stringify([each.policy, category]);
      groups.set(key, [...(groups.get(key) ?? []), each]);
    }
  return [...groups].flatMap(([key, group]) => {
    const [policy, category] = JSON.parse(key) as [string, string];
    return [
      ...judged(policy, category, "start", group, ({ startsAt, startedAt }) => [startsAt, startedAt]),
      ...judged(policy, category, "end", group, ({ endsAt, endedAt }) => [endsAt, endedAt]),
    ];
  });
}

function judged(
  policy: string,
  category: string,
  of: ForecastAccuracy["of"],
  group: readonly PastForecast[],
  pick: (past: PastForecast) => [TimeRange | null, Instant | null],
): ForecastAccuracy[] {
  const errors: number[] = [];
  let covered = 0;
  for (const past of group) {
    const [range, actual] = pick(past);
    if (actual === null || range === null || range.p50 === null || range.p10 === null) continue;
    errors.push(actual - range.p50);
    const [from, to] = [range.p10 - TOLERANCE, (range.p90 ?? Number.POSITIVE_INFINITY) + TOLERANCE];
    if (actual >= from && actual <= to) covered++;
  }
  if (errors.length === 0) return [];
  return [
    {
      policy,
      category,
      of,
      forecasts: errors.length,
      errorMillis: median(errors.map(Math.abs)),
      biasMillis: median(errors),
      coverage: covered / errors.length,
    },
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1] as number, sorted[sorted.length >> 1] as number];
  return (below + above) / 2;
}
