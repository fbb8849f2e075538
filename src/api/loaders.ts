import DataLoader from "dataloader";
import type { Job, JobId } from "../core/job.ts";
import type { BatchId } from "../core/job-spec.ts";
import type { Migration } from "../core/migration.ts";
import type { Run, RunId } from "../core/run.ts";
import type { BatchRecord } from "../store/batches.ts";
import type { Queries } from "../store/queries.ts";

/** Rows asked for by many fields of one answer, loaded in one statement a kind. */
export class Loaders {
  readonly job: DataLoader<JobId, Job | null>;
  readonly batch: DataLoader<BatchId, BatchRecord | null>;
  readonly run: DataLoader<RunId, Run | null>;
  readonly runsOf: DataLoader<JobId, readonly Run[]>;
  readonly migrationsOf: DataLoader<JobId, readonly Migration[]>;

  constructor(queries: Queries) {
    this.job = batched((ids) => queries.jobsById(ids), null);
    this.batch = batched((ids) => queries.batches(ids), null);
    this.run = batched((ids) => queries.runsById(ids), null);
    this.runsOf = batched((ids) => queries.runsOf(ids), []);
    this.migrationsOf = batched((ids) => queries.migrationsOf(ids), []);
  }
}

const batched = <T>(load: (ids: readonly string[]) => Promise<Map<string, T>>, none: T | null) =>
  new DataLoader<string, never>(async (ids) => {
    const found = await load(ids);
    return ids.map((id) => (found.get(id) ?? none) as never);
  });
