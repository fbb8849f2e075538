import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { policies } from "../../src/policies/index.ts";
import { runSimulate } from "./run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schedulearn-requests-"));
});

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}
const requests = (...lines: string[]): string => file("requests.csv", ...lines);

/** Four cores, speed in proportion to them, no costs. Rows of `job_id,first_start_s,end_s,preemptions`. */
async function simulated(from: string, policy: string, ...more: string[]): Promise<string[]> {
  const out = join(folder, "jobs.csv");
  const ran = await runSimulate(
    ...["--requests", from, "--cluster", "cores:4", "--scaling", "1", "--costs", "none"],
    ...["--policy", policy, "--jobs-out", out, "--quiet", ...more],
  );
  expect(ran.code, ran.stderr).toBe(0);
  const [header, ...rows] = readFileSync(out, "utf8").trimEnd().split("\n");
  const columns = (header as string).split(",").map((name, i) => [name, i] as const);
  const at = ["job_id", "first_start_s", "end_s", "preemptions"].map(
    (wanted) => columns.find(([name]) => name === wanted)?.[1] as number,
  );
  return rows.map((row) => at.map((i) => row.split(",")[i]).join(","));
}
const rule = (name: string): string[] => ["--option", `coreAllocation=${name}`];

test("strict: who asks for more than is free waits, and who is behind waits too", async () => {
  const from = requests("execution,a,tf,3,0,0,100", "execution,b,tf,2,10,0,50", "execution,c,tf,1,0,0,50");
  expect(await simulated(from, "fifo", ...rule("strict"))).toEqual(["a,0,100,0", "b,100,150,0", "c,100,150,0"]);
});

test("always-attend: a program starts with the core that is free, and gets what it asked for when there is more", async () => {
  const from = requests("execution,a,tf,3,0,0,100", "execution,b,tf,2,10,0,50");
  // b has 100 core-seconds of work: 90 with one core until a ends, 10 with two.
  expect(await simulated(from, "fifo", ...rule("always-attend"))).toEqual(["a,0,100,0", "b,10,105,0"]);
});

test("max-prop: who comes makes those that run give cores, in proportion to what each asks for", async () => {
  const from = requests("execution,a,tf,4,0,0,100", "execution,b,tf,4,10,0,25");
  // Two cores each from 10 on: b is through at 60, a has done 40 + 100 of 400 by then and has four again.
  expect(await simulated(from, "fifo", ...rule("max-prop"))).toEqual(["a,0,125,0", "b,10,60,0"]);
});

test("an update gives a running program more cores, without a restart", async () => {
  const from = requests("execution,a,tf,2,0,0,100", "update,a,tf,4,20,0");
  expect(await simulated(from, "fifo")).toEqual(["a,0,60,0"]);
});

test("an update takes cores from a running program at once, and who waits for them starts", async () => {
  const from = requests("execution,a,tf,4,0,0,100", "execution,b,tf,2,10,0,50", "update,a,tf,2,10,0");
  expect(await simulated(from, "fifo")).toEqual(["a,0,180,0", "b,20,70,0"]);
});

test("an update of the priority decides who is next", async () => {
  const from = requests(
    ...["execution,a,tf,4,0,0,100", "execution,b,tf,4,0,1,10", "execution,c,tf,4,0,2,10", "update,c,tf,4,50,0"],
  );
  expect(await simulated(from, "priority", "--option", "preemptive=false")).toEqual([
    ...["a,0,100,0", "b,110,120,0", "c,100,110,0"],
  ]);
});

test("programs that cannot change keep their threads, and what is asked of them while they run is refused and told", async () => {
  const from = requests("execution,a,tf,2,0,0,100", "update,a,tf,4,20,0");
  const ran = await runSimulate(
    ...["--requests", from, "--cluster", "cores:4", "--scaling", "1", "--costs", "none", "--fixed", "--policy", "fifo"],
  );
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toMatch(/at 20 s: cores of job-1 can only change while it waits; it is running/);
});

test("priority 0 goes first: a program of priority 2 is frozen for it and goes on where it was", async () => {
  const from = requests("execution,a,tf,4,0,2,100", "execution,b,tf,4,10,0,20");
  expect(await simulated(from, "priority", "--option", "minRunSeconds=0")).toEqual(["a,0,120,1", "b,10,30,0"]);
});

test("round robin freezes one program for another after each quantum", async () => {
  const from = requests("execution,a,tf,4,0,0,20", "execution,b,tf,4,0,0,20");
  expect(await simulated(from, "round-robin", "--option", "quantumSeconds=10")).toEqual(["a,0,30,1", "b,10,40,1"]);
});

test("durations come from the table of programs where the requests have none, measured with so many threads", async () => {
  const programs = file("programs.csv", "image,duration_s,threads", "tf,100,2", "torch,30,");
  const from = requests("execution,a,tf,4,0,0", "execution,b,torch,4,0,0", "execution,c,tf,4,0,0,7");
  expect(await simulated(from, "fifo", "--programs", programs)).toEqual(["a,0,50,0", "b,50,80,0", "c,80,87,0"]);
});

test("a measured curve says how much faster more cores are", async () => {
  const speedups = file("speedups.csv", "model,num_gpus,throughput", "tf,1,10", "tf,2,18", "tf,4,30");
  const from = requests("execution,a,tf,2,0,0,100", "update,a,tf,4,50,0");
  // Half is done at 50; the rest goes 30/18 times as fast.
  expect(await simulated(from, "fifo", "--speedups", speedups)).toEqual(["a,0,80,0"]);
});

test("pools of a given size use no more cores than they have threads, whatever is free", async () => {
  const from = requests("execution,a,tf,1+1,0,0,100", "execution,b,tf,1,0,0,100");
  expect(await simulated(from, "fifo", "--elastic", "4")).toEqual(["a,0,100,0", "b,0,50,0"]);
});

test.each([
  [["execution,a,tf,2,0,0"], [], /requests\.csv:1:1: it does not say how long the program takes: .*--programs FILE/],
  [["execution,a,tf,8,0,0,10"], [], /requests\.csv:1:1: instance a wants 8 cores; the largest server has 4/],
  [["execution,a,tf,2,0,0,10"], ["--cluster", "2x4"], /no server has cores: give a cluster such as --cluster cores:16/],
  [["execution,a,tf,2,0,0,10"], ["--trace", "x.csv"], /give --trace or --requests, not both/],
])("%j %j is refused", async (lines, more, problem) => {
  const ran = await runSimulate(
    ...["--requests", requests(...lines), "--cluster", "cores:4", "--policy", "fifo", ...more],
  );
  expect([ran.code, ran.stdout]).toEqual([1, ""]);
  expect(ran.stderr).toMatch(problem);
});

test("requests drawn by lot end under every policy, the same each time, and can be written down and run again", async () => {
  const out = join(folder, "drawn.csv");
  const args = ["--cluster", "cores:2x8", "--policy", "all", "--costs", "none", "--json", "--quiet", "--seed", "7"];
  const random = "random:count=12,gap=20,deviation=10,threads=1-8,updates=0.6";
  const drawn = await runSimulate("--requests", random, ...args, "--requests-out", out);
  expect(drawn.code, drawn.stderr).toBe(0);
  const { trace: _, ...first } = JSON.parse(drawn.stdout);
  for (const { key } of policies)
    expect([key, first.policies[key].jobs, first.policies[key].unfinished]).toEqual([key, 12, 0]);
  const again = await runSimulate("--requests", out, ...args.with(3, "fifo"));
  const { trace: __, ...second } = JSON.parse(again.stdout);
  expect(second.policies.fifo).toEqual(first.policies.fifo);
});
