import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { requestResume } from "../../src/core/request.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { verifyLog } from "../../src/engine/verify/verify-log.ts";
import { createLearner } from "../../src/estimator/index.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { keepForecasts, pastForecasts } from "../../src/store/forecasts.ts";
import { Queries } from "../../src/store/queries.ts";
import { policySetting } from "../../src/store/settings.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { resolve } from "../core/world.ts";

/** A database as the first version left it: one job of each kind that a later version must take up. */
const DUMP = readFileSync(new URL("first-version.sql", import.meta.url), "utf8");

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  const file = join(folder, "schedulearn.db");
  const old = new sqlite3.Database(file);
  await new Promise<void>((done, failed) => old.exec(DUMP, (error) => (error ? failed(error) : done())));
  await new Promise<void>((done, failed) => old.close((error) => (error ? failed(error) : done())));
  store = await openStore(file);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const rows = async () =>
  (await new Queries(store).jobs({ filter: {}, order: "oldest-first", first: 99, after: null })).items;

async function restored(): Promise<Scheduler> {
  const queries = new Queries(store);
  const setting = await policySetting(store);
  if (!setting) throw new Error("it has no policy");
  const scheduler = new Scheduler(resolve, setting);
  const jobs = await queries.unfinishedJobs();
  const ids = jobs.map(({ id }) => id);
  const last = <T>(of: Map<string, T[]>): T[] => [...of.values()].flatMap((each) => each.slice(-1));
  scheduler.restore({
    servers: await queries.servers(),
    jobs,
    runs: last(await queries.runsOf(ids)),
    migrations: last(await queries.migrationsOf(ids)),
    lessons: await queries.lessons(),
    usage: await queries.usage(),
  });
  return scheduler;
}

describe("a database of the first version", () => {
  it("has jobs as today's fold of its log makes them", async () => {
    const jobs = await rows();
    expect(jobs.map(({ id, state }) => [id, state.status])).toEqual([
      ["job-1", "completed"],
      ["job-2", "paused"],
      ["job-3", "migrating"],
      ["job-4", "pending"],
      ["job-5", "running"],
      ["job-6", "completed"],
    ]);
    const folded = new Scheduler(resolve, { policy: "fifo", options: {}, placement: "consolidate" });
    for (const { event } of await readEvents(store, 0, 1000)) folded.observe(event);
    expect(jobs).toEqual(jobs.map(({ id }) => folded.job(id)));
    const { divergence, rows: compared } = await verifyLog(store, { resolve, newLearner: createLearner });
    expect(divergence).toBeNull();
    expect(compared?.differences).toEqual([]);
    expect(jobs.find(({ id }) => id === "job-4")?.spec.cores).toEqual({ min: 2, max: 2, preferred: 2 });
    expect(jobs.find(({ id }) => id === "job-5")?.spec).toMatchObject({
      servers: { min: 1, max: 1 },
      resizeSignal: null,
    });
  });

  it("goes on: what ran ends, what moved arrives, what waited starts, what was paused is resumed", async () => {
    const scheduler = await restored();
    let now = 10_000;
    const tell = (event: Event): void => {
      expect(scheduler.observe(event)).toBe(true);
      scheduler.round(++now);
    };
    const status = (id: string): string | undefined => scheduler.job(id)?.state.status;
    const exit = (job: string, attempt: number, kind: "succeeded" | "stopped"): void =>
      tell({ type: "RunExited", job, attempt, outcome: { kind }, exitCode: null, signal: null, at: now });

    exit("job-5", 1, "succeeded");
    expect([status("job-5"), status("job-4")]).toEqual(["completed", "starting"]);
    tell({ type: "RunPrepared", job: "job-3", attempt: 3, at: now });
    exit("job-3", 2, "stopped");
    tell({ type: "RunStarted", job: "job-3", attempt: 3, handle: "x", at: now });
    expect(scheduler.job("job-3")).toMatchObject({ migrations: 1, resizes: 0, generation: 1 });
    for (const event of requestResume(scheduler, "job-2", now)) tell(event);
    expect(status("job-2")).toBe("running");
  });

  it("keeps from now on what is expected of its jobs", async () => {
    const endsAt = { p10: 1, p50: 2, p90: 3 };
    const body = { startsAt: null, endsAt };
    await keepForecasts(store, [{ job: "job-1", at: 0, policy: "fifo", category: "generic", body }]);
    expect(await pastForecasts(store)).toMatchObject([{ policy: "fifo", endsAt, endedAt: expect.any(Number) }]);
  });

  it("is upgraded once", async () => {
    const before = await rows();
    await store.close();
    store = await openStore(join(folder, "schedulearn.db"));
    expect(await rows()).toEqual(before);
  });
});
