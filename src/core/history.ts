import type { Changes } from "./changes.ts";
import type { JobEvent } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import type { Migration } from "./migration.ts";
import { advanceMigration, awaitsLostSteps, isMoving, openMigration } from "./migration.ts";
import type { Run } from "./run.ts";
import { advanceRun, openRun } from "./run.ts";
import { type TenureChange, tenureChange } from "./tenure.ts";
import type { Instant } from "./time.ts";

/** The last run and the last migration of each job at hand, and who held what when: written on by what happens to the jobs. */
export class History {
  readonly #runs = new Map<JobId, Run>();
  readonly #migrations = new Map<JobId, Migration>();
  /** What is different since it was last asked. */
  #newRuns = new Map<string, Run>();
  #newMigrations = new Map<string, Migration>();
  #newTenures: TenureChange[] = [];

  run(id: JobId): Run | undefined {
    return this.#runs.get(id);
  }
  migration(id: JobId): Migration | undefined {
    return this.#migrations.get(id);
  }

  /** Takes back in what is on record. */
  restore(runs: readonly Run[], migrations: readonly Migration[]): void {
    for (const run of runs) this.#runs.set(run.job, run);
    for (const migration of migrations) this.#migrations.set(migration.job, migration);
  }

  follow(before: Job, after: Job, event: JobEvent): void {
    this.#followRun(before, after, event);
    this.#followMigration(before, after, event);
    this.followTenures(before, after, event.at);
  }

  /** Also where no event of the job says so: its server has gone. */
  followTenures(before: Job, after: Job, at: Instant): void {
    const change = tenureChange(before, after, at);
    if (change) this.#newTenures.push(change);
  }

  forget(id: JobId): void {
    this.#runs.delete(id);
    this.#migrations.delete(id);
  }

  takeChanges(): Pick<Changes, "runs" | "migrations" | "tenures"> {
    const changes = {
      runs: [...this.#newRuns.values()],
      migrations: [...this.#newMigrations.values()],
      tenures: this.#newTenures,
    };
    this.#newRuns = new Map();
    this.#newMigrations = new Map();
    this.#newTenures = [];
    return changes;
  }

  #followRun(before: Job, after: Job, event: JobEvent): void {
    const run = this.#runs.get(before.id);
    const isAbout = "attempt" in event ? event.attempt === run?.attempt : before.attempt === after.attempt;
    const advanced = run && isAbout ? advanceRun(run, before, after, event) : run;
    if (advanced && advanced !== run) this.#setRun(advanced);
    if (after.attempt !== before.attempt) this.#setRun(openRun(after, event));
  }

  #followMigration(before: Job, after: Job, event: JobEvent): void {
    const migration = this.#migrations.get(before.id);
    if (event.type === "JobMigrated") this.#setMigration(openMigration(before, event));
    else if (migration && (isMoving(migration) || awaitsLostSteps(migration)))
      this.#setMigration(advanceMigration(migration, before, after, event));
  }

  #setRun(run: Run): void {
    this.#runs.set(run.job, run);
    this.#newRuns.set(run.id, run);
  }
  #setMigration(migration: Migration): void {
    this.#migrations.set(migration.job, migration);
    this.#newMigrations.set(migration.id, migration);
  }
}
