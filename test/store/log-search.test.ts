import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { JobLogs, type LogCursor, type LogEntry, type LogFilter } from "../../src/store/job-logs.ts";

const root = mkdtempSync(join(tmpdir(), "log-search-"));
const logs = new JobLogs(root);
afterAll(() => {
  logs.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const line = (at: number, text: string, rank = 0): LogEntry => ({
  at,
  text,
  stream: "stdout",
  position: `p${at}`,
  ...(rank > 0 && { rank }),
});

/** All that passes, page by page, and how many pages it took. */
async function found(job: string, filter: LogFilter, limit = 1000, only?: number) {
  const lines: string[] = [];
  let cursor: LogCursor | null = null;
  for (let pages = 1; ; pages++) {
    const page = await logs.read(job, cursor, limit, only, filter);
    lines.push(...page.lines.map(({ text }) => text));
    if (!page.hasMore) return { lines, pages };
    cursor = page.cursor;
  }
}

const pattern = (source: string, { ignoreCase = false, invert = false } = {}): LogFilter => ({
  pattern: { source, ignoreCase, invert },
});

test("a search finds, by text, time and rank together, exactly the lines that a sieve in memory leaves, in pages of any size", async () => {
  let job = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat(20), text: fc.string({ unit: "binary", maxLength: 12 }), rank: fc.nat(2) })),
      fc.record(
        { since: fc.nat(20), until: fc.nat(20), rank: fc.nat(2), invert: fc.boolean(), ignoreCase: fc.boolean() },
        { requiredKeys: ["invert", "ignoreCase"] },
      ),
      fc.integer({ min: 1, max: 5 }),
      async (written, { since, until, rank, invert, ignoreCase }, limit) => {
        const id = `job-${++job}`;
        logs.append(
          id,
          1,
          written.map(({ at, text, rank: of }) => line(at, text, of)),
        );
        const filter: LogFilter = {
          ...(since !== undefined && { since }),
          ...(until !== undefined && { until }),
          ...(rank !== undefined && { rank }),
          ...pattern("[a-m]", { ignoreCase, invert }),
        };
        const letters = ignoreCase ? /[a-mA-M]/ : /[a-m]/;
        const left = written.filter(
          (each) =>
            each.at >= (since ?? 0) &&
            each.at < (until ?? 21) &&
            each.rank === (rank ?? each.rank) &&
            letters.test(each.text) !== invert,
        );
        expect((await found(id, filter, limit)).lines).toEqual(left.map(({ text }) => text));
      },
    ),
    { numRuns: 60 },
  );
});

test("a search goes through all runs or one, tells of what retention removed, and reads lines longer than its buffer", async () => {
  logs.append("job-runs", 1, [line(1, "one needle")]);
  logs.append("job-runs", 2, [line(2, `${"x".repeat(1_000_000)} needle`), line(3, "nothing")]);
  logs.append("job-runs", 3, [line(4, "needle three")]);
  expect((await found("job-runs", pattern("needle$"))).lines.map((text) => text.length)).toEqual([10, 1_000_007]);
  expect((await found("job-runs", pattern("needle"), 1000, 3)).lines).toEqual(["needle three"]);
  await logs.cut("job-runs", 1, 10);
  const page = await logs.read("job-runs", null, 10, undefined, pattern("needle"));
  expect([page.lines.length, page.gaps?.[0]?.lines]).toEqual([2, 1]);
});

test("a search over half a million lines comes in parts, each of about a second, and finds the three that there are", async () => {
  const wanted = new Set([7, 250_000, 499_999]);
  for (let from = 0; from < 500_000; from += 10_000)
    logs.append(
      "job-long",
      1,
      Array.from({ length: 10_000 }, (_, i) =>
        line(from + i, wanted.has(from + i) ? `loss is NaN at ${from + i}` : `epoch ${from + i} loss=0.${from + i}`),
      ),
    );
  const began = performance.now();
  const { lines, pages } = await found("job-long", pattern("nan at \\d+$", { ignoreCase: true }));
  expect(lines).toEqual([...wanted].map((n) => `loss is NaN at ${n}`));
  expect(pages).toBeGreaterThanOrEqual(Math.floor((performance.now() - began) / 3_000));
  expect((await found("job-long", { since: 499_998 })).lines).toEqual([
    "epoch 499998 loss=0.499998",
    "loss is NaN at 499999",
  ]);
});
