import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createClient, type SchedulearnClient } from "../clients/sdk/index.ts";
import { backupCommand } from "../src/backup.ts";
import { verifyLogCommand } from "../src/verify-log.ts";
import { type House, startHouse } from "./clients/house.ts";

let house: House;
let client: SchedulearnClient;
let target: string;
let out = "";

beforeAll(async () => {
  house = await startHouse({ servers: "alpha=local" });
  client = createClient({ url: house.url, webSocket: WebSocket });
  target = mkdtempSync(join(tmpdir(), "backup-"));
});
afterAll(async () => {
  await client.close();
  await house.end();
});
beforeEach(() => {
  out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  return () => vi.restoreAllMocks();
});

const data = (): string => join(house.folder, "data");
const logOf = async (at: SchedulearnClient, id: string): Promise<string[]> =>
  (await at.logs(id, { first: 1000 })).lines.map(({ text }) => text);

test("a backup of a server that works restores its jobs, their output and its settings, and its log verifies", async () => {
  const done = await client.waitFor(
    (await client.submit({ command: "echo first; echo second", cores: { count: 1 } })).id,
  );
  const running = await client.submit({
    command: "i=0; while :; do echo line $((i+=1)); sleep 0.05; done",
    cores: { count: 1 },
  });
  const told: string[] = [];
  for await (const { lines } of client.followLogs(running.id))
    if (told.push(...lines.map(({ text }) => text)) >= 2) break;
  await client.setPolicy({ policy: "sjf" });

  const file = join(target, "one.tar");
  expect(await backupCommand([file, "--data", data()])).toBe(0);
  expect(out).toMatch(/^\d+ files in .*one\.tar, \d+ MiB\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(target)).toEqual(["one.tar"]);
  await client.cancel(running.id, 0);
  await client.waitFor(running.id);

  const folder = join(target, "restored");
  mkdirSync(join(folder, "data"), { recursive: true });
  execFileSync("tar", ["-xpf", file, "-C", join(folder, "data")]);
  expect(await verifyLogCommand(["--data", join(folder, "data")])).toBe(0);
  const restored = await startHouse({ servers: "alpha=local", folder });
  const again = createClient({ url: restored.url, webSocket: WebSocket });
  try {
    expect(await again.job(done.id)).toMatchObject({ status: "COMPLETED", name: done.name });
    expect(await logOf(again, done.id)).toEqual(["first", "second"]);
    expect((await logOf(again, running.id)).slice(0, told.length)).toEqual(told);
    expect(told.slice(0, 2)).toEqual(["line 1", "line 2"]);
    expect((await again.cluster()).policy).toBe("sjf");
    expect((await again.cluster()).id).toBe((await client.cluster()).id);
    expect((await again.waitFor((await again.submit({ command: "true", cores: { count: 1 } })).id)).id).toBe("job-3");
  } finally {
    await again.cancel(running.id, 0).catch(() => {});
    await again.waitFor(running.id).catch(() => {});
    await again.close();
    await restored.end();
  }
});

test("it overwrites nothing, says what is missing, and leaves nothing half-written", async () => {
  const file = join(target, "two.tar");
  expect(await backupCommand([file, "--no-checkpoints", "--json", "--data", data()])).toBe(0);
  const told = JSON.parse(out) as { file: string; bytes: number; files: number };
  expect(told).toMatchObject({ file, bytes: statSync(file).size });
  const before = readFileSync(file);
  await expect(backupCommand([file, "--data", data()])).rejects.toThrow(
    /two\.tar is there already: choose another name/,
  );
  expect(readFileSync(file).equals(before)).toBe(true);
  await expect(backupCommand([join(target, "three.tar"), "--data", join(target, "nowhere")])).rejects.toThrow(
    /there is no database .*nowhere/,
  );
  await expect(backupCommand([join(target, "no", "four.tar"), "--data", data()])).rejects.toThrow(/cannot be written/);
  expect(readdirSync(target).filter((name) => name.includes("part") || /three|four/.test(name))).toEqual([]);
  expect(await backupCommand(["--help"])).toBe(0);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
  rmSync(file);
});
