import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runSimulate } from "../sim/run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "study-"));
});
function file(name: string, ...lines: string[]): string {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return join(folder, name);
}
const speedups = (): string =>
  file("speedups.csv", "model,num_gpus,throughput", "vgg,1,10", "vgg,2,18", "vgg,4,30", "bert,1,5", "bert,2,10");
const HEADER = "job_id,submit_time_s,num_gpus,duration_s,model";

async function study(name: string, ...args: string[]): Promise<Record<string, unknown>[]> {
  const ran = await runSimulate("--study", name, "--json", "--quiet", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout).rows;
}

test("speed-up by type and size is as measured, and the estimator's fit is near", async () => {
  const rows = await study("speedup", "--speedups", speedups());
  expect(rows.map(({ type, gpus, speedup, efficiency }) => [type, gpus, speedup, efficiency])).toEqual([
    ["vgg", 1, 1, 1],
    ["vgg", 2, 1.8, 0.9],
    ["vgg", 4, 3, 0.75],
    ["bert", 1, 1, 1],
    ["bert", 2, 2, 1],
  ]);
  for (const { speedup, fitted } of rows)
    expect(Math.abs(Math.log((fitted as number) / (speedup as number)))).toBeLessThan(0.1);
});

test("more GPUs shorten the makespan and more jobs lengthen it; no cluster is tried that is too small for a job", async () => {
  const rows = Array.from({ length: 8 }, (_, i) => `${i},0,2,100,vgg`);
  const found = await study(
    ...(["scalability", "--trace", file("trace.csv", HEADER, ...rows), "--cluster", "2x2"] as const),
    ...["--policy", "fifo", "--costs", "none"],
  );
  expect(found.map(({ gpus, servers, jobs, makespan_s }) => [gpus, servers, jobs, makespan_s])).toEqual([
    [4, 2, 2, 100],
    [4, 2, 4, 200],
    [2, 1, 8, 800],
    [4, 2, 8, 400],
    [8, 4, 8, 200],
    [16, 8, 8, 100],
  ]);
});

test("turnaround is told by policy and type of job, on the terminal and as CSV", async () => {
  const trace = file("trace.csv", HEADER, "a,0,4,100,vgg", "b,0,2,10,bert", "c,0,2,20,bert");
  const out = join(folder, "study.csv");
  const args = ["--trace", trace, "--cluster", "pool:4", "--costs", "none", "--policy", "fifo", "--study-out", out];
  const ran = await runSimulate("--study", "policies", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  expect(readFileSync(out, "utf8")).toBe(
    [
      "policy,type,jobs,makespan_s,turnaround_s,waiting_s,service_s,preemptions",
      `fifo,all,3,120,${330 / 3},${200 / 3},${130 / 3},0`,
      "fifo,bert,2,120,115,100,15,0",
      "fifo,vgg,1,100,100,0,100,0\n",
    ].join("\n"),
  );
  expect(ran.stdout).toContain("policy  type  jobs  makespan  turnaround  waiting  service  preemptions\n");
});

test("a study of the same jobs is shown in the report when asked; what a study cannot give is refused", async () => {
  const trace = file("trace.csv", HEADER, "a,0,4,100,vgg", "b,0,2,10,bert");
  const report = join(folder, "report.html");
  const args = ["--trace", trace, "--cluster", "pool:4", "--costs", "none", "--policy", "fifo,sjf", "--quiet"];
  const ran = await runSimulate("--study", "migration", ...args, "--report", report);
  expect(ran.code, ran.stderr).toBe(0);
  for (const run of ["fifo, migrations no, elastic no", "sjf, migrations yes, elastic no"])
    expect(readFileSync(report, "utf8")).toContain(run);
  const other = await runSimulate("--study", "scalability", ...args, "--report", join(folder, "other.html"));
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("--report shows runs of the same jobs")]);
  const jobs = await runSimulate("--study", "policies", ...args, "--jobs-out", join(folder, "jobs.csv"));
  expect([jobs.code, jobs.stderr]).toEqual([1, expect.stringContaining("--jobs-out is not for --study")]);
  expect(readdirSync(folder).sort()).toEqual(["report.html", "trace.csv"]);
});

test("what migrations bring is seen where a job finds room only by a move, and elasticity where GPUs are left over", async () => {
  // Two jobs of one GPU end up on two servers; one of two GPUs then has room only when one of them moves.
  const trace = file(
    "trace.csv",
    HEADER,
    "a,0,1,30,vgg",
    "b,0,1,900,vgg",
    "c,0,1,30,vgg",
    "d,0,1,900,vgg",
    "e,40,2,100,vgg",
  );
  const args = ["--trace", trace, "--cluster", "2x2", "--costs", "none", "--speedups", speedups()];
  const found = await study("migration", ...args, "--policy", "fifo,elastic-fifo");
  const of = (policy: string, migrations: string, elastic: string) =>
    found.find((row) => row.policy === policy && row.migrations === migrations && row.elastic === elastic);
  expect(of("fifo", "no", "no")).toMatchObject({ migrated: 0, resized: 0 });
  expect(of("fifo", "yes", "no")).toMatchObject({ migrated: 1, resized: 0 });
  expect(of("fifo", "yes", "no")?.queueing_s).toBeLessThan(of("fifo", "no", "no")?.queueing_s as number);
  expect(of("elastic-fifo", "no", "yes")?.resized).toBeGreaterThan(0);
  expect(found).toHaveLength(2 + 4);
});
