import { expect } from "vitest";
import type { Stage } from "./contract-stage.ts";
import { readWhole, Told, until } from "./support.ts";

const FOR_EVER = "while :; do sleep 0.1; done";

/** From the first verb to the last exit. */
export function claimLife(stage: Stage): void {
  const { claim, job, listen, begin, exitOf } = stage;

  claim("verbs about a run that is not there neither throw nor hold anyone up", async () => {
    const run = job("exit 0");
    const since = performance.now();
    stage.driver.pause(run);
    stage.driver.resume(run);
    stage.driver.discard(run);
    stage.driver.discardCheckpoint(run.job, { server: stage.driver.server, generation: 1 });
    void stage.driver.reap(run.job, run.attempt);
    expect(performance.now() - since).toBeLessThan(1_000);
    expect(stage.told.of("RunExited", run)).toEqual([]);
  });

  claim("a run that is not there cannot be paused, and that is told", async () => {
    const run = job("exit 0");
    stage.driver.pause(run);
    expect((await stage.told.first("RunPauseFailed", run)).reason).not.toBe("");
  });

  claim("a run that succeeds tells its start, then exactly one exit", async () => {
    const run = job("exit 0");
    stage.driver.start(run);
    const exit = await exitOf(run);
    expect(exit).toMatchObject({ outcome: { kind: "succeeded" }, exitCode: 0 });
    const types = stage.told.all.map(({ type }) => type).filter((type) => type !== "RunPreparing");
    expect(types).toEqual(["RunStarted", "RunExited"]);
    expect(stage.told.of("RunStarted", run)[0]?.handle).not.toBe("");
  });

  claim("starting twice for one attempt starts once", async () => {
    const run = job(FOR_EVER);
    stage.driver.start(run);
    stage.driver.start(run);
    await stage.told.first("RunStarted", run);
    stage.driver.start(run);
    stage.driver.stop(run, "SIGTERM", 0);
    await exitOf(run);
    expect(stage.told.of("RunStarted", run)).toHaveLength(1);
  });

  claim("another exit code than 0 is the application's failure", async () => {
    const run = job("exit 3");
    stage.driver.start(run);
    const exit = await exitOf(run);
    expect(exit).toMatchObject({ outcome: { kind: "failed", cause: { origin: "application", code: "exit" } } });
    expect(exit.exitCode).toBe(3);
  });

  claim("a command that does not exist is named, and is the application's failure", async () => {
    const run = job("", { command: ["/no/such/program", "--fast"] });
    stage.driver.start(run);
    const { outcome } = await exitOf(run);
    expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "application", code: "command-not-found" } });
    expect(outcome).toHaveProperty("cause.message", expect.stringContaining("/no/such/program"));
    expect(stage.told.of("RunStarted", run)).toEqual([]);
  });

  claim("a run that a signal ends fails by the application's fault", async () => {
    const run = job("kill -SEGV $$; sleep 60");
    stage.driver.start(run);
    const { outcome } = await exitOf(run);
    expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "application" } });
    expect(outcome).toHaveProperty("cause.message", expect.stringMatching(/SIGSEGV|139/));
  });

  claim("a stopped run may save and speak, and has stopped whatever its exit code", async () => {
    const run = job(`trap 'echo saved; exit 7' TERM; echo ready; ${FOR_EVER}`);
    const listener = begin(run);
    await listener.heard("ready");
    stage.driver.stop(run, "SIGTERM", 60);
    expect(await exitOf(run)).toMatchObject({ outcome: { kind: "stopped" } });
    await listener.done;
    expect(listener.texts("stdout")).toEqual(["ready", "saved"]);
  });

  claim("a run that does not heed the signal is killed after its grace", async () => {
    const run = job(`trap '' TERM; echo ready; ${FOR_EVER}`);
    await begin(run).heard("ready");
    stage.driver.stop(run, "SIGTERM", 1);
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
  });

  claim("a second stop with less grace hurries", async () => {
    const run = job(`trap '' TERM; echo ready; ${FOR_EVER}`);
    await begin(run).heard("ready");
    stage.driver.stop(run, "SIGTERM", 600);
    stage.driver.stop(run, "SIGTERM", 0);
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
  });

  claim("a stop told before the run has started ends it all the same, once", async () => {
    const run = job(FOR_EVER);
    stage.driver.start(run);
    stage.driver.stop(run, "SIGTERM", 0);
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
  });

  claim("a stop that crosses the exit ends in one exit", async () => {
    const run = job("exit 0");
    stage.driver.start(run);
    await stage.told.first("RunStarted", run);
    stage.driver.stop(run, "SIGTERM", 0);
    expect(["succeeded", "stopped"]).toContain((await exitOf(run)).outcome.kind);
    stage.driver.stop(run, "SIGTERM", 0);
    const next = job("exit 0");
    stage.driver.start(next);
    await exitOf(next);
    await exitOf(run);
  });

  claim("a stop of a run that never was tells that it is over", async () => {
    const run = job("exit 0");
    stage.driver.stop(run, "SIGTERM", 0);
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
  });

  claim("pause freezes a run, resume lets it go on, and a paused run can be stopped", async () => {
    const tick = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";
    const [run, sibling] = [job(tick), job(tick)];
    const [listener, clock] = [begin(run), begin(sibling)];
    await listener.heard("2");
    stage.driver.pause(run);
    let [frozenAt, since] = [-1, 0];
    await until("the paused run prints nothing while its sibling prints ten lines", () => {
      if (listener.lines.length !== frozenAt) [frozenAt, since] = [listener.lines.length, clock.lines.length];
      return clock.lines.length >= since + 10;
    });
    stage.driver.resume(run);
    await until("the run goes on", () => listener.lines.length > frozenAt);
    stage.driver.pause(run);
    for (const each of [run, sibling]) stage.driver.stop(each, "SIGTERM", 60);
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    expect((await exitOf(sibling)).outcome).toEqual({ kind: "stopped" });
    expect(stage.told.of("RunPauseFailed", run)).toEqual([]);
  });

  claim("prepare and start make one run", async () => {
    const run = job("exit 0");
    stage.driver.prepare(run);
    await stage.told.first("RunPrepared", run);
    expect(stage.told.of("RunStarted", run)).toEqual([]);
    stage.driver.start(run);
    expect((await exitOf(run)).outcome).toEqual({ kind: "succeeded" });
    expect(stage.told.of("RunStarted", run)).toHaveLength(1);
  });

  claim("a start keeps to its own order, whatever an earlier life of the server prepared", async () => {
    const run = job("exit 3");
    stage.driver.prepare(run);
    await stage.told.first("RunPrepared", run);
    await stage.driver.close();
    const later = new Told();
    stage.driver = await stage.house.connect(stage.bench.servers[0], later);
    const { spec } = job("exit 4");
    stage.driver.start({ ...run, spec });
    expect(await later.first("RunExited", run)).toMatchObject({ exitCode: 4 });
  });

  claim("a run that never started leaves no checkpoint folder", async () => {
    const run = job("", { command: ["/no/such/program"] });
    stage.driver.start(run);
    await exitOf(run);
    const { folders } = await stage.driver.connect(AbortSignal.timeout(30_000));
    expect(folders).toEqual([]);
  });

  claim("the checkpoint folders that lie on a server are found there", async () => {
    const run = job("exit 0");
    stage.driver.start(run);
    await exitOf(run);
    const look = async () => (await stage.driver.connect(AbortSignal.timeout(30_000))).folders;
    expect(await look()).toEqual([{ job: run.job, generation: 1 }]);
    void stage.driver.reap(run.job, run.attempt);
    stage.driver.discardCheckpoint(run.job, { server: stage.driver.server, generation: 1 });
    await until("it is gone", async () => (await look()).length === 0);
  });

  claim("prepare and discard leave nothing, and tell no exit", async () => {
    const run = job("exit 0");
    stage.driver.prepare(run);
    await stage.told.first("RunPrepared", run);
    stage.driver.discard(run);
    stage.driver.discardCheckpoint(run.job, { server: stage.driver.server, generation: run.checkpoint.generation });
    await until("nothing remains", async () => (await stage.bench.remains()).length === 0);
    expect(stage.told.of("RunExited", run)).toEqual([]);
  });

  claim("the next life of a server adopts what runs", async () => {
    const run = job(`trap 'exit 5' TERM; ${FOR_EVER}`);
    stage.driver.start(run);
    await stage.told.first("RunStarted", run);
    await stage.driver.close();
    const later = new Told();
    stage.driver = await stage.house.connect(stage.bench.servers[0], later);
    const { runs } = await stage.driver.connect(AbortSignal.timeout(30_000));
    expect(runs).toContainEqual({ job: run.job, attempt: run.attempt });
    stage.driver.adopt(run);
    stage.driver.adopt(run);
    await later.first("RunStarted", run);
    expect(stage.told.of("RunExited", run)).toEqual([]);
    stage.driver.stop(run, "SIGTERM", 60);
    expect((await later.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    expect(later.all.map(({ type }) => type)).toEqual(["RunStarted", "RunExited"]);
  });

  claim("the next life of a server learns of an exit that happened meanwhile", async () => {
    const run = job('echo said; : > "$SCHEDULEARN_CHECKPOINT_DIR/done"; exit 4');
    stage.driver.start(run);
    await stage.told.first("RunStarted", run);
    await stage.driver.close();
    const later = new Told();
    stage.driver = await stage.house.connect(stage.bench.servers[0], later);
    const folder = { server: stage.driver.server, generation: run.checkpoint.generation };
    await until("the run wrote its last file", async () => {
      const tar = await readWhole(await stage.driver.readCheckpoint(run.job, folder, AbortSignal.timeout(30_000)));
      return tar.includes("done");
    });
    stage.driver.adopt(run);
    expect(await later.first("RunExited", run)).toMatchObject({
      exitCode: 4,
      outcome: { kind: "failed", cause: { origin: "application", code: "exit" } },
    });
    expect(later.of("RunExited", run)).toHaveLength(1);
    const listener = listen(run);
    await listener.done;
    expect(listener.texts()).toEqual(["said"]);
  });

  claim("a run that is not there any more is lost when it is adopted", async () => {
    const run = job("exit 0");
    stage.driver.adopt(run);
    expect((await exitOf(run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "server-lost" },
    });
  });

  claim("reap leaves nothing of a run, of a strange one that still runs neither", async () => {
    const [over, strange] = [job("exit 0"), job(FOR_EVER)];
    stage.driver.start(over);
    stage.driver.start(strange);
    await exitOf(over);
    await stage.told.first("RunStarted", strange);
    for (const run of [over, strange]) {
      void stage.driver.reap(run.job, run.attempt);
      stage.driver.discardCheckpoint(run.job, { server: stage.driver.server, generation: 1 });
    }
    await until("nothing remains", async () => (await stage.bench.remains()).length === 0);
  });

  claim("close leaves no timer, socket or child behind, and tells nothing more", async () => {
    await stage.driver.close();
    const kept = countResources();
    stage.driver = await stage.house.connect(stage.bench.servers[0]);
    const run = job(FOR_EVER);
    const listener = begin(run);
    await stage.told.first("RunStarted", run);
    await stage.driver.close();
    await listener.done.catch(() => {});
    await until("all handles are let go", () => [...countResources()].every(([kind, n]) => n <= (kept.get(kind) ?? 0)));
    expect(stage.told.of("RunExited", run)).toEqual([]);
    expect((await stage.bench.remains()).length).toBeGreaterThan(0);
  });
}

/** What keeps this process alive, by kind. The wait between two looks is a timer itself and over by then. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
