import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogKeeping, type LogLimits } from "../../src/engine/log-keeping.ts";
import { JobLogs } from "../../src/store/job-logs.ts";
import { realClock } from "../drivers/support.ts";

const DAY = 86_400_000;
let root: string;
let logs: JobLogs;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "log-keeping-"));
  logs = new JobLogs(root);
});
afterEach(() => {
  logs.closeAll();
  rmSync(root, { recursive: true });
});

/** An attempt that printed about so many bytes and ended so many days ago. */
function attempt(job: string, number: number, bytes: number, days: number): void {
  logs.append(job, number, [{ stream: "stdout", at: 0, text: "x".repeat(bytes), position: "" }]);
  logs.close(job, number);
  const at = new Date(Date.now() - days * DAY);
  utimesSync(join(root, job, `${number}.log`), at, at);
}

async function kept(limits: Partial<LogLimits>, live: readonly string[] = []): Promise<string[]> {
  const all = { keepMillis: null, maxBytes: null, ...limits };
  const isLive = (job: string, number: number): boolean => live.includes(`${job}.${number}`);
  await new LogKeeping({ clock: realClock, logs, limits: all, isLive, log: () => {} }).sweep();
  const files: string[] = [];
  for await (const { job, attempt: number } of logs.files()) files.push(`${job}.${number}`);
  return files.sort();
}

describe("output that is kept", () => {
  it("is all of it unless there are limits", async () => {
    attempt("job-1", 1, 1000, 9_999);
    expect(await kept({})).toEqual(["job-1.1"]);
  });

  it("is no older than the limit, attempt by attempt", async () => {
    attempt("job-1", 1, 10, 40);
    attempt("job-1", 2, 10, 20);
    attempt("job-2", 1, 10, 31);
    expect(await kept({ keepMillis: 30 * DAY })).toEqual(["job-1.2"]);
  });

  it("is no more than the limit: the oldest goes first, and no more than must", async () => {
    attempt("job-2", 1, 1000, 3);
    attempt("job-1", 1, 1000, 1);
    attempt("job-3", 1, 1000, 2);
    expect(await kept({ maxBytes: 2_200 })).toEqual(["job-1.1", "job-3.1"]);
  });

  it("is whatever is live or being read, however old", async () => {
    for (const job of ["job-1", "job-2", "job-3"]) attempt(job, 1, 1000, 40);
    const unlisten = logs.listen("job-2", () => {});
    expect(await kept({ keepMillis: DAY, maxBytes: 1 }, ["job-1.1"])).toEqual(["job-1.1", "job-2.1"]);
    unlisten();
    expect(await kept({ keepMillis: DAY }, ["job-1.1"])).toEqual(["job-1.1"]);
  });
});
