import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { requestCancel } from "../../src/core/request.ts";
import { liveServers } from "../../src/sim/cluster-live.ts";
import { historyTrace } from "../../src/sim/traces/history.ts";
import { record } from "../../src/store/event-log.ts";
import { Queries } from "../../src/store/queries.ts";
import { openStore, openStoreToRead, type Store } from "../../src/store/store.ts";
import { between, coresOnly, gpus } from "../core/builders.ts";
import { aServer, aSpec, World } from "../core/world.ts";
import { EngineHouse, shell } from "../engine/house.ts";
import { runSimulate } from "./run.ts";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
});

/** A database with what a world has lived through. */
async function databaseOf(world: World): Promise<{ file: string; store: Store }> {
  const file = join(mkdtempSync(join(tmpdir(), "history-")), "schedulearn.sqlite");
  const store = await openStore(file);
  closers.push(() => store.close());
  const events = world.log.map((event, i) => ({ seq: i + 1, event }));
  await record(store, { events, changes: world.scheduler.takeChanges(), secrets: [] });
  return { file, store };
}

test("a job of a fixed size takes the time that it trained; an elastic one is reckoned to the size it asked for", async () => {
  const world = new World({
    policy: "elastic-fifo",
    durations: { "job-1": 60_000, "job-2": 30_000, "job-3": 20_000 },
    scheduler: {},
  });
  world.join(aServer("alpha", 4));
  const fixed = { gpus: gpus(2), elasticity: "none" } as const;
  world.submit(
    "job-1",
    aSpec({ ...fixed, user: "ann", type: "vision", priority: 3, deadline: 500_000, labels: { model: "vgg" } }),
    1_000,
  );
  world.submit("job-2", aSpec({ ...fixed, user: "bob" }), 3_500);
  world.submit("job-3", aSpec({ gpus: between(1, 4, 1), servers: { min: 1, max: 1 } }), 70_000);
  world.run();
  const { store } = await databaseOf(world);
  const { jobs, notes } = await historyTrace(new Queries(store), 1);
  expect(notes).toEqual([]);
  expect(jobs).toMatchObject([
    {
      id: "job-1",
      submitSeconds: 0,
      gpus: 2,
      minGpus: 2,
      maxGpus: 2,
      durationSeconds: 60,
      user: "ann",
      type: "vision",
      model: "vgg",
      priority: 3,
      deadlineSeconds: 499,
    },
    { id: "job-2", submitSeconds: 2.5, gpus: 2, durationSeconds: 30, user: "bob", deadlineSeconds: null },
    { id: "job-3", submitSeconds: 69, gpus: 1, minGpus: 1, maxGpus: 4, durationSeconds: 20 },
  ]);
});

test("a live system's jobs and servers are simulated while it runs, from a database that nobody writes to", async () => {
  const house = await new EngineHouse().open();
  closers.push(() => house.remove());
  closers.push(() => house.close());
  closers.push(() => house.cancelAll());
  await house.join(aServer("alpha", 2), aServer("beta", 4));
  const ran = await house.submit({ command: shell("sleep 0.3"), gpus: gpus(2), user: "ann", type: "sleep" });
  const failed = await house.submit({ command: shell("sleep 0.2; exit 3") });
  const onCores = await house.submit({ command: shell("true"), ...coresOnly(1) });
  const cancelled = await house.submit({ command: shell("sleep 60") });
  await house.reaches(ran, "completed");
  await house.reaches(failed, "failed");
  await house.reaches(onCores, "completed");
  await house.reaches(cancelled, "running");
  const cancel = async (id: string): Promise<void> => {
    const options = { by: "ann", delete: false, graceSeconds: 0 };
    await house.engine.request((scheduler, now) => ({ events: requestCancel(scheduler, id, options, now) }));
    await house.reaches(id, "cancelled");
  };
  await cancel(cancelled);
  const going = await house.submit({ command: shell("sleep 60"), gpus: gpus(4) });
  await house.reaches(going, "running");
  const waiting = await house.submit({ command: shell("true"), gpus: gpus(4) });
  const never = await house.submit({ command: shell("true"), gpus: gpus(4) });
  await cancel(never);

  const file = join(house.folder, "schedulearn.db");
  const before = await house.engine.queries.jobs({ filter: {}, order: "oldest-first", first: 10, after: null });
  const store = await openStoreToRead(file);
  closers.push(() => store.close());
  const { jobs, notes } = await historyTrace(new Queries(store), 0.9);
  expect(jobs.map(({ id }) => id)).toEqual([ran, failed, onCores, cancelled]);
  expect(jobs[0]).toMatchObject({ submitSeconds: 0, gpus: 2, user: "ann", type: "sleep", cores: 1 });
  const { serviceMillis } = (await house.engine.queries.jobsById([ran])).get(ran) ?? { serviceMillis: 0 };
  expect(serviceMillis).toBeGreaterThan(0);
  expect(jobs[0]?.durationSeconds).toBe(serviceMillis / 1000);
  expect(jobs[2]).toMatchObject({ gpus: 0, cores: 1 });
  expect(notes).toEqual(["2 jobs were left out: not over yet", "1 job was left out: never trained"]);
  expect((await liveServers(new Queries(store))).map(({ id, gpus, driver }) => [id, gpus.length, driver])).toEqual([
    ["alpha", 2, "simulated"],
    ["beta", 4, "simulated"],
  ]);

  const out = join(house.folder, "history.csv");
  const simulated = await runSimulate(
    ...[
      "--from-history",
      file,
      "--cluster",
      "live",
      "--policy",
      "fifo,tiresias",
      "--costs",
      "none",
      "--trace-out",
      out,
    ],
    "--json",
  );
  expect(simulated.code, simulated.stderr).toBe(0);
  expect(simulated.stderr).toContain("2 jobs were left out: not over yet");
  expect(JSON.parse(simulated.stdout)).toMatchObject({ jobs: 4, policies: { tiresias: { jobs: 4 } } });
  expect(readFileSync(out, "utf8").split("\n")).toHaveLength(6);
  const again = await runSimulate(
    "--trace",
    out,
    "--cluster",
    `live:${file}`,
    "--policy",
    "fifo",
    "--costs",
    "none",
    "--json",
  );
  expect(JSON.parse(again.stdout).policies.fifo).toEqual(JSON.parse(simulated.stdout).policies.fifo);

  const after = await house.engine.queries.jobs({ filter: {}, order: "oldest-first", first: 10, after: null });
  expect(after).toEqual(before);
  expect(await house.status(waiting)).toBe("pending");
}, 30_000);

test("without a name, the database is the one that a start of the server would use here; a data folder stands for its own", async () => {
  const world = new World({ durations: { "job-1": 5_000 } });
  world.join(aServer("alpha", 1));
  world.submit("job-1", aSpec());
  world.run();
  const folder = dirname((await databaseOf(world)).file);
  const more = ["--policy", "fifo", "--costs", "none", "--json"];
  const named = await runSimulate("--from-history", folder, "--cluster", `live:${folder}`, ...more);
  vi.stubEnv("SCHEDULEARN_DATA", folder);
  const unnamed = await runSimulate("--from-history", "--cluster", "live", ...more);
  expect(unnamed.code, unnamed.stderr).toBe(0);
  expect(JSON.parse(unnamed.stdout).policies.fifo).toMatchObject({ jobs: 1, makespan: 5 });
  expect(JSON.parse(named.stdout).policies).toEqual(JSON.parse(unnamed.stdout).policies);
  vi.stubEnv("SCHEDULEARN_DATA", join(folder, "none"));
  const missing = await runSimulate("--from-history", "--cluster", "live", ...more);
  expect(missing.stderr).toContain("schedulearn.sqlite: name that of a live system, as in --from-history FILE");
});

test("a database that is not there, or has nothing to simulate, is told of in words", async () => {
  const missing = await runSimulate("--from-history", "/nowhere/x.sqlite", "--cluster", "4x4", "--policy", "fifo");
  expect(missing).toMatchObject({ code: 1, stdout: "" });
  expect(missing.stderr).toContain("there is no database /nowhere/x.sqlite");
  const world = new World({ durations: {} });
  world.join(aServer("alpha", 0));
  const { file } = await databaseOf(world);
  const empty = await runSimulate("--from-history", file, "--cluster", "live", "--policy", "fifo");
  expect(empty.stderr).toContain("has no job that has run and is over");
  const idle = await runSimulate("--generate", "plain", "--cluster", `live:${file}`, "--policy", "fifo");
  expect(idle).toMatchObject({ code: 1 });
});
