import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { JobLogs, type LogCursor, type LogEntry } from "../../src/store/job-logs.ts";

const roots: string[] = [];
function fresh(): { logs: JobLogs; root: string } {
  const root = mkdtempSync(join(tmpdir(), "job-logs-"));
  roots.push(root);
  return { logs: new JobLogs(root), root };
}
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

const line = (n: number, text = `line ${n}`, stream: "stdout" | "stderr" = "stdout"): LogEntry => ({
  stream,
  at: n,
  text,
  position: `p${n}`,
});
const texts = async (logs: JobLogs, after: LogCursor | null = null, limit = 1000): Promise<string[]> =>
  (await logs.read("job-1", after, limit)).lines.map(({ text }) => text);

describe("the output of a job", () => {
  it("reads back as it was written, page by page, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 200 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (written, limit) => {
          const { logs } = fresh();
          logs.append(
            "job-1",
            1,
            written.map((text, n) => line(n, text)),
          );
          const read: string[] = [];
          let cursor: LogCursor | null = null;
          for (;;) {
            const page = await logs.read("job-1", cursor, limit);
            read.push(...page.lines.map(({ text }) => text));
            cursor = page.cursor;
            if (!page.hasMore) break;
          }
          expect(read).toEqual(written);
          logs.closeAll();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("goes on through the attempts, and each line's cursor continues behind it", async () => {
    const { logs } = fresh();
    logs.append("job-1", 1, [line(1), line(2)]);
    logs.append("job-1", 2, [line(3)]);
    const all = await logs.read("job-1", null, 10);
    expect(all.lines.map(({ attempt, text }) => [attempt, text])).toEqual([
      [1, "line 1"],
      [1, "line 2"],
      [2, "line 3"],
    ]);
    for (const [i, { cursor }] of all.lines.entries())
      expect(await texts(logs, cursor)).toEqual(all.lines.slice(i + 1).map(({ text }) => text));
    expect((await logs.read("job-1", null, 10, 2)).lines.map(({ text }) => text)).toEqual(["line 3"]);
  });

  it("loses no more than the line that a crash tore in two, and reading goes on in front of it", async () => {
    const { logs, root } = fresh();
    logs.append("job-1", 1, [line(1), line(2, "err", "stderr"), line(3)]);
    logs.closeAll();
    appendFileSync(join(root, "job-1", "1.log"), '[4,1,"p4","half a li');
    const again = new JobLogs(root);
    expect(await again.read("job-1", null, 100)).toMatchObject({ hasMore: false, lines: { length: 3 } });
    again.append("job-1", 1, [line(4)]);
    expect(await texts(again)).toEqual(["line 1", "err", "line 3", "line 4"]);
    expect(await again.positions("job-1", 1)).toEqual({ stdout: "p4", stderr: "p2" });
    again.closeAll();
  });

  it("knows the newest position of a stream that has long been silent", async () => {
    const { logs } = fresh();
    logs.append("job-1", 1, [line(0, "early", "stderr")]);
    logs.append(
      "job-1",
      1,
      Array.from({ length: 20_000 }, (_, n) => line(n + 1, "x".repeat(60))),
    );
    expect(await logs.positions("job-1", 1)).toEqual({ stderr: "p0", stdout: "p20000" });
    logs.closeAll();
  });

  it("gives its last lines without reading the first", async () => {
    const { logs } = fresh();
    logs.append(
      "job-1",
      1,
      Array.from({ length: 30_000 }, (_, n) => line(n)),
    );
    logs.append("job-1", 2, [line(30_000), line(30_001)]);
    expect(await texts(logs, logs.tail("job-1", 4))).toEqual(["line 29998", "line 29999", "line 30000", "line 30001"]);
    expect((await texts(logs, logs.tail("job-1", 30_001), 40_000)).length).toBe(30_001);
    expect(logs.tail("job-1", 99_999)).toBeNull();
    logs.closeAll();
  });

  it("keeps a line of several megabytes whole", async () => {
    const { logs } = fresh();
    const long = "é".repeat(1_500_000);
    logs.append("job-1", 1, [line(1, long), line(2)]);
    expect(await texts(logs)).toEqual([long, "line 2"]);
    expect(await texts(logs, logs.tail("job-1", 2))).toEqual([long, "line 2"]);
    logs.closeAll();
  });

  it("loses nothing to a disk that was full: what did not fit is not there by half, and goes in when there is room", async (context) => {
    const { root } = fresh();
    const disk = join(root, "disk");
    mkdirSync(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "none", disk]).status === 0;
    context.skip(!mounted, "this user may not mount a small disk");
    try {
      writeFileSync(join(disk, "ballast"), Buffer.alloc(60_000));
      const logs = new JobLogs(join(disk, "logs"));
      const lines = Array.from({ length: 200 }, (_, n) => line(n, "x".repeat(100)));
      logs.append("job-1", 1, lines);
      expect(() =>
        logs.append(
          "job-1",
          1,
          Array.from({ length: 600 }, (_, n) => line(200 + n, "x".repeat(100))),
        ),
      ).toThrow(/ENOSPC/);
      expect((await texts(logs)).length).toBe(200);
      expect(await logs.positions("job-1", 1)).toEqual({ stdout: "p199" });
      unlinkSync(join(disk, "ballast"));
      logs.append("job-1", 1, [line(200, "after")]);
      expect((await texts(logs)).at(-1)).toBe("after");
      logs.closeAll();
    } finally {
      spawnSync("umount", [disk]);
    }
  });

  it("is stored up to a quota, of the rest its last lines, and what is missing is said", async () => {
    const { root } = fresh();
    const logs = new JobLogs(root, 1_000_000);
    const lines = Array.from({ length: 50_000 }, (_, n) => line(n, `line ${n}`, n % 2 === 0 ? "stdout" : "stderr"));
    for (let at = 0; at < lines.length; at += 777) logs.append("job-1", 1, lines.slice(at, at + 777));
    expect(await logs.positions("job-1", 1)).toEqual({ stdout: "p49998", stderr: "p49999" });
    logs.close("job-1", 1);
    const stored = await texts(logs, null, 100_000);
    const notice = stored.findIndex((text) => text.includes("logs.maxRunMiB"));
    const gap = stored.findLastIndex((text) => text.includes("were left out"));
    expect(stored.slice(0, notice)).toEqual(lines.slice(0, notice).map(({ text }) => text));
    expect(stored.slice(gap + 1)).toEqual(lines.slice(-1_000).map(({ text }) => text));
    expect(stored[gap]).toContain(`${(50_000 - notice - 1_000).toLocaleString("en")} lines`);
    expect(logs.size("job-1", 1)).toBeLessThan(1_100_000);
    expect(await new JobLogs(root).positions("job-1", 1)).toEqual({ stdout: "p49998", stderr: "p49999" });
  });

  it("is readable by its owner alone, and goes with its job", async () => {
    const { logs, root } = fresh();
    logs.append("job-1", 1, [line(1)]);
    expect(readFileSync(join(root, "job-1", "1.log"), "utf8")).toBe('[1,1,"p1","line 1"]\n');
    logs.remove("job-1");
    expect(await texts(logs)).toEqual([]);
  });
});

describe("output that was removed", () => {
  const all = async (logs: JobLogs, after: LogCursor | null, limit: number): Promise<string[]> => {
    const said: string[] = [];
    for (let cursor = after; ; ) {
      const page = await logs.read("job-1", cursor, limit);
      said.push(...(page.gaps ?? []).map(({ attempt, lines }) => `gap of ${lines} in ${attempt}`));
      said.push(...page.lines.map(({ text }) => text));
      cursor = page.cursor;
      if (!page.hasMore) return said;
    }
  };

  it("is told where it was, once, whatever the pages and wherever in it a cursor stood", async () => {
    const { logs, root } = fresh();
    logs.append("job-1", 1, [line(1), line(2), line(3)]);
    logs.append("job-1", 2, [line(4)]);
    logs.append("job-1", 3, [line(5), line(6)]);
    logs.append("job-1", 4, [line(7)]);
    const cursors = (await logs.read("job-1", null, 100)).lines.map(({ cursor }) => cursor);
    expect(await logs.cut("job-1", 1, 1000)).toMatchObject({ lines: 3, at: 1000 });
    await logs.cut("job-1", 3, 1000);
    const whole = ["gap of 3 in 1", "line 4", "gap of 2 in 3", "line 7"];
    for (const store of [logs, new JobLogs(root)]) {
      for (const limit of [1, 2, 100]) expect(await all(store, null, limit)).toEqual(whole);
      expect(await all(store, cursors[0] ?? null, 100)).toEqual(whole); // in the middle of what was removed
      expect(await all(store, cursors[2] ?? null, 100)).toEqual(whole.slice(1)); // behind it
      for (const cursor of cursors) expect(store.isBetweenLines("job-1", cursor)).toBe(true);
      expect(store.tail("job-1", 1)).toEqual({ attempt: 4, offset: 0 });
      expect(await store.positions("job-1", 1)).toEqual({});
      store.append("job-1", 1, [line(1)]); // what is read once more is not wanted
      expect(await all(store, null, 100)).toEqual(whole);
    }
    logs.closeAll();
  });

  it("is gone after a crash at any moment, or there whole", async () => {
    const { logs, root } = fresh();
    logs.append("job-1", 1, [line(1)]);
    logs.close("job-1", 1);
    const path = join(root, "job-1", "1.log");
    const before = readFileSync(path);
    writeFileSync(join(root, "job-1", "1.cut.part"), '{"lines":'); // it crashed while it wrote the mark
    expect(await all(new JobLogs(root), null, 10)).toEqual(["line 1"]);
    await logs.cut("job-1", 1, 1000);
    writeFileSync(path, before); // it crashed before the output went
    const again = new JobLogs(root);
    expect(await all(again, null, 10)).toEqual(["gap of 1 in 1"]);
    await again.cut("job-1", 1, 2000);
    expect(readdirSync(join(root, "job-1")).filter((name) => name.endsWith(".log"))).toEqual([]);
  });
});
