import type { SqlEntityManager } from "@mikro-orm/sqlite";
import type { JobStatus } from "../core/job.ts";
import type { Instant, Millis } from "../core/time.ts";

/** Of a job that is over. */
export interface JobTimes {
  readonly user: string;
  readonly type: string;
  readonly status: Extract<JobStatus, "completed" | "failed" | "cancelled">;
  readonly submittedAt: Instant;
  readonly endedAt: Instant;
  /** Null: it never trained. */
  readonly firstStartedAt: Instant | null;
  /** How long it trained. */
  readonly serviceMillis: Millis;
}

/** Of more than so many jobs, the latest are read. */
const MOST_JOBS = 100_000;

/** The jobs on record that ended between the two times, the latest first. */
export function readJobTimes(
  em: SqlEntityManager,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<JobTimes[]> {
  return em.execute<JobTimes[]>(
    `select user, type, status, submitted_at as submittedAt, ended_at as endedAt,
      json_extract(body, '$.firstStartedAt') as firstStartedAt, json_extract(body, '$.serviceMillis') as serviceMillis
      from job where ended_at >= ? and ended_at < ? order by ended_at desc limit ${MOST_JOBS}`,
    [from, to],
  );
}
