import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runSimulate } from "../sim/run.ts";

const drawn = ["--generate", "nas,jobs=30", "--cluster", "2x4", "--costs", "none", "--quiet", "--json"];

test("several seeds give the mean of what each gives alone, with Student's interval of 95 % around it", async () => {
  const of = async (...args: string[]) =>
    JSON.parse((await runSimulate(...drawn, "--policy", "fifo,sjf", ...args)).stdout);
  const all = await of("--seeds", "3..5");
  expect(all.seeds).toEqual([3, 4, 5]);
  for (const policy of ["fifo", "sjf"]) {
    const alone: number[] = [];
    for (const seed of ["3", "4", "5"]) alone.push((await of("--seed", seed)).policies[policy].meanJct);
    const mean = alone.reduce((a, b) => a + b) / 3;
    const deviation = Math.sqrt(alone.reduce((sum, jct) => sum + (jct - mean) ** 2, 0) / 2);
    expect(all.policies[policy].meanJct).toBeCloseTo(mean, 6);
    expect(all.confidence[policy].meanJct).toBeCloseTo((4.303 * deviation) / Math.sqrt(3), 6);
  }
});

test.each([
  ["1..2000", "at most 1000"],
  ["5..1", "--seeds must be"],
  ["1,x", "--seeds must be"],
])("seeds that make no sense are refused: %s", async (seeds, message) => {
  const ran = await runSimulate(...drawn, "--policy", "fifo", "--seeds", seeds);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(message);
});

test("a run that is through is told with its seed", async () => {
  const ran = await runSimulate(
    "--generate",
    "plain,jobs=5",
    "--cluster",
    "4x4",
    "--policy",
    "fifo",
    "--seeds",
    "2..3",
  );
  expect(ran.stderr).toContain("fifo with seed 2: ");
  expect(ran.stderr).toContain("fifo with seed 3: ");
});

test("seeds are refused where nothing is drawn by lot, and where one run's jobs are asked for", async () => {
  const trace = join(mkdtempSync(join(tmpdir(), "seeds-")), "trace.csv");
  writeFileSync(trace, "job_id,submit_time_s,num_gpus,duration_s\na,0,1,10\n");
  const fixed = await runSimulate("--trace", trace, "--cluster", "2x4", "--policy", "fifo", "--seeds", "1..3");
  expect([fixed.code, fixed.stderr]).toEqual([1, expect.stringContaining("drawn by lot")]);
  const written = await runSimulate(...drawn, "--policy", "fifo", "--seeds", "1..3", "--jobs-out", "out.csv");
  expect([written.code, written.stderr]).toEqual([1, expect.stringContaining("--jobs-out is of one run")]);
});
