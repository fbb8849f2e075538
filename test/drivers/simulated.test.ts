import { describe, expect, it } from "vitest";
import type { RunOrder, RunRef } from "../../src/core/command.ts";
import type { Cause } from "../../src/core/outcome.ts";
import type { Instant } from "../../src/core/time.ts";
import type { Output } from "../../src/drivers/driver.ts";
import { type Faults, type SimulatedOptions, simulatedDriver } from "../../src/drivers/simulated.ts";
import { simulatedWorld } from "../../src/drivers/simulated-world.ts";
import { type Bench, driverContract } from "./contract.ts";
import { resized } from "./contract-resize.ts";
import { simulatedServers } from "./simulated-servers.ts";
import { orderOf } from "./support.ts";

const HOUR = 3_600_000;
const noOutput = "nothing is run, so nothing prints";
const noFiles = "nothing is run, so there are no files";

/** Reads from the contract's scripts what would become of them. */
function scriptedFaults(scripts: Map<string, string>, { job }: RunRef): Faults | undefined {
  const code = Number(/exit (\d+)/.exec(scripts.get(job) ?? "")?.[1] ?? 0);
  if (code === 0) return undefined;
  const message = `exited with code ${code}`;
  return {
    exit: { outcome: { kind: "failed", cause: { origin: "application", code: "exit", message } }, exitCode: code },
  };
}

function simulatedBench(): Promise<Bench> {
  const world = simulatedWorld();
  const scripts = new Map<string, string>();
  return Promise.resolve({
    servers: ["left", "right"],
    spec: {},
    open: (server, context) =>
      simulatedDriver({
        server,
        gpus: 2,
        cores: 4,
        memoryMiB: 1024,
        context,
        world,
        duration({ job, spec }) {
          const script = spec.command.at(-1) ?? "";
          scripts.set(job, script);
          return script.includes("while") ? HOUR : 5;
        },
        faults: (run) => scriptedFaults(scripts, run),
      }),
    remains: () => {
      const runs = [...world.servers.values()].flatMap((server) => [...server.keys()]);
      return Promise.resolve([...runs, ...world.checkpoints.keys()]);
    },
    cleanup: () => Promise.resolve(),
  });
}

driverContract("simulated", simulatedBench, {
  exceptions: {
    "a command that does not exist is named, and is the application's failure": "no command is looked for",
    "a run that never started leaves no checkpoint folder": "no command is looked for",
    "a run that a signal ends fails by the application's fault": "nobody is there to send it",
    "a run finds what the job contract promises": "nothing is run, so nobody looks",
    "a stopped run may save and speak, and has stopped whatever its exit code": noOutput,
    "a run that polls finds stop_requested": noFiles,
    "a run that does not heed the signal is killed after its grace": noOutput,
    "a second stop with less grace hurries": noOutput,
    "pause freezes a run, resume lets it go on, and a paused run can be stopped": noOutput,
    "the next life of a server learns of an exit that happened meanwhile": noFiles,
    "output is whole, in order, and has each line once": noOutput,
    "a run that is started twice prints its lines once": noOutput,
    "a bar that rewrites itself counts as one line, and is heard of before it ends": noOutput,
    "a follow that nobody wants any more ends, and the run goes on": noOutput,
    "a checkpoint moves to another server with its job": noFiles,
    "a checkpoint folder that is not there is refused for good, and none is made by asking": noFiles,
    "a resized run has its cores with all its processes, finds its grant, and is told of it": noOutput,
    "a resize that is told twice is done once and answered twice, an older one is only answered": noOutput,
    "a run without a signal for it is resized in silence": noOutput,
    "a paused run is resized as it stands, and goes on with its new grant when it is resumed": noOutput,
    "whoever reads the grant while it is replaced finds the one or the other, whole": noFiles,
    "the next life of a server brings a resize that it is told again to the same end": noOutput,
  },
});

/** A clock that stands still until it is told to go. */
class VirtualClock {
  #now: Instant = 0;
  readonly #timers = new Map<object, { at: Instant; wake: () => void }>();

  now = (): Instant => this.#now;

  at = (at: Instant, wake: () => void): (() => void) => {
    const key = {};
    this.#timers.set(key, { at, wake });
    return () => this.#timers.delete(key);
  };

  get pending(): number {
    return this.#timers.size;
  }

  runTo(end: Instant): void {
    for (;;) {
      const [first] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (!first) break;
      const [key, { at, wake }] = first;
      this.#timers.delete(key);
      this.#now = Math.max(this.#now, at);
      wake();
    }
    this.#now = end;
  }
}

function lab(options: Partial<SimulatedOptions> = {}) {
  const clock = new VirtualClock();
  const { told, open } = simulatedServers(clock, options);
  const exits = (run: RunOrder) => told.of("RunExited", run).map(({ at, outcome }) => [at, outcome.kind]);
  return { clock, told, open, exits };
}

const again = (run: RunOrder, patch: Partial<RunOrder> = {}): RunOrder => ({
  ...run,
  attempt: run.attempt + 1,
  ...patch,
});

describe("simulated runs", () => {
  it("take what starting costs and then their duration", () => {
    const { clock, told, open, exits } = lab({ costs: { prepareMillis: 300, startMillis: 200 } });
    const run = orderOf("a", {});
    open("a").start(run);
    clock.runTo(60_000);
    expect(told.of("RunStarted", run).map(({ at }) => at)).toEqual([500]);
    expect(exits(run)).toEqual([[10_500, "succeeded"]]);
  });

  it("start sooner when they were prepared", () => {
    const { clock, told, open } = lab({ costs: { prepareMillis: 300, startMillis: 200 } });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.prepare(run);
    clock.runTo(1_000);
    driver.start(run);
    clock.runTo(2_000);
    expect(told.of("RunPrepared", run).map(({ at }) => at)).toEqual([300]);
    expect(told.of("RunStarted", run).map(({ at }) => at)).toEqual([1_200]);
  });

  it("go on after a preemption where they saved, by another size too", () => {
    const { clock, open, exits } = lab({
      costs: { stopMillis: 100 },
      duration: ({ attempt }) => (attempt === 1 ? 10_000 : 4_000),
    });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(2_500);
    driver.stop(run, "SIGTERM", 30);
    clock.runTo(5_000);
    expect(exits(run)).toEqual([[2_600, "stopped"]]);
    const next = again(run, { checkpoint: run.checkpoint });
    driver.start(next);
    clock.runTo(60_000);
    expect(exits(next)).toEqual([[5_000 + 3_000, "succeeded"]]);
  });

  it("begin again when there was no time to save, or nothing is ever saved", () => {
    for (const [grace, saves] of [
      [0.05, true],
      [30, false],
    ] as const) {
      const { clock, open, exits } = lab({ costs: { stopMillis: 100 }, saves: () => saves });
      const [driver, run] = [open("a"), orderOf("a", {})];
      driver.start(run);
      clock.runTo(2_500);
      driver.stop(run, "SIGTERM", grace);
      clock.runTo(5_000);
      const next = again(run, { checkpoint: run.checkpoint });
      driver.start(next);
      clock.runTo(60_000);
      expect(exits(next)).toEqual([[15_000, "succeeded"]]);
    }
  });

  it("are hurried by a second stop with less grace", () => {
    const { clock, open, exits } = lab({ costs: { stopMillis: 9_000 } });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(1_000);
    driver.stop(run, "SIGTERM", 30);
    driver.stop(run, "SIGTERM", 2);
    clock.runTo(60_000);
    expect(exits(run)).toEqual([[3_000, "stopped"]]);
  });

  it("carry what they did to another server, which costs time", () => {
    const { clock, told, open, exits } = lab({ costs: { carryMillis: 700 } });
    const [left, right, run] = [open("a"), open("b"), orderOf("a", {})];
    left.start(run);
    clock.runTo(4_000);
    left.stop(run, "SIGTERM", 30);
    clock.runTo(4_000);
    const next = again(run, { checkpoint: { generation: 2, from: { server: "a", generation: 1 } } });
    right.start(next);
    clock.runTo(60_000);
    expect(told.of("CheckpointCarried", next)).toMatchObject([{ at: 4_700, millis: 700 }]);
    expect(exits(next)).toEqual([[4_700 + 6_000, "succeeded"]]);
  });

  it("do nothing while they are paused", () => {
    const { clock, open, exits } = lab();
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(4_000);
    driver.pause(run);
    clock.runTo(HOUR);
    expect(exits(run)).toEqual([]);
    driver.resume(run);
    clock.runTo(2 * HOUR);
    expect(exits(run)).toEqual([[HOUR + 6_000, "succeeded"]]);
  });

  it("go on at the speed of their new size with what they have done, after what resizing costs", () => {
    const duration = ({ on }: RunOrder) => 40_000 / (on[0]?.cores.length ?? 0);
    const { clock, told, open, exits } = lab({ duration, costs: { resizeMillis: 500 } });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(10_000);
    driver.resize(resized(run, 2, { cores: [0, 1, 2, 3] }));
    clock.runTo(13_500); // a quarter was done, now it is 0.25 + 3 / 10
    driver.resize(resized(run, 3, { cores: [0, 1] }));
    driver.resize(resized(run, 3, { cores: [0, 1] }));
    driver.resize(resized(run, 2, { cores: [0, 1, 2, 3] }));
    clock.runTo(60_000);
    expect(told.of("RunResized", run).map(({ at, generation }) => [at, generation])).toEqual([
      [10_500, 2],
      [14_000, 3],
      [14_000, 3],
      [14_000, 2],
    ]);
    expect(exits(run)).toEqual([[14_000 + 0.45 * 20_000, "succeeded"]]);
  });

  it("take over another size also while they are paused, or while they take over one", () => {
    const duration = ({ on }: RunOrder) => 40_000 / (on[0]?.cores.length ?? 0);
    const { clock, told, open, exits } = lab({ duration, costs: { resizeMillis: 500 } });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(10_000);
    driver.resize(resized(run, 2, { cores: [0, 1] }));
    clock.runTo(10_200);
    driver.resize(resized(run, 3, { cores: [0] }));
    clock.runTo(14_700); // 10 s and 4 s of work are done
    driver.pause(run);
    driver.resize(resized(run, 4, { cores: [0, 1, 2, 3] }));
    clock.runTo(HOUR);
    driver.resume(run);
    clock.runTo(2 * HOUR);
    expect(told.of("RunResized", run).map(({ at, generation }) => [at, generation])).toEqual([
      [10_500, 2],
      [10_700, 3],
      [15_200, 4],
    ]);
    expect(exits(run)).toEqual([[HOUR + 26_000 / 4, "succeeded"]]);
  });

  it("are answered for in the next life of their server, and only while they are not over", () => {
    const { clock, told, open, exits } = lab({ costs: { resizeMillis: 500 } });
    const [first, run] = [open("a"), orderOf("a", {})];
    first.start(run);
    clock.runTo(1_000);
    const order = resized(run, 2);
    first.resize(order);
    void first.close();
    clock.runTo(2_000);
    expect(told.of("RunResized", run)).toEqual([]);
    const later = open("a");
    later.adopt(order);
    later.resize(order);
    expect(told.of("RunResized", run)).toMatchObject([{ at: 2_000, generation: 2 }]);
    clock.runTo(10_400);
    later.resize(resized(run, 3));
    later.stop(run, "SIGTERM", 0);
    clock.runTo(60_000);
    later.resize(resized(run, 4));
    expect(exits(run)).toEqual([[10_400, "stopped"]]);
    expect(told.of("RunResized", run)).toHaveLength(1);
  });

  it("print progress lines evenly, and go on counting in the next run", async () => {
    const { clock, open } = lab({ progressLines: 5 });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(4_500);
    driver.stop(run, "SIGTERM", 30);
    const next = again(run, { checkpoint: run.checkpoint });
    clock.runTo(5_000);
    driver.start(next);
    clock.runTo(60_000);
    const read = async (of: RunOrder, from?: string) => {
      const lines: Output[] = [];
      const position = from === undefined ? {} : { stdout: from };
      for await (const batch of driver.follow(of, position, AbortSignal.timeout(5_000))) lines.push(...batch);
      return lines.map((line) => [
        line.kind === "line" && line.at,
        (JSON.parse(line.text) as { schedulearn: { step: number } }).schedulearn.step,
      ]);
    };
    expect(await read(run)).toEqual([
      [2_000, 1],
      [4_000, 2],
    ]);
    expect(await read(next)).toEqual([
      [6_500, 3],
      [8_500, 4],
      [10_500, 5],
    ]);
    expect(await read(next, "2")).toEqual([[10_500, 5]]);
  });

  it("are followed while they run", async () => {
    const { clock, open } = lab({ progressLines: 2 });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    clock.runTo(0);
    const follow = driver.follow(run, {}, AbortSignal.timeout(5_000))[Symbol.asyncIterator]();
    const first = follow.next();
    clock.runTo(5_000);
    expect((await first).value).toMatchObject([{ at: 5_000 }]);
    const second = follow.next();
    clock.runTo(10_000);
    expect((await second).value).toMatchObject([{ at: 10_000 }]);
    expect((await follow.next()).done).toBe(true);
  });

  it("are adopted by the next life of their server, what ended meanwhile with its true time", () => {
    const { clock, told, open, exits } = lab();
    const [long, short, driver] = [orderOf("a", {}), orderOf("a", {}), open("a")];
    driver.start(short);
    clock.runTo(5_000);
    driver.start(long);
    clock.runTo(6_000);
    void driver.close();
    expect(clock.pending).toBe(0);
    clock.runTo(12_000);
    told.all.length = 0;
    const later = open("a");
    for (const run of [long, short]) later.adopt(run);
    clock.runTo(60_000);
    expect(exits(short)).toEqual([[10_000, "succeeded"]]);
    expect(exits(long)).toEqual([[15_000, "succeeded"]]);
    expect(told.of("RunStarted", long).map(({ at }) => at)).toEqual([5_000]);
  });

  it("need one timer each, and none when they are over", () => {
    const { clock, open } = lab();
    const driver = open("a");
    const runs = Array.from({ length: 1_000 }, () => orderOf("a", {}));
    for (const run of runs) driver.start(run);
    clock.runTo(5_000);
    expect(clock.pending).toBe(1_000);
    clock.runTo(60_000);
    expect(clock.pending).toBe(0);
  });
});

describe("a simulated driver can be told to", () => {
  const cause: Cause = { origin: "infrastructure", code: "image-pull", message: "no such image", permanent: true };
  const faulty = (faults: Faults) => {
    const found = lab({ faults: () => faults });
    return { ...found, driver: found.open("a"), run: orderOf("a", {}) };
  };

  it("refuse to start, with a cause", () => {
    const { clock, told, driver, run } = faulty({ refuseStart: cause });
    driver.start(run);
    clock.runTo(60_000);
    expect(told.all).toMatchObject([{ type: "RunExited", outcome: { kind: "failed", cause } }]);
  });

  it("end a run with any outcome at any share of its work", () => {
    const { clock, told, driver, run } = faulty({
      exit: { outcome: { kind: "failed", cause }, exitCode: 9, at: 0.25 },
    });
    driver.start(run);
    clock.runTo(60_000);
    expect(told.of("RunExited", run)).toMatchObject([{ at: 2_500, exitCode: 9, outcome: { cause } }]);
  });

  it("refuse to stop", () => {
    const { clock, driver, run, exits } = faulty({ refuseStop: true });
    driver.start(run);
    clock.runTo(1_000);
    driver.stop(run, "SIGTERM", 0);
    clock.runTo(60_000);
    expect(exits(run)).toEqual([[10_000, "succeeded"]]);
  });

  it("hear nothing of another size", () => {
    const { clock, told, driver, run, exits } = faulty({ refuseResize: true });
    driver.start(run);
    clock.runTo(1_000);
    driver.resize(resized(run, 2));
    clock.runTo(60_000);
    expect(told.of("RunResized", run)).toEqual([]);
    expect(exits(run)).toEqual([[10_000, "succeeded"]]);
  });

  it("refuse to pause", () => {
    const { clock, told, driver, run, exits } = faulty({ refusePause: "frozen shut" });
    driver.start(run);
    clock.runTo(1_000);
    driver.pause(run);
    clock.runTo(60_000);
    expect(told.of("RunPauseFailed", run)).toMatchObject([{ reason: "frozen shut" }]);
    expect(exits(run)).toEqual([[10_000, "succeeded"]]);
  });

  it("speak late", () => {
    const { clock, told, driver, run } = faulty({ lateMillis: 400 });
    driver.start(run);
    clock.runTo(399);
    expect(told.all).toEqual([]);
    clock.runTo(400);
    expect(told.all).toMatchObject([{ type: "RunStarted", at: 0 }]);
  });

  it("speak twice", () => {
    const { clock, told, driver, run } = faulty({ twice: true });
    driver.start(run);
    clock.runTo(60_000);
    expect(told.all.map(({ type }) => type)).toEqual(["RunStarted", "RunStarted", "RunExited", "RunExited"]);
  });

  it("lose an exit until the run is adopted", () => {
    const { clock, driver, run, exits } = faulty({ loseExit: true });
    driver.start(run);
    clock.runTo(60_000);
    expect(exits(run)).toEqual([]);
    driver.adopt(run);
    expect(exits(run)).toEqual([[10_000, "succeeded"]]);
  });
});
