import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { seeded } from "../../src/placement/random.ts";
import { runSimulate } from "./run.ts";

const program = fileURLToPath(new URL("../../bin/schedulearn.mjs", import.meta.url));
const COLUMNS = ["job_id", "submit_time_s", "num_gpus", "duration_s", "model", "user", "priority", "deadline_s"];
const POLICIES = "fifo,srtf,tiresias,elastic-tiresias,goodput";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schedulearn-same-"));
});

/** Sixteen jobs, with the columns in that order. */
function trace(columns: readonly string[]): string {
  const random = seeded(7);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const rows = Array.from({ length: 16 }, (_, i) => {
    const submit = Math.floor(i * 60 * random());
    const values: Record<string, unknown> = {
      job_id: `İ-${i}`, // a letter that languages disagree about
      submit_time_s: submit,
      num_gpus: pick(1, 1, 2, 4),
      duration_s: 100 + Math.floor(1_000 * random()),
      model: pick("vgg", "bert", "ırmak"),
      user: pick("ann", "Bob", "çiğdem"),
      priority: pick(0, 1, 5),
      deadline_s: submit + 5_000,
    };
    return columns.map((column) => values[column]).join(",");
  });
  const path = join(folder, `${columns[0]}.csv`, "trace.csv");
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `${columns.join(",")}\n${rows.join("\n")}\n`);
  return path;
}

/** Everything that is drawn by lot or searched for is asked for. */
const argsFor = (path: string, out: string): string[] => {
  mkdirSync(join(folder, out));
  return [
    ...["--trace", path, "--cluster", "4x4", "--policy", POLICIES, "--placement", "genetic", "--seed", "3", "--json"],
    ...[
      "--costs",
      "start=30,checkpoint-every=300,interference=0.2,spread=0.9",
      "--failures",
      "run=5,server=10,repair=1",
    ],
    ...["--jobs-out", join(folder, out, "jobs.csv"), "--details", join(folder, out, "details.csv")],
    ...["--report", join(folder, out, "report.html"), "--quiet"],
  ];
};
/** A report tells its command, which names the files. */
const filesIn = (out: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, out))
      .sort()
      .map((name) => [name, readFileSync(join(folder, out, name), "utf8").replace(/"command":"[^"]*"/, "")]),
  );

test("another language, time zone, process and number of threads give the same bytes", async () => {
  const path = trace(COLUMNS);
  const here = await runSimulate(...argsFor(path, "here"));
  expect(here.code, here.stderr).toBe(0);
  const env = { ...process.env, TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
  for (const threads of ["1", "2"]) {
    const args = [program, "simulate", ...argsFor(path, threads), "--threads", threads];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toBe(here.stdout);
    expect(filesIn(threads)).toEqual(filesIn("here"));
  }
});

test("the order of a trace's columns means nothing, and another seed something", async () => {
  const one = await runSimulate(...argsFor(trace(COLUMNS), "one"));
  const turned = await runSimulate(...argsFor(trace([...COLUMNS].reverse()), "turned"));
  expect(turned.stdout).toBe(one.stdout);
  expect(filesIn("turned")).toEqual(filesIn("one"));
  await runSimulate(...argsFor(trace(COLUMNS), "other"), "--seed", "4");
  expect(filesIn("other")).not.toEqual(filesIn("one"));
});
