import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Driver, DriverContext, OutputPosition } from "../../src/drivers/driver.ts";
import { House, Listener, orderOf, readWhole, Told, until } from "./support.ts";

/** One kind of driver and the servers to try it on. */
export interface Bench {
  /** Two servers of one cluster; the second one is where a checkpoint is carried to. */
  readonly servers: readonly [string, string];
  /** A new driver, not yet connected: the first of that server, or its next life. */
  open(server: string, context: DriverContext): Driver;
  /** What any job needs here, such as an image. */
  readonly spec: Partial<JobSpec>;
  /** What there is of runs on both servers, by names: containers, volumes, folders, processes. */
  remains(): Promise<readonly string[]>;
  cleanup(): Promise<void>;
}

export interface ContractOptions {
  /** Claims that this kind of driver cannot make, each with the reason. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

const sh = (script: string): string[] => ["/bin/sh", "-c", script];
const FOR_EVER = "while :; do sleep 0.1; done";
// biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
const SCHEDULEARN = "${SCHEDULEARN_DIR:-/schedulearn}";

/** What every driver promises, whatever it drives. The scripts are for the smallest of shells. */
export function driverContract(
  name: string,
  make: () => Promise<Bench>,
  { exceptions = {} }: ContractOptions = {},
): void {
  const excepted = new Set(Object.keys(exceptions));
  let bench: Bench;
  let house: House;
  let driver: Driver;
  let told: Told;

  const claim = (title: string, test: () => Promise<void>) => {
    if (!excepted.delete(title)) it(title, test);
  };
  const job = (script: string, spec: Partial<JobSpec> = {}, patch: Partial<RunOrder> = {}): RunOrder =>
    orderOf(bench.servers[0], { ...bench.spec, command: sh(script), ...spec }, patch);
  const listen = (run: RunOrder, from: OutputPosition = {}) => new Listener(driver, run, from);
  const begin = (run: RunOrder): Listener => {
    driver.start(run);
    return listen(run);
  };
  /** Its only exit; asked for when nothing more can come. */
  const exitOf = async (run: RunOrder) => {
    const exit = await told.first("RunExited", run);
    expect(told.of("RunExited", run)).toHaveLength(1);
    return exit;
  };

  describe(`${name}: the driver contract`, () => {
    beforeEach(async () => {
      bench = await make();
      house = new House((server, context) => bench.open(server, context));
      told = house.told;
      driver = await house.connect(bench.servers[0]);
    });
    afterEach(async () => {
      await house.close();
      await bench.cleanup();
    });

    claim("verbs about a run that is not there neither throw nor hold anyone up", async () => {
      const run = job("exit 0");
      const since = performance.now();
      driver.pause(run);
      driver.resume(run);
      driver.discard(run);
      driver.discardCheckpoint(run.job, { server: driver.server, generation: 1 });
      driver.reap(run.job, run.attempt);
      expect(performance.now() - since).toBeLessThan(1_000);
      expect(told.of("RunExited", run)).toEqual([]);
    });

    claim("a run that is not there cannot be paused, and that is told", async () => {
      const run = job("exit 0");
      driver.pause(run);
      expect((await told.first("RunPauseFailed", run)).reason).not.toBe("");
    });

    claim("a run that succeeds tells its start, then exactly one exit", async () => {
      const run = job("exit 0");
      driver.start(run);
      const exit = await exitOf(run);
      expect(exit).toMatchObject({ outcome: { kind: "succeeded" }, exitCode: 0 });
      const types = told.all.map(({ type }) => type).filter((type) => type !== "RunPreparing");
      expect(types).toEqual(["RunStarted", "RunExited"]);
      expect(told.of("RunStarted", run)[0]?.handle).not.toBe("");
    });

    claim("starting twice for one attempt starts once", async () => {
      const run = job('echo begun; while [ ! -e "$SCHEDULEARN_CHECKPOINT_DIR/go" ]; do sleep 0.1; done');
      const listener = begin(run);
      driver.start(run);
      await listener.heard("begun");
      driver.start(run);
      driver.stop(run, "SIGTERM", 0);
      await exitOf(run);
      expect(told.of("RunStarted", run)).toHaveLength(1);
      if (!("output is whole, in order, and has each line once" in exceptions)) {
        await listener.done;
        expect(listener.texts()).toEqual(["begun"]);
      }
    });

    claim("another exit code than 0 is the application's failure", async () => {
      const run = job("exit 3");
      driver.start(run);
      const exit = await exitOf(run);
      expect(exit).toMatchObject({ outcome: { kind: "failed", cause: { origin: "application", code: "exit" } } });
      expect(exit.exitCode).toBe(3);
    });

    claim("a command that does not exist is named, and is the application's failure", async () => {
      const run = job("", { command: ["/no/such/program", "--fast"] });
      driver.start(run);
      const { outcome } = await exitOf(run);
      expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "application", code: "command-not-found" } });
      expect(outcome).toHaveProperty("cause.message", expect.stringContaining("/no/such/program"));
      expect(told.of("RunStarted", run)).toEqual([]);
    });

    claim("a run that a signal ends fails by the application's fault", async () => {
      const run = job("kill -SEGV $$; sleep 60");
      driver.start(run);
      const { outcome } = await exitOf(run);
      expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "application" } });
      expect(outcome).toHaveProperty("cause.message", expect.stringMatching(/SIGSEGV|139/));
    });

    claim("a run finds what the job contract promises", async () => {
      house.secrets.API_KEY = "s3cret";
      const run = job(
        `echo "$SCHEDULEARN_JOB_ID $SCHEDULEARN_ATTEMPT $SCHEDULEARN_START_REASON $NVIDIA_VISIBLE_DEVICES"
         echo "$MY_OWN $API_KEY"
         cat ${SCHEDULEARN}/allocation.json | tr -d '\\n '; echo
         ${SCHEDULEARN}/discover_hosts.sh
         echo x > "$SCHEDULEARN_CHECKPOINT_DIR/file" && echo kept`,
        { env: { MY_OWN: "value" }, secretNames: ["API_KEY"] },
        { attempt: 4, reason: "retried" },
      );
      const listener = begin(run);
      await listener.done;
      const [ids, own, allocation, hosts, kept] = listener.texts();
      expect(ids).toBe(`${run.job} 4 retried void`);
      expect(own).toBe("value s3cret");
      expect(JSON.parse(allocation ?? "")).toMatchObject({ generation: 1, gpus: 0, cores: 1, servers: [{ rank: 0 }] });
      expect(hosts).toMatch(/^\S+:1$/);
      expect(kept).toBe("kept");
    });

    claim("a stopped run may save and speak, and has stopped whatever its exit code", async () => {
      const run = job(`trap 'echo saved; exit 7' TERM; echo ready; ${FOR_EVER}`);
      const listener = begin(run);
      await listener.heard("ready");
      driver.stop(run, "SIGTERM", 60);
      expect(await exitOf(run)).toMatchObject({ outcome: { kind: "stopped" } });
      await listener.done;
      expect(listener.texts("stdout")).toEqual(["ready", "saved"]);
    });

    claim("a run that polls finds stop_requested", async () => {
      const run = job(`trap '' TERM; echo ready; while [ ! -e ${SCHEDULEARN}/stop_requested ]; do sleep 0.1; done`);
      const listener = begin(run);
      await listener.heard("ready");
      driver.stop(run, "SIGTERM", 600);
      expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    });

    claim("a run that does not heed the signal is killed after its grace", async () => {
      const run = job(`trap '' TERM; echo ready; ${FOR_EVER}`);
      await begin(run).heard("ready");
      driver.stop(run, "SIGTERM", 1);
      expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    });

    claim("a second stop with less grace hurries", async () => {
      const run = job(`trap '' TERM; echo ready; ${FOR_EVER}`);
      await begin(run).heard("ready");
      driver.stop(run, "SIGTERM", 600);
      driver.stop(run, "SIGTERM", 0);
      expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    });

    claim("a stop told before the run has started ends it all the same, once", async () => {
      const run = job(FOR_EVER);
      driver.start(run);
      driver.stop(run, "SIGTERM", 0);
      expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    });

    claim("a stop that crosses the exit ends in one exit", async () => {
      const run = job("exit 0");
      driver.start(run);
      await told.first("RunStarted", run);
      driver.stop(run, "SIGTERM", 0);
      expect(["succeeded", "stopped"]).toContain((await exitOf(run)).outcome.kind);
      driver.stop(run, "SIGTERM", 0);
      const next = job("exit 0");
      driver.start(next);
      await exitOf(next);
      await exitOf(run);
    });

    claim("a stop of a run that never was tells that it is over", async () => {
      const run = job("exit 0");
      driver.stop(run, "SIGTERM", 0);
      expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    });

    claim("pause freezes a run, resume lets it go on, and a paused run can be stopped", async () => {
      const tick = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";
      const [run, sibling] = [job(tick), job(tick)];
      const [listener, clock] = [begin(run), begin(sibling)];
      await listener.heard("2");
      driver.pause(run);
      let [frozenAt, since] = [-1, 0];
      await until("the paused run prints nothing while its sibling prints ten lines", () => {
        if (listener.lines.length !== frozenAt) [frozenAt, since] = [listener.lines.length, clock.lines.length];
        return clock.lines.length >= since + 10;
      });
      driver.resume(run);
      await until("the run goes on", () => listener.lines.length > frozenAt);
      driver.pause(run);
      for (const each of [run, sibling]) driver.stop(each, "SIGTERM", 60);
      expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
      expect((await exitOf(sibling)).outcome).toEqual({ kind: "stopped" });
      expect(told.of("RunPauseFailed", run)).toEqual([]);
    });

    claim("prepare and start make one run", async () => {
      const run = job("exit 0");
      driver.prepare(run);
      await told.first("RunPrepared", run);
      expect(told.of("RunStarted", run)).toEqual([]);
      driver.start(run);
      expect((await exitOf(run)).outcome).toEqual({ kind: "succeeded" });
      expect(told.of("RunStarted", run)).toHaveLength(1);
    });

    claim("prepare and discard leave nothing, and tell no exit", async () => {
      const run = job("exit 0");
      driver.prepare(run);
      await told.first("RunPrepared", run);
      driver.discard(run);
      driver.discardCheckpoint(run.job, { server: driver.server, generation: run.checkpoint.generation });
      await until("nothing remains", async () => (await bench.remains()).length === 0);
      expect(told.of("RunExited", run)).toEqual([]);
    });

    claim("the next life of a server adopts what runs", async () => {
      const run = job(`trap 'exit 5' TERM; ${FOR_EVER}`);
      driver.start(run);
      await told.first("RunStarted", run);
      await driver.close();
      const later = new Told();
      driver = await house.connect(bench.servers[0], later);
      const { runs } = await driver.connect(AbortSignal.timeout(30_000));
      expect(runs).toContainEqual({ job: run.job, attempt: run.attempt });
      driver.adopt(run);
      driver.adopt(run);
      await later.first("RunStarted", run);
      expect(told.of("RunExited", run)).toEqual([]);
      driver.stop(run, "SIGTERM", 60);
      expect((await later.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
      expect(later.all.map(({ type }) => type)).toEqual(["RunStarted", "RunExited"]);
    });

    claim("the next life of a server learns of an exit that happened meanwhile", async () => {
      const run = job('echo said; : > "$SCHEDULEARN_CHECKPOINT_DIR/done"; exit 4');
      driver.start(run);
      await told.first("RunStarted", run);
      await driver.close();
      const later = new Told();
      driver = await house.connect(bench.servers[0], later);
      const folder = { server: driver.server, generation: run.checkpoint.generation };
      await until("the run wrote its last file", async () => {
        const tar = await readWhole(await driver.readCheckpoint(run.job, folder, AbortSignal.timeout(30_000)));
        return tar.includes("done");
      });
      driver.adopt(run);
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
      driver.adopt(run);
      expect((await exitOf(run)).outcome).toMatchObject({
        kind: "failed",
        cause: { origin: "infrastructure", code: "server-lost" },
      });
    });

    claim("output is whole, in order, and has each line once", async () => {
      const run = job(
        "i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo out $i; [ $((i % 3)) = 0 ] && echo err $i >&2; done; printf last",
      );
      const listener = begin(run);
      await listener.done;
      const numbers = Array.from({ length: 1500 }, (_, i) => i + 1);
      expect(listener.texts("stdout")).toEqual([...numbers.map((i) => `out ${i}`), "last"]);
      expect(listener.texts("stderr")).toEqual(numbers.filter((i) => i % 3 === 0).map((i) => `err ${i}`));

      for (const at of [0, 1, 500, listener.lines.length - 2, listener.lines.length - 1]) {
        const position: OutputPosition = {};
        const seen = listener.lines.slice(0, at + 1);
        for (const line of seen) position[line.stream] = line.position;
        const again = listen(run, position);
        await again.done;
        for (const stream of ["stdout", "stderr"] as const) {
          const before = seen.filter((line) => line.stream === stream).map(({ text }) => text);
          expect([...before, ...again.texts(stream)]).toEqual(listener.texts(stream));
        }
      }
    });

    claim("a bar that rewrites itself counts as one line, and is heard of before it ends", async () => {
      const run = job(
        `while [ ! -e ${SCHEDULEARN}/stop_requested ]; do printf '\\rone\\rtwo\\r'; sleep 0.1; done; echo three`,
      );
      const listener = begin(run);
      await until("the bar is heard of", () =>
        listener.outputs.some(({ kind, text }) => kind === "update" && text === "two"),
      );
      expect(listener.lines).toEqual([]);
      driver.stop(run, "SIGCONT", 60);
      await listener.done;
      expect(listener.texts()).toEqual(["three"]);
    });

    claim("a follow that nobody wants any more ends, and the run goes on", async () => {
      const run = job(`echo ready; ${FOR_EVER}`);
      const listener = begin(run);
      await listener.heard("ready");
      await listener.leave();
      expect(told.of("RunExited", run)).toEqual([]);
    });

    claim("a checkpoint moves to another server with its job", async () => {
      const save = `cd "$SCHEDULEARN_CHECKPOINT_DIR"; mkdir -p deep; echo 41 > deep/step; ln -s deep/step latest; : > empty
        head -c 300000 /dev/zero > large; chmod 600 large`;
      const run = job(save);
      driver.start(run);
      expect((await exitOf(run)).outcome).toEqual({ kind: "succeeded" });

      const [from, to] = bench.servers;
      const other = await house.connect(to);
      const [share] = run.on;
      const moved: RunOrder = {
        ...job('cd "$SCHEDULEARN_CHECKPOINT_DIR"; cat latest; ls; wc -c < large; echo more >> large'),
        job: run.job,
        attempt: 2,
        reason: "migrated",
        on: share ? [{ ...share, server: to }] : [],
        checkpoint: { generation: 2, from: { server: from, generation: 1 } },
      };
      other.start(moved);
      expect((await exitOf(moved)).outcome).toEqual({ kind: "succeeded" });
      const listener = new Listener(other, moved);
      await listener.done;
      expect(listener.texts().map((text) => text.trim())).toEqual(["41", "deep", "empty", "large", "latest", "300000"]);
      expect(told.of("CheckpointCarried", moved)).toMatchObject([{ bytes: 300_003, files: 3 }]);

      driver.reap(run.job, run.attempt);
      driver.discardCheckpoint(run.job, { server: from, generation: 1 });
      await until("the old folder is gone", () =>
        driver.readCheckpoint(run.job, { server: from, generation: 1 }, new AbortController().signal).then(
          async (stream) => {
            await readWhole(stream).catch(() => {});
            return false;
          },
          () => true,
        ),
      );
    });

    claim("a checkpoint that cannot be had is an infrastructure failure, and the run does not start", async () => {
      const run = job(
        "echo started",
        {},
        { attempt: 2, checkpoint: { generation: 2, from: { server: "gone", generation: 1 } } },
      );
      driver.start(run);
      expect((await exitOf(run)).outcome).toMatchObject({
        kind: "failed",
        cause: { origin: "infrastructure", code: "checkpoint-carry" },
      });
      expect(told.of("RunStarted", run)).toEqual([]);
    });

    claim("reap leaves nothing of a run, of a strange one that still runs neither", async () => {
      const [over, strange] = [job("exit 0"), job(FOR_EVER)];
      driver.start(over);
      driver.start(strange);
      await exitOf(over);
      await told.first("RunStarted", strange);
      for (const run of [over, strange]) {
        driver.reap(run.job, run.attempt);
        driver.discardCheckpoint(run.job, { server: driver.server, generation: 1 });
      }
      await until("nothing remains", async () => (await bench.remains()).length === 0);
    });

    claim("close leaves no timer, socket or child behind, and tells nothing more", async () => {
      await driver.close();
      const kept = countResources();
      driver = await house.connect(bench.servers[0]);
      const run = job(FOR_EVER);
      const listener = begin(run);
      await told.first("RunStarted", run);
      await driver.close();
      await listener.done.catch(() => {});
      await until("all handles are let go", () =>
        [...countResources()].every(([kind, n]) => n <= (kept.get(kind) ?? 0)),
      );
      expect(told.of("RunExited", run)).toEqual([]);
      expect((await bench.remains()).length).toBeGreaterThan(0);
    });
  });

  if (excepted.size > 0) throw new Error(`exceptions from claims that nobody makes: ${[...excepted].join("; ")}`);
}

/** What keeps this process alive, by kind. The wait between two looks is a timer itself and over by then. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
