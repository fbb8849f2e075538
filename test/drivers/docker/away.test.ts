import { expect, test } from "vitest";
import { useLab } from "../../lab/shared-lab.ts";
import { isAlive, Listener, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1 });
const mortal = useLab({ hosts: 1, liveRestore: false });

shared.describe("a Docker engine that is away for a while", () => {
  const bench = new DockerBench(shared);

  test("hangs: verbs return at once, its health falls and rises again, and what was told is then done", async () => {
    const driver = await bench.connect();
    const [running, ended] = [bench.order("sleep 1000"), bench.order("read line < /checkpoint/pipe; exit 5")];
    driver.start(running);
    await bench.told.first("RunStarted", running);
    const host = bench.host();
    const late = bench.order("exit 7");
    await host.hang();
    try {
      const since = performance.now();
      driver.start(late);
      driver.pause(running);
      driver.stop(running, "SIGTERM", 60);
      driver.adopt(ended);
      void driver.reap("job-unknown", 1);
      driver.discardCheckpoint("job-unknown", { server: host.name, generation: 1 });
      expect(performance.now() - since).toBeLessThan(1_000); // an engine that hangs is missed after 1.5 s at the earliest
      await until("it counts as down", () => bench.told.healths.includes("down"));
      expect(bench.told.of("RunExited", running)).toEqual([]);
    } finally {
      host.unhang();
    }
    expect((await bench.told.first("RunExited", running)).outcome).toEqual({ kind: "stopped" });
    expect(await bench.told.first("RunExited", late)).toMatchObject({ exitCode: 7 });
    await until("it counts as up", () => bench.told.healths.at(-1) === "up");
    expect(bench.told.healths).toEqual(["suspect", "down", "up"]);
  });

  test("crashes: runs go on, and one that ended meanwhile is told with its true exit code and time", async () => {
    const driver = await bench.connect();
    const ending = bench.order("trap 'exit 42' USR1; echo ready; while :; do sleep 0.1; done");
    const going = bench.order("sleep 1000");
    for (const run of [ending, going]) driver.start(run);
    const { handle } = await bench.told.first("RunStarted", ending);
    await bench.told.first("RunStarted", going);
    await new Listener(driver, ending).heard("ready");
    const host = bench.host();
    const { Pid } = (await host.docker.getContainer(handle).inspect()).State;
    await host.kill();
    process.kill(Pid, "SIGUSR1");
    await until("its process is gone", () => !isAlive(Pid));
    const goneAt = Date.now();
    await until("the engine is missed", () => bench.told.healths.length > 0);
    await host.start();
    const exit = await bench.told.first("RunExited", ending);
    expect(exit).toMatchObject({ exitCode: 42, outcome: { cause: { code: "exit" } } });
    expect(exit.at).toBeLessThanOrEqual(goneAt + 500);
    expect(bench.told.of("RunExited", going)).toEqual([]);
    driver.stop(going, "SIGTERM", 0);
    expect((await bench.told.first("RunExited", going)).outcome).toEqual({ kind: "stopped" });
  });

  test("is cut off: it is missed, and the runs of before are told of once it is back", async () => {
    const driver = await bench.connect();
    const run = bench.order("trap 'exit 9' USR1; echo ready; while :; do sleep 0.1; done");
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    const host = bench.host();
    await host.cut();
    try {
      await until("it counts as down", () => bench.told.healths.includes("down"));
      await host.docker.getContainer(handle).kill({ signal: "SIGUSR1" });
      expect(bench.told.of("RunExited", run)).toEqual([]);
    } finally {
      await host.heal();
    }
    expect(await bench.told.first("RunExited", run)).toMatchObject({
      exitCode: 9,
      outcome: { cause: { origin: "application", code: "exit" } },
    });
  });

  test("cannot be reached at first: connect says so, and its coming up is told", async () => {
    const host = bench.host();
    await host.stop();
    try {
      await expect(bench.connect()).rejects.toThrow(/ECONNREFUSED/);
      await until("it counts as down", () => bench.told.healths.includes("down"));
    } finally {
      await host.start();
    }
    await until("it counts as up", () => bench.told.healths.includes("up"));
  });
});

mortal.describe("a Docker engine that takes its containers along when it ends", () => {
  const bench = new DockerBench(mortal);

  test("fails their runs as the server's fault, not the program's", async () => {
    const driver = await bench.connect();
    const run = bench.order("sleep 1000");
    driver.start(run);
    await bench.told.first("RunStarted", run);
    await bench.host().kill();
    await bench.host().start();
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "server-lost" },
    });
  });
});
