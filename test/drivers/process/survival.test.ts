import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import { identify, isAlive, type ProcessIdentity } from "../../../src/drivers/process/processes.ts";
import { House, Listener, orderOf, until } from "../support.ts";
import { type ProcessBench, processBench } from "./bench.ts";

const SERVER = fileURLToPath(new URL("./server.mjs", import.meta.url));
const sh = (script: string) => ({ command: ["/bin/sh", "-c", script] });

let bench: ProcessBench;
let house: House;

beforeEach(async () => {
  bench = await processBench();
  house = new House((server, context) => bench.open(server, context));
});
afterEach(async () => {
  await house.close();
  await bench.cleanup();
});

/** Runs `order` in a server of its own, and kills that as soon as the run has started. */
async function startAndDie(order: RunOrder): Promise<void> {
  const options = { server: "left", root: join(bench.root, "left"), gpus: 0 };
  const child = spawn(process.execPath, [SERVER, JSON.stringify(options), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), exited.then(() => Promise.reject(new Error("it never started")))]);
  child.kill("SIGKILL");
  await exited;
}

const aliveOf = async (run: RunOrder, name: "started.json" | "supervisor.json"): Promise<ProcessIdentity> =>
  until(`${name} is there`, () => bench.runFolder("left", run.job).read(name));

describe("a run of a server that was killed", () => {
  it("goes on, and its output and exit code are had whole by the next server", async () => {
    const go = join(bench.root, "go");
    const run = orderOf(
      "left",
      sh(
        `i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; [ $i = 100 ] && while [ ! -e ${go} ]; do sleep 0.05; done; done; exit 6`,
      ),
    );
    await startAndDie(run);
    expect(isAlive(await aliveOf(run, "started.json"))).toBe(true);

    const driver = await house.connect("left");
    driver.adopt(run);
    const listener = new Listener(driver, run);
    await house.told.first("RunStarted", run);
    await listener.heard("line 100");
    driver.start({ ...run, spec: { ...run.spec, ...sh(`: > ${go}`) } }); // told again, it starts nothing
    const opener = orderOf("left", sh(`: > ${go}`));
    driver.start(opener);
    expect(await house.told.first("RunExited", run)).toMatchObject({ exitCode: 6, outcome: { kind: "failed" } });
    await listener.done;
    expect(listener.texts()).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 1}`));
    expect(house.told.of("RunExited", run)).toHaveLength(1);
  });

  it("has ended with its true code when nobody was there to see it", async () => {
    const run = orderOf("left", sh("echo bye; exit 9"));
    await startAndDie(run);
    await until("the exit is written", () => bench.runFolder("left", run.job).read("exit.json"));
    const driver = await house.connect("left");
    driver.adopt(run);
    expect(await house.told.first("RunExited", run)).toMatchObject({ exitCode: 9 });
    const listener = new Listener(driver, run);
    await listener.done;
    expect(listener.texts()).toEqual(["bye"]);
  });

  it("can be stopped by the next server before it is adopted", async () => {
    const run = orderOf("left", sh("trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
    await startAndDie(run);
    const driver = await house.connect("left");
    const listener = new Listener(driver, run);
    await listener.heard("ready");
    driver.stop(run, "SIGTERM", 60);
    expect((await house.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    await listener.done;
    expect(listener.texts("stdout")).toEqual(["ready", "saved"]);
  });
});

describe("a supervisor", () => {
  it("that is killed takes its run along: an infrastructure failure", async () => {
    const driver = await house.connect("left");
    const run = orderOf("left", sh("while :; do sleep 0.05; done"));
    driver.start(run);
    await house.told.first("RunStarted", run);
    const job = await aliveOf(run, "started.json");
    process.kill((await aliveOf(run, "supervisor.json")).pid, "SIGKILL");
    expect((await house.told.first("RunExited", run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "server-lost", message: "its supervisor was killed" },
    });
    await until("the job is gone", () => !isAlive(job));
  });

  it("is not mistaken for another process that got its number", async () => {
    const run = orderOf("left", sh("exit 0"));
    const folder = bench.runFolder("left", run.job);
    await folder.make();
    await folder.write("order.json", { cluster: "contract", order: run });
    const stranger = { ...(identify(process.pid) as ProcessIdentity), startTicks: "1" };
    await folder.write("supervisor.json", stranger);
    await folder.write("started.json", { ...stranger, at: 0 });
    const driver = await house.connect("left");
    driver.adopt(run);
    expect((await house.told.first("RunExited", run)).outcome).toMatchObject({ cause: { code: "server-lost" } });
  });
});

describe("the folder of a process server", () => {
  it("is refused to a second server while the first one lives, and free when it is closed", async () => {
    const first = await house.connect("left");
    await expect(house.connect("left")).rejects.toThrow(/is held by another server/);
    await first.close();
    await house.connect("left");
  });

  it("goes to one of several servers that want it at once", async () => {
    for (let turn = 0; turn < 3; turn++) {
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => house.connect("left")));
      const won = tries.filter((result) => result.status === "fulfilled");
      expect(won).toHaveLength(1);
      await won[0]?.value.close();
    }
  });

  it("tells the runs of its own cluster only", async () => {
    const [own, strange] = [orderOf("left", {}), orderOf("left", {})];
    for (const [cluster, order] of [
      ["contract", own],
      ["another", strange],
    ] as const) {
      const folder = bench.runFolder("left", order.job);
      await folder.make();
      await folder.write("order.json", { cluster, order });
    }
    const driver = await house.connect("left");
    const { runs } = await driver.connect(AbortSignal.timeout(5_000));
    expect(runs).toEqual([{ job: own.job, attempt: 1 }]);
  });
});
