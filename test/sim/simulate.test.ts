import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runSimulate } from "./run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schedulearn-sim-"));
});

const HEADER = "job_id,submit_time_s,num_gpus,duration_s";
function trace(...rows: string[]): string {
  const path = join(folder, "trace.csv");
  writeFileSync(path, `${rows.join("\n")}\n`);
  return path;
}
const three = (): string => trace(HEADER, "a,0,2,100", "b,10,4,50", "c,20,2,30");

test("strict fifo on four GPUs: the second waits for all, the third behind it", async () => {
  const out = join(folder, "jobs.csv");
  const ran = await runSimulate(
    ...["--trace", three(), "--cluster", "pool:4", "--policy", "fifo", "--costs", "none", "--jobs-out", out, "--json"],
  );
  expect(ran.code, ran.stderr).toBe(0);
  expect(readFileSync(out, "utf8")).toBe(
    "job_id,first_start_s,end_s,preemptions\na,0,100,0\nb,100,150,0\nc,150,180,0\n",
  );
  const { policies } = JSON.parse(ran.stdout);
  expect(policies.fifo).toMatchObject({
    jobs: 3,
    meanJct: (100 + 140 + 160) / 3,
    medianJct: 140,
    makespan: 180,
    meanQueueingDelay: (0 + 90 + 130) / 3,
    preemptions: 0,
    utilisation: (2 * 100 + 4 * 50 + 2 * 30) / (4 * 180),
  });
});

test("a start costs what it is said to cost", async () => {
  const out = join(folder, "jobs.csv");
  await runSimulate(
    ...["--trace", three(), "--cluster", "2x2", "--policy", "fifo", "--costs", "start=5,stop=2", "--jobs-out", out],
  );
  expect(readFileSync(out, "utf8").split("\n").slice(1, 3)).toEqual(["a,5,105,0", "b,110,160,0"]);
});

test("what other simulators call a policy is that policy with its options, and several run at once", async () => {
  const args = ["--trace", three(), "--cluster", "pool:4", "--costs", "none", "--json", "--quiet"];
  const ours = await runSimulate(...args, "--policy", "fifo", "--option", "backfill=fit");
  const theirs = await runSimulate(...args, "--policy", "fjf,fifo", "--jobs-out", join(folder, "out.csv"));
  expect(JSON.parse(theirs.stdout).policies.fjf).toEqual(JSON.parse(ours.stdout).policies.fifo);
  expect(readdirSync(folder).sort()).toEqual(["out.fifo.csv", "out.fjf.csv", "trace.csv"]);
});

test("the same input gives the same output, byte for byte", async () => {
  const args = ["--trace", three(), "--cluster", "2x2", "--policy", "fifo,round-robin,elastic-fifo", "--json"];
  const [one, two] = [await runSimulate(...args), await runSimulate(...args)];
  expect(one.code, one.stderr).toBe(0);
  expect(one.stdout).toBe(two.stdout);
});

test("an elastic job ends sooner with more GPUs, by the measured curve of its model", async () => {
  const speedups = join(folder, "speedups.csv");
  writeFileSync(speedups, "model,num_gpus,throughput\nvgg,1,10\nvgg,2,15\nvgg,4,20\n");
  const out = join(folder, "jobs.csv");
  const path = trace(`${HEADER},model`, "a,0,2,100,vgg");
  const args = ["--trace", path, "--cluster", "pool:4", "--costs", "none", "--speedups", speedups, "--jobs-out", out];
  const ran = await runSimulate(...args, "--policy", "elastic-fifo");
  expect(ran.code, ran.stderr).toBe(0);
  expect(readFileSync(out, "utf8")).toContain("\na,0,75,0\n"); // 100 s at 15, so 75 s at 20
  await runSimulate(...args, "--policy", "elastic-fifo", "--fixed");
  expect(readFileSync(out, "utf8")).toContain("\na,0,100,0\n");
});

test.each([
  [["x,0,two,5"], 'trace.csv:2:5: num_gpus must be a whole number of at least 1, not "two"'],
  [["x,0,1,5", "y,-1,1,5"], 'trace.csv:3:3: submit_time_s must be a number of at least 0, not "-1"'],
  [["x,0,1"], "trace.csv:2:1: expected 4 values (job_id,submit_time_s,num_gpus,duration_s), found 3"],
  [["x,0,1,5", "x,1,1,5"], "trace.csv:3:1: job_id x is already that of line 2"],
  [["x,0,5,5"], "trace.csv:2: job x wants 5 GPUs, the cluster has 4"],
])("a malformed row is told of with its place and what was expected: %s", async (rows, message) => {
  const out = join(folder, "jobs.csv");
  const ran = await runSimulate(
    ...["--trace", trace(HEADER, ...rows), "--cluster", "pool:4", "--policy", "fifo", "--jobs-out", out],
  );
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(message);
  expect(existsSync(out)).toBe(false);
});

test.each([
  [["--policy", "fify"], "there is no policy fify"],
  [["--policy", "fifo", "--option", "speed=9"], "has no option speed"],
  [["--policy", "fifo", "--cluster", "4by4"], "--cluster must be SERVERSxGPUS"],
  [["--policy", "fifo", "--costs", "strat=3"], "did you mean start?"],
  [["--policy", "fifo", "--placement", "nowhere"], "there is no placement nowhere"],
  [["--policy", "fifo", "--jobs-out", "/nowhere/jobs.csv"], "/nowhere/jobs.csv cannot be written"],
  [["--policy", "fifo", "--trace", "nothing.csv"], "nothing.csv cannot be read"],
])("a wrong argument is told of in words: %s", async (args, message) => {
  const ran = await runSimulate("--trace", three(), "--cluster", "pool:4", ...args);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(message);
});
