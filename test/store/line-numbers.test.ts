import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { JobLogs, type LogEntry } from "../../src/store/job-logs.ts";

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

function fresh(): JobLogs {
  const root = mkdtempSync(join(tmpdir(), "line-numbers-"));
  roots.push(root);
  return new JobLogs(root);
}

const lines = (from: number, count: number, text = "line"): LogEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    stream: "stdout",
    at: from + i,
    text: `${text} ${from + i}`,
    position: "p",
  }));

describe("the number of a line", () => {
  it("leads to that line and back, whatever the runs have printed and however often it was asked before", async () => {
    const runs = fc.array(fc.array(fc.nat({ max: 1_500 }), { maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        runs,
        fc.array(fc.nat({ max: 20_000 }), { minLength: 1, maxLength: 8 }),
        async (sizes, picks) => {
          const logs = fresh();
          let written = 0;
          for (const [index, batches] of sizes.entries())
            for (const count of batches) {
              logs.append("job-1", index + 1, lines(written + 1, count));
              written += count;
              const pick = 1 + ((picks[0] ?? 0) % Math.max(written, 1)); // asked for while it still grows
              const [found] = (await logs.read("job-1", await logs.numbers.placeOf("job-1", pick), 1)).lines;
              expect(found?.text).toBe(written === 0 ? undefined : `line ${pick}`);
            }
          for (const pick of picks.map((raw) => 1 + (raw % Math.max(written, 1)))) {
            const page = await logs.read("job-1", await logs.numbers.placeOf("job-1", pick), 7);
            const numbers = await logs.numbers.before(
              "job-1",
              page.lines.map(({ cursor }) => cursor),
            );
            expect(page.lines.map(({ text }) => text)).toEqual(numbers.map((number) => `line ${number}`));
            expect(numbers.length).toBe(Math.min(7, Math.max(0, written - pick + 1)));
          }
          logs.closeAll();
        },
      ),
      { numRuns: 30 },
    );
  });

  it("stays when earlier output is removed, and leads in front of the gap when the line itself is", async () => {
    const logs = fresh();
    logs.append("job-1", 1, lines(1, 2_500));
    logs.append("job-1", 2, lines(2_501, 10));
    await logs.cut("job-1", 1, 1000);
    const page = await logs.read("job-1", await logs.numbers.placeOf("job-1", 2_503), 1);
    expect(page.lines.map(({ text }) => text)).toEqual(["line 2503"]);
    expect(
      await logs.numbers.before(
        "job-1",
        page.lines.map(({ cursor }) => cursor),
      ),
    ).toEqual([2_503]);
    const removed = await logs.read("job-1", await logs.numbers.placeOf("job-1", 7), 1);
    expect(removed.gaps).toMatchObject([{ attempt: 1, lines: 2_500 }]);
    expect(removed.lines.map(({ text }) => text)).toEqual(["line 2501"]);
    logs.closeAll();
  });

  it("behind the last line leads to the end, where nothing is yet", async () => {
    const logs = fresh();
    expect(await logs.numbers.placeOf("job-1", 5)).toBeNull();
    logs.append("job-1", 1, lines(1, 3));
    const end = await logs.numbers.placeOf("job-1", 5);
    expect((await logs.read("job-1", end, 10)).lines).toEqual([]);
    expect(end && (await logs.numbers.before("job-1", [end]))).toEqual([3]);
    logs.append("job-1", 1, lines(4, 1));
    expect((await logs.read("job-1", end, 10)).lines.map(({ text }) => text)).toEqual(["line 4"]);
    logs.closeAll();
  });
});
