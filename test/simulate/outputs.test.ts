import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runSimulate } from "../sim/run.ts";

let folder: string;
let trace: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outputs-"));
  trace = join(folder, "trace.csv");
  writeFileSync(
    trace,
    "job_id,submit_time_s,num_gpus,duration_s,user,deadline_s\na,0,2,100,ann,\nb,10,4,50,bob,120\nc,20,2,30,ann,500\n",
  );
});
const simulate = (...args: string[]) =>
  runSimulate("--trace", trace, "--cluster", "pool:4", "--costs", "none", ...args);

test("--details has every metric of each job", async () => {
  const out = join(folder, "details.csv");
  const ran = await simulate("--policy", "fifo", "--details", out);
  expect(ran.code, ran.stderr).toBe(0);
  const [header = "", ...rows] = readFileSync(out, "utf8").trim().split("\n");
  const names = header.split(",");
  const b = Object.fromEntries((rows[1] ?? "").split(",").map((value, i) => [names[i], value]));
  expect(b).toEqual({
    ...{ job_id: "b", user: "bob", type: "generic", size: "4", submit_s: "10", first_start_s: "100", end_s: "150" },
    ...{ queueing_delay_s: "90", waiting_s: "90", service_s: "50", jct_s: "140", alone_s: "50", slowdown: "2.8" },
    ...{
      gpu_seconds: "200",
      core_seconds: "0",
      lost_gpu_seconds: "0",
      preemptions: "0",
      migrations: "0",
      resizes: "0",
    },
    ...{ deadline_s: "120", late: "true" },
  });
});

test("the metrics of a run are those that its jobs come to", async () => {
  const ran = await simulate("--policy", "fifo", "--json");
  const slowdowns = [100 / 100, 140 / 50, 160 / 30];
  const users = [((slowdowns[0] ?? 0) + (slowdowns[2] ?? 0)) / 2, slowdowns[1] ?? 0];
  const jain = (all: number[]): number => sum(all) ** 2 / (all.length * sum(all.map((x) => x * x)));
  const close = (value: number) => expect.closeTo(value, 9);
  expect(JSON.parse(ran.stdout).policies.fifo).toEqual({
    ...{ jobs: 3, unfinished: 0, makespan: 180, throughput: 60, preemptions: 0, migrations: 0, resizes: 0 },
    ...{ meanJct: close(400 / 3), medianJct: 140, p95Jct: close(158), p99Jct: close(159.6) },
    ...{ meanQueueingDelay: close(220 / 3), medianQueueingDelay: 90, p95QueueingDelay: close(126) },
    ...{ meanWaiting: close(220 / 3), meanService: 60, meanSlowdown: close(sum(slowdowns) / 3) },
    ...{ gpuSeconds: 460, lostGpuSeconds: 0, utilisation: close(460 / 720), coreUtilisation: 0, fragmentation: 0 },
    ...{ fairness: close(jain(slowdowns)), userFairness: close(jain(users)), deadlines: 2, deadlineMisses: 1 },
  });
});
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test("the table fits a hundred columns and marks the best; --columns chooses what it shows", async () => {
  const ran = await simulate("--compare", "all", "--quiet");
  expect(ran.code, ran.stderr).toBe(0);
  for (const line of ran.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  const chosen = await simulate("--policy", "fifo,sjf", "--columns", "meanJct,p99Jct,jobs");
  expect(chosen.stdout).toBe("policy  mean JCT  p99  jobs\nfifo         133  160     3\nsjf           90* 139*    3\n");
});

test("the table of a cluster without GPUs says nothing of their use", async () => {
  const requests = join(folder, "requests.csv");
  writeFileSync(requests, "execution,0,resnet,4,0,2,300\n");
  const ran = await runSimulate("--requests", requests, "--cluster", "cores:8", "--policy", "fifo");
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain(" cores ");
  expect(ran.stdout).not.toContain(" used ");
});

test.each([
  [["--jobs-out", "FOLDER"], "it is a folder"],
  [["--jobs-out", "TRACE"], "trace.csv, which is read"],
  [["--jobs-out", "FOLDER/o.csv", "--details", "FOLDER/./o.csv"], "o.csv, which is written as well"],
  [["--jobs-out", "/dev/null"], "it is not a file"],
  [["--details", "FOLDER/nowhere/o.csv"], "there is no folder FOLDER/nowhere"],
  [["--details", "TRACE/o.csv"], "TRACE is not a folder"],
])("an output that cannot be written is told of before anything runs: %s", async (args, reason) => {
  mkdirSync(join(folder, "sub"));
  const paths = args.map((arg) => arg.replace("FOLDER", folder).replace("TRACE", trace));
  const ran = await simulate("--policy", "fifo", ...paths);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain("cannot be written: ");
  expect(ran.stderr).toContain(reason.replace("FOLDER", folder).replace("TRACE", trace));
  expect(ran.stderr).not.toContain("rounds in");
  expect(readdirSync(folder).sort()).toEqual(["sub", "trace.csv"]);
});

test.each([
  [["--policy", "tiresas"], 1, "there is no policy tiresas, did you mean tiresias?"],
  [["--policy", "fifo", "--option", "backfil=fit"], 1, "backfill"],
  [["--policy", "fifo", "--placement", "consolidate,spred"], 1, "there is no placement spred, did you mean spread?"],
  [["--policy", "fifo", "--columns", "meanJTC"], 1, "did you mean meanJct?"],
  [["--policy", "fifo", "--threads", "0"], 1, "--threads must be a whole number of at least 1"],
  [["--policy", "fifo", "--seed", "1.5"], 1, "--seed must be a whole number of at least 0"],
  [["--study", "speedups"], 1, "did you mean speedup?"],
  [["--polcy", "fifo"], 2, "there is no option --polcy, did you mean --policy?"],
])("what was mistyped is told with the word that was meant: %s", async (args, code, message) => {
  const ran = await simulate(...args);
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toContain(message);
});

test("GPUs that are free in pieces too small for a job that waits are told as fragmentation", async () => {
  writeFileSync(trace, "job_id,submit_time_s,num_gpus,duration_s\na,0,1,100\nb,0,1,100\nc,10,2,50\n");
  const args = ["--trace", trace, "--cluster", "2x2", "--costs", "none", "--policy", "fifo", "--json"];
  const ran = await runSimulate(...args, "--placement", "consolidate,spread");
  const { policies } = JSON.parse(ran.stdout);
  expect(policies["fifo+consolidate"]).toMatchObject({ fragmentation: 0, makespan: 100 });
  // One GPU of each server is free, and c wants two of one, from 10 s until 100 s of 150 s.
  expect(policies["fifo+spread"]).toMatchObject({
    makespan: 150,
    fragmentation: expect.closeTo((2 * 90) / (4 * 150), 9),
  });
});
