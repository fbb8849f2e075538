import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "packed-"));
let server: ChildProcess | null = null;
afterAll(async () => {
  if (server && server.exitCode === null) {
    server.kill();
    await once(server, "close");
  }
  rmSync(folder, { recursive: true, force: true });
});

const npm = (...args: string[]) => spawnSync("npm", args, { encoding: "utf8", timeout: 150_000 });

/** Only the registry can say which versions there are. */
const isReachable = npm("ping", "--fetch-retries=0", "--fetch-timeout=5000").status === 0;

test("npm install -g of what npm pack makes is the whole product, without a clone, a build or development tools", async (context) => {
  context.skip(!isReachable, "it needs npm's registry");
  const packed = npm("pack", "--json", "--loglevel=error", "--pack-destination", folder);
  expect(packed.status, packed.stderr).toBe(0);
  const [archive] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const installed = npm(
    "install",
    "--global",
    "--prefix",
    join(folder, "prefix"),
    ...quiet,
    join(folder, archive ?? ""),
  );
  expect(installed.status, installed.stderr).toBe(0);
  const home = join(folder, "prefix/lib/node_modules/schedulearn");
  expect(existsSync(join(home, "src"))).toBe(false);
  expect(existsSync(join(home, "node_modules/typescript"))).toBe(false);
  expect(existsSync(join(home, "dist/clients/web/index.html"))).toBe(true);
  // Where there is no prebuilt binary of the database's driver it takes minutes to compile: that of the clone does.
  cpSync("node_modules/sqlite3", join(home, "node_modules/sqlite3"), { recursive: true });

  const program = join(folder, "prefix/bin/schedulearn");
  const { SCHEDULEARN_URL: _, ...env } = process.env;
  const run = (args: string[], url?: string) =>
    spawnSync(program, args, { encoding: "utf8", cwd: folder, env: { ...env, ...(url && { SCHEDULEARN_URL: url }) } });
  expect(run(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  server = spawn(program, ["start", "--port", "0", "--data", join(folder, "data")], {
    cwd: folder,
    env: { ...env, DOCKER_HOST: "unix:///nowhere.sock" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  server.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  await expect.poll(() => said, { timeout: 60_000, interval: 50 }).toMatch(/API +http/);
  const url = /API +(\S+)/.exec(said)?.[1] ?? "";
  const submitted = run(["submit", "--follow", "--", "echo packed"], url);
  expect([submitted.status, submitted.stdout]).toEqual([0, "packed\n"]);
  expect(await (await fetch(new URL("/", url))).text()).toMatch(/<!doctype html>/i);
});
