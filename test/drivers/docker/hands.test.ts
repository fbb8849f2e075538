import { expect, test } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { Driver } from "../../../src/drivers/driver.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, Told } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1 });
const mortal = useLab({ hosts: 1, liveRestore: false });

const UNTIL_TOLD = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done";

shared.describe("a container that somebody else ends", () => {
  const bench = new DockerBench(shared);

  test.for([
    ["docker kill", (id: string) => bench.host().docker.getContainer(id).kill(), "SIGKILL"],
    ["docker stop, which it obeys well", (id: string) => bench.host().docker.getContainer(id).stop(), "SIGTERM"],
  ] as const)("by %s is neither the program's failure nor its success", async ([, end, signal]) => {
    const driver = await bench.connect();
    const run = bench.order(UNTIL_TOLD);
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    await end(handle);
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "interference", message: expect.stringContaining(signal) },
    });
  });

  test("from the machine itself, past the engine, is told as what can be known: a signal, perhaps for want of memory", async () => {
    const driver = await bench.connect();
    const run = bench.order(UNTIL_TOLD);
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    process.kill((await bench.host().docker.getContainer(handle).inspect()).State.Pid, "SIGKILL");
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject({
      cause: { origin: "application", code: "signal", message: expect.stringContaining("memory") },
    });
  });

  test("while no scheduler watches is told the same by the next one", async () => {
    const driver = await bench.connect();
    const run = bench.order(UNTIL_TOLD);
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    await driver.close();
    await bench.host().docker.getContainer(handle).kill();
    const later = new Told();
    (await bench.connect({}, 0, later)).adopt(run);
    expect((await later.first("RunExited", run)).outcome).toMatchObject({ cause: { code: "interference" } });
  });
});

mortal.describe("an engine that takes its containers along", () => {
  const bench = new DockerBench(mortal);
  const lost = { kind: "failed", cause: { origin: "infrastructure", code: "server-lost" } };
  const running = async (command: string): Promise<[Driver, RunOrder]> => {
    const driver = await bench.connect();
    const run = bench.order(`${command} echo ready; while :; do sleep 0.1; done`);
    driver.start(run);
    await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    return [driver, run];
  };

  test.for([
    ["has the signal end them", ""],
    ["has them end well", "trap 'exit 0' TERM;"],
    ["has them end badly", "trap 'exit 3' TERM;"],
  ] as const)("in good order, and %s, is the cause, and no hand", async ([, command]) => {
    const [, run] = await running(command);
    await bench.host().stop();
    await bench.host().start();
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject(lost);
  });

  test.for(["kill", "stop"] as const)(
    "by %s, while no scheduler watched, is the cause for the next one",
    async (how) => {
      const [driver, run] = await running("");
      await driver.close();
      await bench.host()[how]();
      await bench.host().start();
      const later = new Told();
      (await bench.connect({}, 0, later)).adopt(run);
      expect((await later.first("RunExited", run)).outcome).toMatchObject(lost);
    },
  );

  test("still tells a hand from its own end", async () => {
    const [, run] = await running("trap 'exit 0' TERM;");
    await bench
      .host()
      .docker.getContainer((await bench.told.first("RunStarted", run)).handle)
      .stop();
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject({ cause: { code: "interference" } });
    await bench.host().stop();
    await bench.host().start();
    expect(bench.told.of("RunExited", run)).toHaveLength(1);
  });
});
