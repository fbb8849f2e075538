import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Driver } from "../../../src/drivers/driver.ts";
import { allowedCpus } from "../../../src/drivers/process/inventory.ts";
import { resized } from "../contract-resize.ts";
import { House, Listener, orderOf, until } from "../support.ts";
import { type ProcessBench, processBench } from "./bench.ts";

let bench: ProcessBench;
let house: House;
let driver: Driver;

beforeEach(async () => {
  bench = await processBench();
  house = new House((server, context) => bench.open(server, context));
  driver = await house.connect("left");
});
afterEach(async () => {
  await house.close();
  await bench.cleanup();
});

const live = { elasticity: "live", resizeSignal: "SIGCONT" } as const;
const sh = (script: string) => ["/bin/sh", "-c", script];

describe("a resized process run", () => {
  it("has its cores with all threads of all its processes", async () => {
    // Node itself has several threads.
    const script = `
      const { readdirSync, readFileSync } = require("node:fs");
      process.on("SIGUSR2", () => {
        const threads = readdirSync("/proc/self/task").map((id) => readFileSync("/proc/self/task/" + id + "/status", "utf8"));
        const cpus = threads.map((status) => /Cpus_allowed_list:\\s*(\\S+)/.exec(status)[1]);
        console.log(cpus.length > 1, ...new Set(cpus));
      });
      console.log("ready");
      setInterval(() => {}, 1000);`;
    const command = [process.execPath, "-e", script];
    const run = orderOf("left", { ...live, resizeSignal: "SIGUSR2", command });
    driver.start(run);
    const listener = new Listener(driver, run);
    await listener.heard("ready");
    const last = allowedCpus().length - 1;
    driver.resize(resized(run, 2, { cores: [last] }));
    await listener.heard(`true ${allowedCpus()[last]}`);
  });

  it("stays paused when the signal of its resize is the one that would wake it, and hears it when it goes on", async () => {
    const tick = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";
    const told = 'trap "sed -n s/.*generation/generation/p $SCHEDULEARN_DIR/allocation.json" CONT';
    const [run, sibling] = [
      orderOf("left", { ...live, command: sh(`${told}; ${tick}`) }),
      orderOf("left", { command: sh(tick) }),
    ];
    for (const each of [run, sibling]) driver.start(each);
    const [listener, clock] = [new Listener(driver, run), new Listener(driver, sibling)];
    await listener.heard("2");
    driver.pause(run);
    driver.resize(resized(run, 2));
    await house.told.first("RunResized", run);
    let [frozenAt, since] = [-1, 0];
    await until("the paused run prints nothing while its sibling prints ten lines", () => {
      if (listener.lines.length !== frozenAt) [frozenAt, since] = [listener.lines.length, clock.lines.length];
      return clock.lines.length >= since + 10;
    });
    driver.resume(run);
    await until("it hears of its grant", () => listener.texts().some((text) => text.startsWith('generation":2')));
  });

  it("keeps the pause of an earlier life of the server", async () => {
    const run = orderOf("left", { command: sh("echo ready; while :; do sleep 0.05; done") });
    driver.start(run);
    await new Listener(driver, run).heard("ready");
    driver.pause(run);
    await until("that is wanted", () => bench.runFolder("left", run.job).read("wanted.json"));
    await driver.close();
    driver = await house.connect("left");
    driver.adopt(run);
    driver.resize(resized(run, 2));
    await house.told.first("RunResized", run);
    expect(await bench.runFolder("left", run.job).read("wanted.json")).toMatchObject({
      paused: true,
      grant: { generation: 2 },
    });
  });
});
