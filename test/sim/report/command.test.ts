import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runSimulate } from "../run.ts";

let folder: string;
let trace: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schedulearn-report-"));
  trace = join(folder, "trace.csv");
  writeFileSync(trace, "job_id,submit_time_s,num_gpus,duration_s\na,0,2,100\nb,10,4,50\n");
});

test("simulate --report writes one page about all policies, the same each time", async () => {
  const path = join(folder, "report.html");
  const args = ["--trace", trace, "--cluster", "2x2", "--compare", "fifo,srtf", "--report", path, "--quiet"];
  const ran = await runSimulate(...args);
  expect(ran.code, ran.stderr).toBe(0);
  const page = readFileSync(path, "utf8");
  const data = JSON.parse((/id="data">(.*?)<\/script>/s.exec(page) as RegExpExecArray)[1] as string);
  expect(data.runs.map(({ name }: { name: string }) => name)).toEqual(["fifo", "srtf"]);
  expect(data.command).toBe(["schedulearn simulate", ...args].join(" "));
  expect(Object.fromEntries(data.settings)).toMatchObject({
    Jobs: "2 of trace.csv",
    Cluster: "2x2",
    Costs: "start=30",
  });
  await runSimulate(...args);
  expect(readFileSync(path, "utf8")).toBe(page);
});

test("a report that cannot be written is refused before anything runs", async () => {
  const path = join(folder, "missing", "report.html");
  const jobs = join(folder, "jobs.csv");
  const args = ["--trace", trace, "--cluster", "2x2", "--policy", "fifo", "--report", path, "--jobs-out", jobs];
  const ran = await runSimulate(...args);
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(`${path} cannot be written`)]);
  expect([existsSync(path), existsSync(jobs)]).toEqual([false, false]);
});
