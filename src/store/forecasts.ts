import type { PastForecast } from "../core/forecast.ts";
import { ForecastRow, JobRow } from "./rows.ts";
import type { Store } from "./store.ts";

/** So many of the newest jobs that have completed are looked back at. */
const LOOKED_BACK = 5_000;

/** Keeps what is expected of jobs that have just been submitted; of those whose record is gone by now nothing is kept. They go with their job. */
export async function keepForecasts(store: Store, rows: readonly ForecastRow[]): Promise<void> {
  await store.fork().transactional(async (em) => {
    const jobs = await em.find(
      JobRow,
      { id: { $in: rows.map(({ job }) => job) } },
      { fields: ["id"], disableIdentityMap: true },
    );
    const known = new Set(jobs.map(({ id }) => id));
    for (const row of rows) if (known.has(row.job)) await em.upsert(ForecastRow, row, { disableIdentityMap: true });
  });
}

/** Forecasts of jobs that have completed since, and what came of them. */
export async function pastForecasts(store: Store): Promise<PastForecast[]> {
  const rows = await store
    .fork()
    .getConnection()
    .execute<{ policy: string; category: string; body: string; startedAt: number | null; endedAt: number }[]>(
      `select forecast.policy, forecast.category, forecast.body,
              json_extract(job.body, '$.firstStartedAt') as startedAt, job.ended_at as endedAt
         from forecast join job on job.id = forecast.job
        where job.status = 'completed' order by job.number desc limit ${LOOKED_BACK}`,
    );
  return rows.map(({ body, ...row }) => ({ ...row, ...(JSON.parse(body) as ForecastRow["body"]) }));
}
