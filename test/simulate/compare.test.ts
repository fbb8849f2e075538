import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { simulateInProcess, simulateWithLittleRoom, startSimulate } from "./process.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compare-"));
});

/** Jobs of one to four GPUs, one each 20 s: more than the clusters below have room for. */
function trace(jobs: number): string {
  const path = join(folder, "trace.csv");
  const rows = Array.from({ length: jobs }, (_, i) => `${i},${20 * i},${1 + ((i * 7) % 4)},${100 + ((i * 37) % 300)}`);
  writeFileSync(path, `job_id,submit_time_s,num_gpus,duration_s\n${rows.join("\n")}\n`);
  return path;
}

test("policies in threads of their own come to the very same, in the order asked for, as one after the other", async () => {
  const run = async (threads: string, out: string) =>
    simulateInProcess([
      ...["--trace", trace(60), "--cluster", "2x4", "--compare", "goodput,fifo,tiresias", "--placement", "spread"],
      ...[
        "--json",
        "--quiet",
        "--threads",
        threads,
        "--jobs-out",
        join(folder, out),
        "--details",
        join(folder, `d${out}`),
      ],
    ]);
  const [serial, parallel] = [await run("1", "one.csv"), await run("3", "many.csv")];
  expect([serial.code, serial.stderr]).toEqual([0, ""]);
  expect(parallel).toEqual(serial);
  expect(Object.keys(JSON.parse(parallel.stdout).policies)).toEqual(["goodput", "fifo", "tiresias"]);
  for (const policy of ["goodput", "fifo", "tiresias"])
    for (const name of ["", "d"]) expect(read(`${name}many.${policy}.csv`)).toBe(read(`${name}one.${policy}.csv`));
});
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test("a policy that fails names itself, and what came of the others is told and written", async () => {
  const path = trace(3);
  writeFileSync(
    path,
    `${readFileSync(path, "utf8")
      .replace("duration_s", "duration_s,min_gpus")
      .replaceAll(/\n(\d.*)/g, "\n$1,1")}big,0,8,50,1\n`,
  );
  const ran = await simulateInProcess([
    ...["--trace", path, "--cluster", "pool:4", "--compare", "fifo,elastic-fifo", "--threads", "2"],
    ...["--jobs-out", join(folder, "out.csv")],
  ]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`fifo: ${path}:5: job big wants 8 GPUs, the cluster has 4\n`);
  expect(ran.stdout).toMatch(/^policy .*\nelastic-fifo /);
  expect(readdirSync(folder).sort()).toEqual(["out.elastic-fifo.csv", "trace.csv"]);
});

test("Ctrl-C ends all threads with code 130, and neither a file nor half a line is left", async () => {
  const out = join(folder, "out.csv");
  const { child, ended } = startSimulate([
    ...["--trace", trace(2_000), "--cluster", "2x4", "--compare", "fifo,goodput,afs-l", "--threads", "2"],
    ...["--costs", "none", "--jobs-out", out],
  ]);
  await new Promise<void>((resolve) => child.stderr?.once("data", () => resolve())); // fifo is through
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
  expect(readdirSync(folder)).toEqual(["trace.csv"]);
});

test("a disk that is full leaves no half a file, and says which could not be written", async () => {
  const out = join(folder, "out.csv");
  const ran = await simulateWithLittleRoom(
    ["--trace", trace(600), "--cluster", "pool:64", "--policy", "fifo", "--jobs-out", out, "--quiet"],
    4,
  );
  expect([ran.code, ran.stdout]).toEqual([1, ""]);
  expect(ran.stderr).toContain(`${out} cannot be written: `);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder)).toEqual(["trace.csv"]);
});
