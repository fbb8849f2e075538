import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_GUARDS } from "../src/core/guards.ts";
import { Scheduler } from "../src/core/scheduler.ts";
import { resolvePolicy } from "../src/schedulearn.ts";
import { record } from "../src/store/event-log.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { recordBoot } from "../src/store/turns.ts";
import { verifyLogCommand } from "../src/verify-log.ts";
import { aServer, aSpec } from "./core/world.ts";

/** As the configuration gives it. */
const setting = { policy: "fifo", options: Object.freeze({ backfill: "fit" }), placement: "consolidate" };

let data: string;
let store: Store;
let out = "";
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), "verify-"));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  store = await openStore(join(data, "schedulearn.sqlite"));
  await recordBoot(store, 0, 1_000, { setting, guards: DEFAULT_GUARDS });
  const scheduler = new Scheduler(resolvePolicy, setting, { guards: DEFAULT_GUARDS });
  const facts = [
    { type: "ServerJoined", server: "alpha", joined: aServer("alpha", 2), at: 1_500 },
    { type: "JobSubmitted", job: "job-1", spec: aSpec(), blockedBy: [], key: null, at: 2_000 },
  ] as const;
  for (const fact of facts) scheduler.observe(fact);
  const { events } = scheduler.round(2_000);
  const recorded = [...facts, ...events].map((event, i) => ({ seq: i + 1, event }));
  const round = { at: 2_000, decided: events.length, cuts: null };
  await record(store, { events: recorded, changes: scheduler.takeChanges(), secrets: [], round });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
});

async function verifyLog(...args: string[]): Promise<{ code: number; out: string }> {
  out = "";
  return { code: await verifyLogCommand(["--data", data, ...args]), out };
}

test("its help tells of every option in lines of at most 100 columns", async () => {
  const { code, out } = await verifyLog("--help");
  expect(code).toBe(0);
  for (const flag of ["--config", "--data", "--json"]) expect(out).toContain(`\n  ${flag}`);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
});

test("a log that comes to the same again is told of in numbers, and ends with 0", async () => {
  expect(await verifyLog()).toEqual({
    code: 0,
    out: [
      "3 events, 1 start of the server",
      "1 round held again: each decides what is recorded",
      "rows as the log makes them: 1 job, 1 run, 1 server",
      "",
    ].join("\n"),
  });
});

test("one that diverges is told of with its place, what is recorded and what was found, and ends with 1", async () => {
  await store
    .fork()
    .getConnection()
    .execute("update event set body = replace(body, 'alpha/0', 'alpha/1') where seq = 3");
  const told = await verifyLog();
  expect(told.code).toBe(1);
  expect(told.out).toContain("the log diverges at event 3, 1970-01-01T00:00:02.000Z: the round decides something else");
  expect(told.out).toMatch(/recorded \{.*"JobPlaced".*alpha\/1/);
  expect(told.out).toMatch(/found {4}\{.*"JobPlaced".*alpha\/0/);
  const { divergence } = JSON.parse((await verifyLog("--json")).out);
  expect(divergence).toMatchObject({ seq: 3, at: 2_000 });
});

test("a row that was changed is told of with its field, and ends with 1", async () => {
  const sql = "update job set body = json_set(body, '$.spec.priority', 7) where id = 'job-1'";
  await store.fork().getConnection().execute(sql);
  const told = await verifyLog();
  expect(told.code).toBe(1);
  expect(told.out).toContain("job job-1 is not as the log makes it:\n  body.spec.priority: stored 7, by the log 0");
});

test("where there is no database it is said", async () => {
  await expect(verifyLogCommand(["--data", join(data, "nowhere")])).rejects.toThrow(/there is no database .*nowhere/);
});
