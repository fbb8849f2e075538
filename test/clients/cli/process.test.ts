import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type House, startHouse } from "../house.ts";

const program = fileURLToPath(new URL("../../../bin/schedulearn.mjs", import.meta.url));
let house: House;
beforeAll(async () => {
  house = await startHouse({ servers: "alpha=local" });
});
afterAll(() => house.end());

function start(command: string, ...args: string[]) {
  const child = spawn(command, args, {
    env: { ...process.env, SCHEDULEARN_URL: house.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, out: text(child.stdout), err: text(child.stderr), closed: once(child, "close") };
}

test("the program ends with the exit code of its command", async () => {
  const { out, closed } = start(process.execPath, program, "ls", "--json");
  expect(await closed).toEqual([0, null]);
  expect(JSON.parse(await out)).toEqual({ jobs: [], totalCount: 0 });
  const wrong = start(process.execPath, program, "sl");
  expect(await wrong.closed).toEqual([2, null]);
});

test("a reader that leaves early is no error", async () => {
  const submitted = start(process.execPath, program, "submit", "--follow", "--", "seq 1 100000");
  await submitted.closed;
  const { out, err, closed } = start("/bin/sh", "-c", `"$0" "$1" logs 1 | head -n 1`, process.execPath, program);
  await closed;
  expect([await out, await err]).toEqual(["1\n", ""]);
});

test("Ctrl-C ends a stream with exit code 130 and leaves the job running", async () => {
  const { child, err, closed } = start(process.execPath, program, "submit", "--follow", "--", "echo up; sleep 60");
  child.stdout.once("data", () => child.kill("SIGINT"));
  expect(await closed).toEqual([130, null]);
  const id = /^(job-\d+) goes on/m.exec(await err)?.[1] ?? "";
  const { out, closed: shown } = start(process.execPath, program, "show", id, "--json");
  await shown;
  expect(JSON.parse(await out)).toMatchObject({ id, status: "RUNNING" });
  await start(process.execPath, program, "rm", "--grace", "0", id).closed;
});
