import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  requestCancel,
  requestDrain,
  requestJoin,
  requestMigrate,
  requestPause,
  requestResume,
  requestRetry,
} from "../../src/core/request.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { Queries } from "../../src/store/queries.ts";
import { JobRow, RunRow } from "../../src/store/rows.ts";
import { openStore } from "../../src/store/store.ts";
import { gpus, resolve } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell, slowAtFirst, trainScript } from "./house.ts";

let house: EngineHouse;
beforeEach(async () => {
  house = await new EngineHouse().open();
});
afterEach(async () => {
  await house.cancelAll();
  await house.close();
  house.remove();
});

const checkpointsOf = (server: string, job: string, generation: number): string =>
  join(house.folder, "servers", server, "checkpoints", house.engine.cluster, job, `${generation}`);

const training = (env: Record<string, string>) => ({
  command: shell(trainScript),
  env: { EPOCHS: "4", STEPS: "10", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "5", ...env },
  checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 20 },
});
/** Trains, and then stays until it is let go. */
const staying = () => ({
  ...training({ SECONDS_PER_STEP: "0.02" }),
  command: shell(`${trainScript}\n${house.gate}`),
});

describe("the engine", () => {
  it("runs a job to its end: output, progress and outcome are on record", async () => {
    await house.join(aServer("alpha", 2));
    const id = await house.submit({ ...training({ SECONDS_PER_STEP: "0.01" }), gpus: gpus(1) });
    await house.reaches(id, "completed");
    const job = (await house.engine.queries.jobsById([id])).get(id);
    expect(job?.progress).toMatchObject({ epoch: 4, epochs: 4, step: 10, fraction: 1 });
    expect(job?.checkpoint).toMatchObject({ server: "alpha", step: 40 });
    const lines = await house.lines(id);
    expect(lines.filter((line) => line.includes('"epoch"'))).toHaveLength(40);
    expect(lines.at(-1)).toMatch(/^result [0-9a-f]{64} loss=/);
  });

  it("migrates a training job: it goes on where it was, and its result is that of an undisturbed run", async () => {
    await house.join(aServer("alpha", 1), aServer("beta", 1));
    const undisturbed = await house.submit({ ...training({ SECONDS_PER_STEP: "0" }), gpus: gpus(0) });
    await house.reaches(undisturbed, "completed");
    const id = await house.submit({ ...training({}), command: shell(slowAtFirst), gpus: gpus(1) });
    await until("it has trained a while", () => (house.engine.scheduler.job(id)?.progress?.step ?? 0) >= 3);
    expect(existsSync(checkpointsOf("alpha", id, 1))).toBe(true);
    await house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, "beta", now) }));
    await house.reaches(id, "completed");

    const lines = await house.lines(id);
    expect(lines.at(-1)).toBe((await house.lines(undisturbed)).at(-1));
    expect(lines.filter((line) => line.startsWith("resumed at step"))).toEqual([expect.stringContaining("migrated")]);
    const [migration] = (await house.engine.queries.migrationsOf([id])).get(id) ?? [];
    expect(migration).toMatchObject({ state: "completed", cause: "user", lostSteps: 0 });
    expect(migration?.bytes).toBeGreaterThan(10);
    expect(migration?.downtimeMillis).toBeGreaterThan(0);
    const runs = (await house.engine.queries.runsOf([id])).get(id) ?? [];
    expect(runs.map(({ attempt, on, reason }) => [attempt, on[0]?.server, reason])).toEqual([
      [1, "alpha", "submitted"],
      [2, "beta", "migrated"],
    ]);
    expect(existsSync(checkpointsOf("beta", id, 2))).toBe(true);
    await until("the copy at the source is gone", () => !existsSync(checkpointsOf("alpha", id, 1)));
  });

  it("keeps every line for every kind of end, once, and masks secrets in them", async () => {
    await house.join(aServer("alpha", 4));
    const script = (end: string) => shell(`for i in 1 2 3; do echo "out $i"; done; echo "key $KEY" >&2; ${end}`);
    const success = await house.submit({ command: script("exit 0") }, { KEY: "hunter22" });
    const failure = await house.submit({ command: script("exit 7") }, { KEY: "hunter22" });
    const stopped = await house.submit({ command: script("sleep 60 & wait") }, { KEY: "hunter22" });
    await until("the last line is there", async () => (await house.lines(stopped)).length === 4);
    await house.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, stopped, { by: "ann", delete: false, graceSeconds: 5 }, now),
    }));
    await house.reaches(success, "completed");
    await house.reaches(failure, "failed");
    await house.reaches(stopped, "cancelled");
    for (const id of [success, failure, stopped])
      expect((await house.lines(id)).sort()).toEqual(["key ***", "out 1", "out 2", "out 3"]);
    expect((await house.engine.queries.jobsById([failure])).get(failure)?.state).toMatchObject({
      cause: { origin: "application", code: "exit", message: expect.stringContaining("7") },
    });
  });

  it("deletes a running job: it is stopped, then its record and its output go", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit({ command: shell("echo here; sleep 60 & wait"), gpus: gpus(1) });
    await until("it prints", async () => (await house.lines(id)).length > 0);
    await house.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, id, { by: "ann", delete: true, graceSeconds: 5 }, now),
    }));
    await until("its record is gone", async () => (await house.status(id)) === undefined);
    expect(await house.lines(id)).toEqual([]);
    expect(house.engine.scheduler.ledger.rooms.get("alpha")?.idleGpus).toBe(1);
    await until("its files are gone", () => !existsSync(join(house.folder, "servers/alpha/runs", id, "1")));
  });

  it("retries a failed job that it had long put away", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit({
      command: shell("test -e $SCHEDULEARN_CHECKPOINT_DIR/seen || { touch $SCHEDULEARN_CHECKPOINT_DIR/seen; exit 1; }"),
    });
    await house.reaches(id, "failed");
    const old = (await house.engine.queries.jobsById([id])).get(id);
    await house.engine.request((scheduler, now) => {
      if (old) scheduler.recall(old);
      return { events: requestRetry(scheduler, id, [], now) };
    });
    await house.reaches(id, "completed");
    expect((await house.engine.queries.runsOf([id])).get(id)?.map(({ reason }) => reason)).toEqual([
      "submitted",
      "retried",
    ]);
  });

  it("freezes a job and lets it go on", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit(staying());
    await until("it trains", () => house.engine.scheduler.job(id)?.progress);
    await house.engine.request((scheduler, now) => ({ events: requestPause(scheduler, id, now) }));
    expect(await house.status(id)).toBe("paused");
    await house.engine.request((scheduler, now) => ({ events: requestResume(scheduler, id, now) }));
    house.letGo();
    await house.reaches(id, "completed");
    expect((await house.lines(id)).filter((line) => line.startsWith("resumed"))).toEqual([]);
  });

  it("shares one GPU in time slices, each job resuming where it was", async () => {
    await house.join(aServer("alpha", 1));
    await house.engine.request((_, now) => ({
      events: [
        { type: "PolicyChanged", policy: "round-robin", options: { quantumSeconds: 1 }, placement: "spread", at: now },
      ],
    }));
    const ids = [
      await house.submit({ ...training({ SEED: "1" }), command: shell(slowAtFirst), gpus: gpus(1) }),
      await house.submit({ ...training({ SEED: "2" }), command: shell(slowAtFirst), gpus: gpus(1) }),
    ];
    for (const id of ids) await house.reaches(id, "completed");
    for (const [i, id] of ids.entries()) {
      const alone = await house.submit(training({ SEED: `${i + 1}`, SECONDS_PER_STEP: "0" }));
      await house.reaches(alone, "completed");
      expect((await house.lines(id)).at(-1)).toBe((await house.lines(alone)).at(-1));
    }
    expect(
      (await house.engine.queries.jobsById([ids[0] as string])).get(ids[0] as string)?.preemptions,
    ).toBeGreaterThan(0);
  });

  it("moves jobs off a draining server", async () => {
    await house.join(aServer("alpha", 1), aServer("beta", 1));
    const id = await house.submit({ ...training({ EPOCHS: "40" }), gpus: gpus(1) });
    await until("it trains", () => house.engine.scheduler.job(id)?.progress);
    await house.engine.request((scheduler, now) => ({ events: requestDrain(scheduler, "alpha", true, now) }));
    await until("it runs on beta", () => {
      const state = house.engine.scheduler.job(id)?.state;
      return state?.status === "running" && state.on[0]?.server === "beta";
    });
    expect((await house.engine.queries.migrationsOf([id])).get(id)?.[0]?.cause).toBe("drain");
  });

  it("gives up a job that prints nothing for longer than its idle limit", async () => {
    await house.join(aServer("alpha", 1));
    const limits = { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: 1 };
    const id = await house.submit({ command: shell("echo once; sleep 60 & wait"), limits });
    await house.reaches(id, "failed");
    expect((await house.engine.queries.jobsById([id])).get(id)?.state).toMatchObject({ cause: { code: "stalled" } });
  });
});

describe("when things go wrong", () => {
  it("a pause that crossed a crash is over when it was lifted: the job goes on", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit(staying());
    await until("it trains", () => house.engine.scheduler.job(id)?.progress);
    await house.engine.request((scheduler, now) => ({ events: requestPause(scheduler, id, now) }));
    await house.close();
    // As if the server had died between the record and the deed.
    const store = await openStore(join(house.folder, "schedulearn.db"));
    const [job] = await new Queries(store).unfinishedJobs();
    if (job?.state.status !== "paused") throw new Error("the job is not paused");
    const state = { ...job.state, status: "running" as const };
    await store.fork().nativeUpdate(JobRow, { id }, { status: "running", body: { ...job, state } });
    await store.close();
    house = await new EngineHouse(house.folder).open();
    house.letGo();
    await house.reaches(id, "completed");
  });

  it("a job whose run was removed behind our back fails, and its stream of output ends", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit({
      command: shell("echo $$; exec sleep 60"),
      retries: { application: 0, infrastructure: 0 },
    });
    const pid = Number(
      (await until("it prints", async () => ((await house.lines(id)).length > 0 ? house.lines(id) : null)))[0],
    );
    await house.close();
    rmSync(join(house.folder, "servers/alpha/runs", id), { recursive: true });
    house = await new EngineHouse(house.folder).open();
    await house.reaches(id, "failed");
    await until("nothing is read any more", () => house.engine.isDrained(id));
    process.kill(pid); // nobody else knows of it any more
  });

  it("what a deletion could not remove before a crash is removed by the next life", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit({ command: shell("echo here; touch $SCHEDULEARN_CHECKPOINT_DIR/model") });
    await house.reaches(id, "completed");
    await house.close();
    const store = await openStore(join(house.folder, "schedulearn.db"));
    for (const table of [JobRow, RunRow]) await store.fork().nativeDelete(table as typeof JobRow, {});
    await store.close();
    const folders = [join(house.folder, "logs", id), checkpointsOf("alpha", id, 1)];
    expect(folders.map(existsSync)).toEqual([true, true]);
    house = await new EngineHouse(house.folder).open({ reapGraceMillis: 50 });
    await until("both are gone", () => !folders.some(existsSync));
  });

  it("a state that can never be recorded ends the server rather than being tried for ever", async () => {
    await house.join(aServer("alpha", 1));
    const twin = { id: "beta/0", index: 0, uuid: null, model: null, memoryMiB: null };
    const joined = { ...aServer("beta", 0), gpus: [twin, twin] };
    void house.engine.request((scheduler, now) => ({ events: requestJoin(scheduler, joined, now) }));
    await until("it says so", () => house.logged.some((line) => line.startsWith("fatal")));
    expect(await house.engine.queries.servers()).toHaveLength(1);
    // That life is over, as its process would be.
    await house.abandon();
    house = await new EngineHouse(house.folder).open();
    await until("alpha is up", () => house.engine.scheduler.servers.get("alpha")?.health === "up");
  });

  it("a secret of several lines is masked line by line", async () => {
    await house.join(aServer("alpha", 1));
    const key = "-----BEGIN KEY-----\nabcdefgh12345678\n-----END KEY-----";
    const id = await house.submit({ command: shell('echo "$KEY"') }, { KEY: key });
    await house.reaches(id, "completed");
    expect(await house.lines(id)).toEqual(["***", "***", "***"]);
  });

  it("an idle limit counts neither a pause nor an attempt that is over", async () => {
    await house.join(aServer("alpha", 1));
    const limits = { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: 6 };
    const id = await house.submit({
      command: shell(`echo one; ${house.gate}; sleep 1; echo two; sleep 1; echo three`),
      limits,
    });
    await until("it prints", async () => (await house.lines(id)).length > 0);
    await house.engine.request((scheduler, now) => ({ events: requestPause(scheduler, id, now) }));
    const paused = Date.now();
    await until("longer than the limit has passed", () => Date.now() - paused > 7000);
    await house.engine.request((scheduler, now) => ({ events: requestResume(scheduler, id, now) }));
    house.letGo();
    await house.reaches(id, "completed", "failed");
    expect(await house.status(id)).toBe("completed");
  });

  it("a server that stood still takes no job for silent that printed meanwhile", async () => {
    await house.join(aServer("alpha", 1));
    const limits = { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: 4, stallSeconds: 4 };
    const prints = `i=0; until [ -e ${house.go} ]; do echo step=$((i+=1)); sleep 0.2; done`;
    const id = await house.submit({ command: shell(prints), limits });
    await until("it prints", async () => (await house.lines(id)).length > 0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
    const heard = (await house.lines(id)).length;
    await until("it is heard again", async () => (await house.lines(id)).length > heard);
    house.letGo();
    await house.reaches(id, "completed", "failed");
    expect(await house.status(id)).toBe("completed");
  });
});

describe("the next life of the server", () => {
  it("adopts what runs, reads on where the log stopped, ends what ended meanwhile, and repeats nothing", async () => {
    await house.join(aServer("alpha", 4));
    const long = await house.submit({ ...training({ EPOCHS: "6" }), gpus: gpus(1) });
    const short = await house.submit({
      command: shell(
        `i=0; while [ $i -lt 20 ]; do echo line $i; i=$((i+1)); [ $i = 10 ] && ${house.gate}; done; exit 3`,
      ),
    });
    const held = await house.submit({ command: shell("echo never"), gpus: gpus(4) });
    await until("both run", async () => (await house.lines(long)).length > 3 && (await house.lines(short)).length > 3);
    await house.close();
    house.letGo();
    const runFolder = join(house.folder, "servers/alpha/runs", short, "1");
    await until("the short one ends on its own", () => existsSync(join(runFolder, "exit.json")));
    house = await new EngineHouse(house.folder).open();
    await house.reaches(short, "failed");
    await house.reaches(long, "completed");
    await house.reaches(held, "completed");
    expect(await house.lines(short)).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i}`));
    const steps = (await house.lines(long)).filter((line) => line.includes('"epoch"'));
    expect(new Set(steps).size).toBe(60);
    expect(steps).toHaveLength(60);
    for (const id of [long, short, held]) expect((await house.engine.queries.runsOf([id])).get(id)).toHaveLength(1);
  });

  it("folds its log to the state that it acts on", async () => {
    await house.join(aServer("alpha", 1), aServer("beta", 1));
    const id = await house.submit({ ...training({ SECONDS_PER_STEP: "0.01" }), gpus: gpus(1) });
    await house.reaches(id, "completed");
    const folded = new Scheduler(resolve, { policy: "fifo", options: {}, placement: "consolidate" });
    for (const { event } of await readEvents(house.store, 0, 100_000)) folded.observe(event);
    expect((await house.engine.queries.jobsById([id])).get(id)).toEqual(folded.job(id));
    expect(await house.engine.queries.servers()).toEqual([...folded.servers.values()]);
  });

  it("removes what runs under its own labels and nobody knows, after a grace", async () => {
    await house.join(aServer("alpha", 1));
    const id = await house.submit({ command: shell("sleep 60 & wait") });
    await house.reaches(id, "running");
    await house.close();
    const db = join(house.folder, "schedulearn.db");
    const store = await openStore(db);
    const connection = store.fork().getConnection();
    for (const table of ["job", "run", "event"]) await connection.execute(`delete from ${table}`);
    await connection.execute("delete from setting where key = 'lastJob'"); // as in a database of before the job
    await store.close();
    house = await new EngineHouse(house.folder).open({ reapGraceMillis: 50 });
    await until("the stranger is gone", () => !existsSync(join(house.folder, "servers/alpha/runs", id, "1")));
    await until("that is told", () => house.logged.some((line) => line.includes("nobody needs")));
  });
});
