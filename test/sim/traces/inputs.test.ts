import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runSimulate } from "../run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inputs-"));
});
const file = (name: string, ...lines: string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
};

const HEADER = "job_id,submit_time_s,num_gpus,duration_s,num_cores,gpu_model";
/** First start and end of each job under fifo without costs. */
async function fifo(trace: string, cluster: string, ...more: string[]): Promise<string[]> {
  const out = join(folder, "jobs.csv");
  const ran = await runSimulate(
    ...["--trace", trace, "--cluster", cluster, "--policy", "fifo", "--costs", "none", "--jobs-out", out, ...more],
  );
  expect(ran.code, ran.stderr).toBe(0);
  return readFileSync(out, "utf8").trim().split("\n").slice(1);
}

test("jobs wait for the CPU cores that a trace gives them, where the cluster has any", async () => {
  const trace = file("t.csv", HEADER, "a,0,1,100,6,", "b,0,1,50,6,", "c,0,1,10,,");
  expect(await fifo(trace, "1x4+8", "--option", "backfill=fit")).toEqual(["a,0,100,0", "b,100,150,0", "c,0,10,0"]);
  expect(await fifo(trace, "1x4")).toEqual(["a,0,100,0", "b,0,50,0", "c,0,10,0"]);
});

test("a job on CPU cores alone takes no GPU, and needs a cluster that has cores", async () => {
  const trace = file("t.csv", HEADER, "a,0,0,100,4,", "b,0,0,60,4,", "c,0,1,10,,");
  expect(await fifo(trace, "1x1+4", "--option", "backfill=fit")).toEqual(["a,0,100,0", "b,100,160,0", "c,0,10,0"]);
  const ran = await runSimulate("--trace", trace, "--cluster", "4x4", "--policy", "fifo");
  expect(ran.stderr).toContain("t.csv:2: job a trains on CPU cores alone, and the cluster has none: say how many");
});

test("a job that asks for a make of GPU gets it, on a cluster written as YAML", async () => {
  const cluster = file(
    "c.yaml",
    "servers:",
    "  - { name: old, gpus: { count: 4, model: P100 } }",
    "  - { name: new, gpus: { count: 1, model: A100 } }",
  );
  const trace = file("t.csv", HEADER, "a,0,1,100,,A100", "b,0,1,50,,A100", "c,0,4,10,,");
  expect(await fifo(trace, cluster, "--option", "backfill=fit")).toEqual(["a,0,100,0", "b,100,150,0", "c,0,10,0"]);
  const much = file("u.csv", HEADER, "a,0,2,100,,A100");
  const ran = await runSimulate("--trace", much, "--cluster", cluster, "--policy", "fifo");
  expect(ran.stderr).toContain("u.csv:2: job a wants 2 GPUs of model A100, the cluster has 1");
});

test("a generated workload is written without a policy, and runs the same from its file", async () => {
  const path = join(folder, "made.csv");
  const written = await runSimulate("--generate", "plain,jobs=30", "--seed", "5", "--trace-out", path);
  expect(written).toEqual({ code: 0, stdout: "", stderr: "" });
  const run = (...from: string[]) =>
    runSimulate(...from, "--seed", "5", "--cluster", "2x4", "--policy", "tiresias", "--json", "--quiet");
  const [made, read] = [await run("--generate", "plain,jobs=30"), await run("--trace", path)];
  expect(made.code, made.stderr).toBe(0);
  expect(JSON.parse(made.stdout).policies).toEqual(JSON.parse(read.stdout).policies);
});

test("jobs that cannot be used are left out, and how many is told", async () => {
  const trace = file("p.csv", "timestamp,duration,num_gpus", "2017-10-09 07:01:55,66,1", "2017-10-09 07:01:56,,1");
  const ran = await runSimulate("--trace", trace, "--cluster", "1x4", "--policy", "fifo");
  expect(ran.stderr).toContain("1 job was left out: without GPUs, or never ran");
  expect(ran.stdout).toContain("fifo");
});

test.each([
  [["--trace", "a.csv", "--generate", "nas"], "give one of --trace, --generate, not several"],
  [["--generate", "nas", "--format", "csv"], "--format says what a --trace FILE is like, which is missing"],
  [["--policy", "fifo"], "--trace, --generate, --from-history or --requests is missing"],
  [["--generate", "nas", "--cluster", "none.yaml"], "none.yaml cannot be read: there is no such file"],
])("inputs that make no sense are refused before anything is written: %s", async (args, message) => {
  const out = join(folder, "out.csv");
  const ran = await runSimulate("--cluster", "1x4", "--policy", "fifo", "--trace-out", out, ...args);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(message);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});
