import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SpeedupTable } from "../../../src/sim/speedups.ts";
import { cliHouse } from "./cli-house.ts";

const { cli, json, inHouse } = cliHouse();

test("the loop runs at each setting, one run after another, and the table tells the mean time and the speed-up", async () => {
  const csv = inHouse("speedups.csv");
  const { code, out, err } = await cli([
    ...["study", "parallelism", "--inter", "1,2", "--intra", "1,2", "--repeat", "2"],
    ...["--operations", "2", "--loops", "2000", "--csv", csv],
  ]);
  expect([code, err.split("\n").length]).toEqual([0, 9]);
  const [header, ...rows] = out.trimEnd().split("\n");
  expect(header).toMatch(/^INTER +INTRA +CORES +TIME +SPEED-UP +RUNS$/);
  expect(rows.map((row) => row.trim().split(/ +/).slice(0, 2).join(" x "))).toEqual([
    "1 x 1",
    "1 x 2",
    "2 x 1",
    "2 x 2",
  ]);
  expect(rows[0]).toMatch(/ [\d.]+s +x1\.00 +2$/);

  const { jobs } = await json(["ls", "--all"]);
  expect(jobs).toHaveLength(8);
  const spans = jobs
    .map((job: { firstStartedAt: string; endedAt: string }) => [
      Date.parse(job.firstStartedAt),
      Date.parse(job.endedAt),
    ])
    .sort(([a = 0]: number[], [b = 0]: number[]) => a - b);
  for (const [i, [begin]] of spans.entries()) expect(begin).toBeGreaterThanOrEqual(spans[i - 1]?.[1] ?? 0);
  expect((await cli(["logs", jobs[0].id])).out).toBe("done with 2 x 2\n");

  const curve = new SpeedupTable(csv, readFileSync(csv, "utf8")).curve("loop", null);
  expect(curve?.speed(1)).toBe(1);
});

test("a program of one's own is measured, and finds its threads", async () => {
  const file = inHouse("own.yaml");
  writeFileSync(file, "name: own\ncommand: echo $TF_NUM_INTEROP_THREADS and $TF_NUM_INTRAOP_THREADS\n");
  const { program, label, measured } = await json(["study", "parallelism", file, "--inter", "1", "--intra", "2"]);
  expect([program, measured]).toEqual(["own", [expect.objectContaining({ interOp: 1, intraOp: 2, speedup: 1 })]]);
  const { jobs } = await json(["ls", "--all", "--label", label]);
  expect((await cli(["logs", jobs[0].id])).out).toBe("1 and 2\n");
});

test("a program that fails ends the study, and is named", async () => {
  const file = inHouse("fails.yaml");
  writeFileSync(file, "command: exit 3\n");
  const { code, out, err } = await cli(["study", "parallelism", file]);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^schedulearn: job-\d+ \(parallelism-1x1\) failed: exited with code 3$/m);
});
