import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runSimulate } from "./run.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schedulearn-costs-"));
});
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** @returns `job,start,end,preemptions` of each job */
async function simulated(rows: readonly string[], ...args: string[]): Promise<string[]> {
  const trace = file("trace.csv", `job_id,submit_time_s,num_gpus,duration_s,model\n${rows.join("\n")}\n`);
  const out = join(folder, "jobs.csv");
  const policy = args.includes("--policy") ? [] : ["--policy", "fifo"];
  const common = [...policy, "--guards", "none", "--jobs-out", out, "--quiet"];
  const ran = await runSimulate("--trace", trace, ...common, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return readFileSync(out, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split(",").slice(0, 4).join(","));
}

describe("what is said to cost time does", () => {
  test("a checkpoint after each minute of work: 150 s of work have two, 120 s have one", async () => {
    const costs = ["--cluster", "pool:2", "--costs", "start=0,checkpoint=10,checkpoint-every=60"];
    expect(await simulated(["a,0,1,150,", "b,0,1,120,"], ...costs)).toEqual(["a,0,170,0", "b,0,130,0"]);
  });

  test("a checkpoint of 1,000 MiB goes to another server at 100 MiB a second", async () => {
    const rows = ["a,0,1,30,", "b,0,1,200,", "c,10,1,50,"]; // c takes b's place, and b then a's, with its 10 s of work
    const args = ["--cluster", "2x1", "--policy", "srtf"];
    const [, carried] = await simulated(rows, ...args, "--costs", "start=0,checkpoint-mib=1000,transfer=100");
    expect(carried).toBe(`b,0,${30 + 10 + 190},1`);
    const [, atOnce] = await simulated(rows, ...args, "--costs", "start=0,checkpoint-mib=1000");
    expect(atOnce).toBe(`b,0,${30 + 190},1`);
  });

  test("a gang on two servers keeps a part of its speed, and less with each server more", async () => {
    const costs = ["--costs", "start=0,spread=0.5,spread-more=0.5"];
    expect(await simulated(["a,0,4,100,"], "--cluster", "2x2", ...costs)).toEqual(["a,0,200,0"]);
    expect(await simulated(["a,0,4,100,"], "--cluster", "4x1", ...costs)).toEqual([`a,0,${100 / 0.5 ** 3},0`]);
    expect(await simulated(["a,0,4,100,"], "--cluster", "1x4", ...costs)).toEqual(["a,0,100,0"]);
  });

  test("neighbours slow each other down for as long as they are neighbours", async () => {
    const costs = ["--cluster", "1x2", "--costs", "start=0,interference=0.5"];
    // a alone until 20; both at half their speed until b's 30 s of work are done; then a has 100 - 20 - 30 s left
    expect(await simulated(["a,0,1,100,", "b,20,1,30,"], ...costs)).toEqual(["a,0,130,0", "b,20,80,0"]);
    expect(await simulated(["a,0,2,100,"], ...costs)).toEqual(["a,0,100,0"]); // it has no neighbour
  });

  test("neighbours count by their share of the other GPUs, on each server of a gang", async () => {
    // on 1x4, one busy GPU of the other three: 1 - 0.6 / 3
    const four = ["--cluster", "1x4", "--costs", "start=0,interference=0.6"];
    expect(await simulated(["a,0,1,80,", "b,0,1,80,"], ...four)).toEqual(["a,0,100,0", "b,0,100,0"]);
    // a gang of 3 on 2x2 shares its second server with b, all of whose other GPUs are busy
    const gang = ["--cluster", "2x2", "--costs", "start=0,interference=0.5"];
    expect(await simulated(["a,0,3,100,", "b,0,1,100,"], ...gang)).toEqual(["a,0,200,0", "b,0,200,0"]);
  });

  test("a model has costs of its own in a file, beside those of all others", async () => {
    const costs = file("costs.yaml", "default:\n  start: 5\nmodels:\n  bert: {start: 60, stop: 1}\n");
    const rows = ["a,0,1,100,bert", "b,0,1,100,vgg", "c,0,1,100,"];
    expect(await simulated(rows, "--cluster", "pool:3", "--costs", costs)).toEqual([
      "a,60,160,0",
      "b,5,105,0",
      "c,5,105,0",
    ]);
  });
});

describe("what fails", () => {
  const rows = Array.from({ length: 12 }, (_, i) => `j${i},${i * 100},${1 + (i % 4)},${1_000 + 37 * i},`);
  const metrics = async (...args: string[]) => {
    const trace = file("trace.csv", `job_id,submit_time_s,num_gpus,duration_s,model\n${rows.join("\n")}\n`);
    const ran = await runSimulate(
      "--trace",
      trace,
      "--cluster",
      "4x4",
      "--costs",
      "none",
      "--json",
      "--quiet",
      ...args,
    );
    expect(ran.code, ran.stderr).toBe(0);
    return JSON.parse(ran.stdout).policies;
  };

  test("is tried again until it is done, and the same seed fails the same", async () => {
    const failures = ["--policy", "fifo,srtf,tiresias", "--failures", "run=1,server=2,repair=0.5"];
    const [one, same, other] = [
      await metrics(...failures),
      await metrics(...failures),
      await metrics(...failures, "--seed", "2"),
    ];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    for (const { unfinished } of Object.values(one) as { unfinished: number }[]) expect(unfinished).toBe(0);
  });

  test("costs less where checkpoints are written", async () => {
    const failures = ["--policy", "fifo", "--failures", "run=2"];
    const { fifo: none } = await metrics("--policy", "fifo");
    const { fifo: lost } = await metrics(...failures);
    const { fifo: saved } = await metrics(...failures, "--costs", "start=0,checkpoint-every=60", "--guards", "none");
    expect(saved.meanJct).toBeGreaterThan(none.meanJct);
    expect(lost.meanJct).toBeGreaterThan(saved.meanJct);
  });
});

test.each([
  ["--costs", "interference=1", "--costs interference must be from 0 to 0.99, not 1"],
  ["--costs", "spread=0", "--costs spread must be from 0.001 to 1, not 0"],
  ["--costs", "checkpoint-evry=3", "did you mean checkpoint-every?"],
  ["--failures", "run=often", '--failures run must be a number of at least 0, not "often"'],
  ["--failures", "server=1,repare=2", "did you mean repair?"],
  ["--costs", "nothing.yaml", "nothing.yaml cannot be read"],
])("what cannot be is told of in words: %s %s", async (flag, value, message) => {
  const trace = file("trace.csv", "job_id,submit_time_s,num_gpus,duration_s\na,0,1,5\n");
  const ran = await runSimulate("--trace", trace, "--cluster", "pool:4", "--policy", "fifo", flag, value);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(message);
});

test("a fault in a file of costs is told of with its place", async () => {
  const costs = file("costs.yaml", "default:\n  start: 5\nmodels:\n  bert:\n    strat: 60\n    spread: 3\n");
  const trace = file("trace.csv", "job_id,submit_time_s,num_gpus,duration_s\na,0,1,5\n");
  const ran = await runSimulate("--trace", trace, "--cluster", "pool:4", "--policy", "fifo", "--costs", costs);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain("costs.yaml:5:5: models.bert.strat: unknown, did you mean start?");
  expect(ran.stderr).toContain("costs.yaml:6:5: models.bert.spread: must be at most 1");
});
