import type { JobForecast } from "../../sdk/index.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";

/** Playing through what is to come takes the server a while. */
const EVERY_MILLIS = 30_000;

/** What is to be expected of these waiting jobs, by id. */
export function useForecasts(ids: readonly string[]): ReadonlyMap<string, JobForecast> {
  const { data } = useLive(
    ids.length === 0 ? "nobody" : "forecasts",
    async (signal) => (ids.length === 0 ? null : api().forecast({ jobs: ids, first: ids.length }, { signal })),
    { everyMillis: EVERY_MILLIS, affects: ({ type }) => type !== "RunProgressed" },
  );
  const jobs = data?.policies[0]?.jobs ?? [];
  return new Map(jobs.flatMap((forecast) => (forecast.job === null ? [] : [[forecast.job, forecast] as const])));
}
