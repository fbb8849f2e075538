import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import { describe, expect, test } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import { Engine } from "../../../src/drivers/docker/engine/engine.ts";
import { remembered } from "../../../src/drivers/docker/run/hands.ts";
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

describe("an engine that is asked of an end that it has not told of", () => {
  const [begun, ended] = [1_000, 2_000];
  const event = (second: number, Action: string, ID = "run") => ({
    time: second,
    Action,
    Actor: { ID, Attributes: {} },
  });

  /** What an engine tells of the run that remembers these events; null for one that takes no connection. */
  async function told(events: readonly ReturnType<typeof event>[] | null) {
    const folder = mkdtempSync(join(tmpdir(), "hands-"));
    const server = createServer(({ url }, response) => {
      const { searchParams } = new URL(url ?? "", "http://engine");
      const { container = [] } = JSON.parse(searchParams.get("filters") ?? "{}") as { container?: string[] };
      const [since, until] = ["since", "until"].map((name) => Number(searchParams.get(name))) as [number, number];
      const wanted = events?.filter(
        ({ time, Actor }) => time >= since && time <= until && (container.length === 0 || container.includes(Actor.ID)),
      );
      response.end(wanted?.map((each) => `${JSON.stringify(each)}\n`).join(""));
    });
    const socket = join(folder, "docker.sock");
    if (events) await new Promise<void>((resolve) => server.listen(socket, resolve));
    const engine = new Engine(`unix://${socket}`);
    const [StartedAt, FinishedAt] = [begun, ended].map((second) => new Date(second * 1000).toISOString());
    const info = { Id: "run", State: { StartedAt, FinishedAt } } as ContainerInspectInfo;
    try {
      return await remembered(engine, info, new AbortController().signal);
    } finally {
      engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    }
  }

  test.for([
    ["was there when it knows of the start: it is busy", [event(begun, "start"), event(ended + 9, "die")], true],
    ["was there when it knows of anything before the end", [event(ended - 1, "start", "another")], true],
    ["is another life of it when all that it knows of came later", [event(ended + 9, "start", "another")], false],
    ["is about to end when it takes no connection", null, false],
  ] as const)("%s", async ([, events, end]) => {
    expect(await told(events)).toMatchObject({ end, askedBy: null });
  });
});
