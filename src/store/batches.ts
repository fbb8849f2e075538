import type { Job, JobStatus } from "../core/job.ts";
import type { BatchId } from "../core/job-spec.ts";
import { JobRow } from "./rows.ts";
import type { Store } from "./store.ts";

/** A batch as its jobs on record make it. */
export interface BatchRecord {
  /** The first of them. */
  readonly first: Job;
  readonly counts: ReadonlyMap<JobStatus, number>;
}

type Fork = ReturnType<Store["fork"]>;

/** Those of the batches of which a job is on record. */
export async function readBatches(em: Fork, ids: readonly BatchId[]): Promise<Map<BatchId, BatchRecord>> {
  const rows = await em
    .getConnection()
    .execute<{ batch: BatchId; status: JobStatus; jobs: number; first: number }[]>(
      `select batch, status, count(*) as jobs, min(number) as first from job where batch in (${ids.map(() => "?").join()}) group by batch, status`,
      [...ids],
    );
  const firsts = new Map<BatchId, number>();
  const counts = new Map<BatchId, Map<JobStatus, number>>();
  for (const { batch, status, jobs, first } of rows) {
    firsts.set(batch, Math.min(first, firsts.get(batch) ?? first));
    counts.set(batch, (counts.get(batch) ?? new Map<JobStatus, number>()).set(status, jobs));
  }
  const jobs = await em.find(JobRow, { number: { $in: [...firsts.values()] } }, { disableIdentityMap: true });
  return new Map(
    jobs.map(({ batch, body }) => [String(batch), { first: body, counts: counts.get(String(batch)) ?? new Map() }]),
  );
}

/** All of a batch that are on record, the first one first. */
export async function jobsOfBatch(em: Fork, batch: BatchId): Promise<Job[]> {
  const rows = await em.find(JobRow, { batch }, { orderBy: { number: "asc" }, disableIdentityMap: true });
  return rows.map(({ body }) => body);
}

/** How many jobs of each batch have failed. */
export async function batchFailures(em: Fork): Promise<Record<BatchId, number>> {
  const rows = await em
    .getConnection()
    .execute<{ batch: BatchId; jobs: number }[]>(
      "select batch, count(*) as jobs from job where batch is not null and status = 'failed' group by batch",
    );
  return Object.fromEntries(rows.map(({ batch, jobs }) => [batch, jobs]));
}
