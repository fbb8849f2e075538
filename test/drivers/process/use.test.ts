import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { usesOf } from "../../../src/drivers/process/use.ts";
import { realClock, until } from "../support.ts";

test("one that keeps a core busy is never seen to have had more, however long a look takes", async () => {
  const busy = spawn("sh", ["-c", "while :; do :; done"], { detached: true, stdio: "ignore" });
  let isOver = false;
  const standStill = (): void => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    if (!isOver) setImmediate(standStill);
  };
  onTestFinished(() => {
    isOver = true;
    busy.kill("SIGKILL");
  });
  const group = Number(busy.pid);
  const look = async () => (await usesOf(new Set([group]), realClock)).get(group);
  standStill();
  const late = await until("it is seen", look);
  isOver = true;
  const next = await until("it has worked", async () => {
    const use = await look();
    return use && use.cpuMillis > late.cpuMillis + 200 ? use : null;
  });
  expect(next.cpuMillis - late.cpuMillis).toBeLessThanOrEqual(next.at - late.at + 100);
});
