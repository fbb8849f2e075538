import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Scheduler } from "../../src/core/scheduler.ts";
import { record } from "../../src/store/event-log.ts";
import { openStore } from "../../src/store/store.ts";
import { resolve } from "../core/world.ts";
import { Lab } from "../estimator/lab.ts";
import { runSimulate } from "./run.ts";

/** Seconds for a step with so many GPUs. */
const time = (size: number): number => 0.3 + 0.7 / size;

/** The database of a system that has seen jobs of type `vision` with 1, 2 and 4 GPUs. */
async function database(): Promise<string> {
  const lab = new Lab();
  const job = lab.submit({ type: "vision" });
  for (const [i, size] of [1, 2, 4].entries()) {
    if (i > 0) lab.preempt(job, 5);
    lab.seconds += 200;
    lab.start(job, size, 1, 5).train(job, i * 250, (i + 1) * 250, time(size), { steps: 750 });
  }
  const file = join(mkdtempSync(join(tmpdir(), "learned-")), "schedulearn.sqlite");
  const store = await openStore(file);
  const nothing = new Scheduler(resolve, { policy: "fifo", options: {}, placement: "consolidate" }).takeChanges();
  await record(store, { events: [], changes: { ...nothing, lessons: lab.learner.takeChanges() }, secrets: [] });
  await store.close();
  return file;
}

test("jobs follow the speed-ups that a live system has learned of their types", async () => {
  const file = await database();
  const trace = join(mkdtempSync(join(tmpdir(), "learned-")), "jobs.csv");
  writeFileSync(trace, "job_id,submit_time_s,num_gpus,duration_s,type\n1,0,1,1000,vision\n");
  const args = [
    "--trace",
    trace,
    "--cluster",
    "1x4",
    "--policy",
    "elastic-fifo",
    "--costs",
    "none",
    "--json",
    "--quiet",
  ];
  const learned = await runSimulate(...args, "--speedups", `live:${file}`);
  expect(learned.code, learned.stderr).toBe(0);
  const { meanJct } = JSON.parse(learned.stdout).policies["elastic-fifo"];
  expect(Math.abs(meanJct / (1000 * (time(4) / time(1))) - 1)).toBeLessThan(0.05);
});

test("where nothing was learned of any job of a trace, that is said", async () => {
  const file = await database();
  const trace = join(mkdtempSync(join(tmpdir(), "learned-")), "jobs.csv");
  writeFileSync(trace, "job_id,submit_time_s,num_gpus,duration_s,type\n1,0,1,1000,speech\n");
  const refused = await runSimulate(
    "--trace",
    trace,
    "--cluster",
    "1x4",
    "--policy",
    "fifo",
    "--speedups",
    `live:${file}`,
  );
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/knows no speed-up of these jobs: none of their types \(speech\) was measured/);
});
