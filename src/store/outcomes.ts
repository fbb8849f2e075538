import type { SqlEntityManager } from "@mikro-orm/sqlite";
import type { Instant } from "../core/time.ts";

/** How many jobs ended in a step of time, by how. */
export interface OutcomeCount {
  /** When the step begins. */
  readonly at: Instant;
  completed: number;
  failed: number;
  cancelled: number;
}

/** Of the jobs whose record is kept: one count for each of `points` steps of equal length. */
export async function countOutcomes(
  em: SqlEntityManager,
  { from, to, points }: { readonly from: Instant; readonly to: Instant; readonly points: number },
): Promise<OutcomeCount[]> {
  const stepMillis = (to - from) / points;
  const counts = Array.from({ length: points }, (_, step) => ({
    at: Math.round(from + step * stepMillis),
    ...{ completed: 0, failed: 0, cancelled: 0 },
  }));
  const rows = await em.execute<{ step: number; status: string; jobs: number }[]>(
    `select cast((ended_at - ?) / ? as integer) as step, status, count(*) as jobs from job
      where status in ('completed', 'failed', 'cancelled') and ended_at >= ? and ended_at < ? group by step, status`,
    [from, stepMillis, from, to],
  );
  for (const { step, status, jobs } of rows) {
    const count = counts[step];
    if (count) count[status as "completed" | "failed" | "cancelled"] += jobs;
  }
  return counts;
}
