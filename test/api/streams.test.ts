import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { thinProgress } from "../../src/store/retention.ts";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 2));
});
afterAll(() => house.close());

const over = (id: string) =>
  until(
    `${id} is over`,
    async () => (await house.data("query ($id: ID!) { job(id: $id) { endedAt } }", { id })).job?.endedAt,
  );
const LINES = "cursor hasMore gap { reason } lines { cursor text stream attempt at continues }";
const texts = (batches: Json[]): string[] => batches.flatMap(({ lines }) => lines.map(({ text }: Json) => text));
const counting = (lines: number, pause = "0.02") =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo line $i; sleep ${pause}; done`;
const expected = (lines: number): string[] => Array.from({ length: lines }, (_, i) => `line ${i + 1}`);

describe("jobLogs", () => {
  const stream = `subscription ($id: ID!, $after: Cursor) { jobLogs(job: $id, after: $after) { ${LINES} } }`;
  const twin = `query ($id: ID!, $after: Cursor, $first: Int, $last: Int) { jobLogs(job: $id, after: $after, first: $first, last: $last) { ${LINES} } }`;

  it("gives every line once from the beginning, and completes when the job is over", async () => {
    const id = await house.submit({ command: counting(30) });
    const followed = await house.follow(stream, { id }).ended();
    expect(followed.end).toBe("complete");
    expect(texts(followed.items)).toEqual(expected(30));
  });

  it("gives lines while the job still runs", async () => {
    const id = await house.submit({ command: "echo early; sleep 1000" });
    const followed = house.follow(stream, { id });
    expect(texts(await followed.has(1))).toEqual(["early"]);
    expect(followed.end).toBeNull();
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
    expect((await followed.ended()).end).toBe("complete");
  });

  it("goes on behind any line as the twin query does: nothing lost, nothing repeated", async () => {
    const id = await house.submit({ command: counting(20, "0.01") });
    const first = house.follow(stream, { id });
    const [batch] = await first.has(1);
    first.leave();
    const rest = await house.follow(stream, { id, after: batch.lines.at(-1).cursor }).ended();
    expect([...texts([batch]), ...texts(rest.items)]).toEqual(expected(20));
    const { jobLogs } = await house.data(twin, { id, after: batch.cursor, first: 1000 });
    expect(jobLogs.lines).toEqual(rest.items.flatMap(({ lines }) => lines));
    for (const at of [0, 7, 19]) {
      const after = (await house.data(twin, { id })).jobLogs.lines[at].cursor;
      const there = await house.follow(stream, { id, after }).ended();
      expect(texts(there.items)).toEqual(expected(20).slice(at + 1));
    }
  });

  it("is read in pages, and from its end", async () => {
    const id = await house.submit({ command: counting(12, "0") });
    await over(id);
    const { jobLogs: page } = await house.data(twin, { id, first: 5 });
    expect(page).toMatchObject({ hasMore: true, lines: { length: 5 } });
    const { jobLogs: next } = await house.data(twin, { id, first: 1000, after: page.cursor });
    expect(texts([page, next])).toEqual(expected(12));
    expect(next.hasMore).toBe(false);
    const { jobLogs: last } = await house.data(twin, { id, last: 2 });
    expect(texts([last])).toEqual(["line 11", "line 12"]);
  });

  it("completes at once for a job that is over, and for one that never ran", async () => {
    const failing = await house.submit({ command: "echo once; sleep 1; exit 1" });
    const neverRan = await house.submit({ command: "true", after: [failing] });
    await over(failing);
    expect(texts((await house.follow(stream, { id: failing }).ended()).items)).toEqual(["once"]);
    await over(neverRan);
    const followed = await house.follow(stream, { id: neverRan }).ended();
    expect([followed.end, followed.items]).toEqual(["complete", []]);
  });

  it("completes when the job is deleted, also one that waits", async () => {
    const [running, waiting] = [
      await house.submit({ command: "sleep 1000", gpus: { count: 2 } }),
      await house.submit({ command: "true", gpus: { count: 2 } }),
    ];
    const streams = [house.follow(stream, { id: running }), house.follow(stream, { id: waiting })];
    await until("both are open", async () => {
      const metrics = await (await fetch(new URL("/metrics", house.api.url))).text();
      return metrics.includes('schedulearn_subscriptions_open{stream="jobLogs"} 2\n');
    });
    await house.mutate("deleteJob", { id: waiting, graceSeconds: 0 }, "deletedJobId");
    await house.mutate("deleteJob", { id: running, graceSeconds: 0 }, "deletedJobId");
    for (const each of streams) expect(await each.ended()).toMatchObject({ end: "complete", errors: [] });
  });

  it.each([
    ["a place between no lines", (id: string) => ({ id, after: `l:${id}:1:3` })],
    ["another job's cursor", (id: string) => ({ id, after: "l:job-4711:1:0" })],
    ["an event's cursor", (id: string) => ({ id, after: "e:1" })],
    ["nonsense", (id: string) => ({ id, after: "nonsense" })],
    ["a place beyond the end", (id: string) => ({ id, after: `l:${id}:1:99999999` })],
    ["more lines than there may be", (id: string) => ({ id, first: 1001 })],
    ["first and last", (id: string) => ({ id, first: 1, last: 1 })],
  ])("refuses %s", async (_what, variables) => {
    const id = await house.submit({ command: "echo a; echo b" });
    await over(id);
    const { errors } = await house.ask(twin, variables(id));
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: expect.any(String) } }]);
    if (!("after" in variables(id))) return;
    const followed = await house.follow(stream, variables(id)).ended();
    expect(followed.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: "after" } }]);
  });

  it("refuses an unknown job at once, stream and twin alike", async () => {
    const { errors } = await house.ask(twin, { id: "job-4711" });
    const followed = await house.follow(stream, { id: "job-4711" }).ended();
    for (const [error] of [errors!, followed.errors])
      expect(error).toMatchObject({ extensions: { code: "NOT_FOUND" } });
  });
});

describe("jobProgress", () => {
  const FIELDS = "cursor jobId attempt progress { epoch epochs fraction } gap { from to reason }";
  const stream = `subscription ($id: ID!, $after: Cursor) { jobProgress(job: $id, after: $after) { ${FIELDS} } }`;
  const twin = `query ($id: ID!, $after: Cursor) { jobProgress(job: $id, after: $after) { ${FIELDS} } }`;

  /** A job that goes on to its next epoch when this one has been told of: what comes together is told as one. */
  async function train(): Promise<string> {
    const file = join(house.engines.folder, `told-${Math.random()}`);
    const command = `for i in 1 2 3 4; do echo epoch=$i/4; while [ ! -e ${file}-$i ]; do sleep 0.02; done; done`;
    const id = await house.submit({ command });
    void (async () => {
      for (const epoch of [1, 2, 3, 4]) {
        const told = async (): Promise<boolean> =>
          (await house.data(twin, { id })).jobProgress.at(-1)?.progress.epoch === epoch;
        await until(`epoch ${epoch} is told`, told);
        writeFileSync(`${file}-${epoch}`, "");
      }
    })();
    return id;
  }

  it("tells each step live and completes; a late reader gets the newest and a gap that the twin fills", async () => {
    const id = await train();
    const live = await house.follow(stream, { id }).ended();
    expect(live.end).toBe("complete");
    expect(live.items.at(-1)).toMatchObject({ progress: { epoch: 4, epochs: 4, fraction: 1 }, jobId: id, attempt: 1 });
    const { jobProgress: all } = await house.data(twin, { id });
    expect(all.length).toBeGreaterThan(1);
    const late = await house.follow(stream, { id }).ended();
    expect(late.items).toMatchObject([
      { progress: { epoch: 4 }, gap: { to: all.at(-2).cursor, reason: expect.any(String) } },
    ]);
    const { jobProgress: missed } = await house.data(twin, { id, after: late.items[0].gap.from });
    expect(missed.map(({ cursor }: Json) => cursor)).toEqual(all.map(({ cursor }: Json) => cursor));
    expect((await house.data(twin, { id, after: all.at(-1).cursor })).jobProgress).toEqual([]);
  });

  it("says where old progress was thinned out", async () => {
    const id = await train();
    await over(id);
    const { jobProgress: before } = await house.data(twin, { id });
    const { store } = house.engines;
    // All within one minute, whenever this test runs.
    await store.fork().getConnection().execute("update event set at = 0 where type = 'RunProgressed'");
    await thinProgress(store, Date.now() + 1000);
    await house.restart(); // what the old engine has in memory is whole
    const { jobProgress: after } = await house.data(twin, { id, after: before[0].cursor });
    expect(after.length).toBeLessThan(before.length - 1);
    expect(after[0].gap).toMatchObject({ from: before[0].cursor, reason: expect.stringContaining("once a minute") });
    expect((await house.data(twin, { id })).jobProgress[0].gap).toBeNull();
  });
});

describe("events, jobChanged, serverChanged, migrationChanged", () => {
  const EVENT = "cursor type at jobId serverId summary body";

  it("begin with what comes from now on, and say what happened in plain words", async () => {
    const followed = house.follow(`subscription { events { ${EVENT} job { id status } } }`);
    const probe = house.follow("subscription { serverChanged { cursor } }");
    await until("the stream has begun", async () => {
      await house.mutate("drainServer", { name: "alpha", draining: false }, "server { name draining }");
      return followed.items.length > 0 && probe.items.length > 0;
    });
    probe.leave();
    const begun = followed.items.length;
    const id = await house.submit({ command: "exit 4", name: "short" });
    await over(id);
    await until("its exit is told", () =>
      followed.items.some(({ type, jobId }) => type === "RunExited" && jobId === id),
    );
    followed.leave();
    const items = followed.items.slice(begun).filter(({ jobId }) => jobId === id);
    expect(items.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["JobSubmitted", "JobPlaced", "RunStarted", "RunExited"]),
    );
    expect(items[0]).toMatchObject({
      type: "JobSubmitted",
      summary: `${id} was submitted by ann: short`,
      serverId: null,
    });
    expect(items.at(-1).summary).toMatch(/^run 1 of job-\d+ failed: .*4/);
  });

  it.each([
    ["events", "", EVENT],
    ["events", ', types: ["RunStarted", "RunExited"]', EVENT],
    ["jobChanged", "", `cursor jobId event { ${EVENT} }`],
  ])("of one job complete when it is over: %s%s gives what its twin gives", async (field, more, select) => {
    const before = (await house.data("{ cluster { eventCursor } }")).cluster.eventCursor;
    const id = await house.submit({ command: "true" });
    const followed = await house
      .follow(`subscription ($id: ID, $after: Cursor) { ${field}(job: $id, after: $after${more}) { ${select} } }`, {
        id,
        after: before,
      })
      .ended();
    expect(followed.end).toBe("complete");
    const twin = `query ($id: ID, $after: Cursor) { items: ${field}(job: $id, after: $after, first: 100${more}) { ${select} } }`;
    const { items } = await house.data(twin, { id, after: before });
    expect(followed.items).toEqual(items);
    expect(items.length).toBeGreaterThanOrEqual(2);
    const later = await house.data(twin, { id, after: items[0].cursor });
    expect(later.items).toEqual(items.slice(1));
  });

  it("tell of servers", async () => {
    const before = (await house.data("{ cluster { eventCursor } }")).cluster.eventCursor;
    await house.mutate("drainServer", { name: "alpha" }, "server { draining }");
    await house.mutate("drainServer", { name: "alpha", draining: false }, "server { draining }");
    const followed = house.follow(
      "subscription ($after: Cursor) { serverChanged(after: $after) { cursor serverId server { name draining } event { type summary } } }",
      { after: before },
    );
    const items = await followed.has(2);
    followed.leave();
    expect(items.map(({ event }) => event.summary)).toEqual([
      "server alpha is draining",
      "server alpha takes jobs again",
    ]);
    expect(items[0]).toMatchObject({ serverId: "alpha", server: { name: "alpha", draining: false } });
  });

  it("tell a migration from its request to its end", async () => {
    await house.engines.join(aServer("beta", 1));
    const id = await house.submit({ command: "trap 'exit 0' TERM; while :; do sleep 0.05; done", gpus: { count: 1 } });
    await until(
      "it runs",
      async () => (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id })).job.status === "RUNNING",
    );
    const before = (await house.data("{ cluster { eventCursor } }")).cluster.eventCursor;
    const { errors } = await house.mutate("migrateJob", { id }, "migration { id }");
    expect(errors).toEqual([]);
    const select = "cursor migrationId jobId migration { id state } event { type }";
    const followed = house.follow(
      `subscription ($id: ID, $after: Cursor) { migrationChanged(job: $id, after: $after) { ${select} } }`,
      { id, after: before },
    );
    // Told late, its first change is of a migration that is over by now.
    await until("it has moved", () =>
      followed.items.some(({ migration, event }) => migration.state === "COMPLETED" && event.type === "RunStarted"),
    );
    followed.leave();
    const { items } = await house.data(
      `query ($id: ID, $after: Cursor) { items: migrationChanged(job: $id, after: $after) { ${select} } }`,
      { id, after: before },
    );
    expect(followed.items.map(({ cursor, event }) => [cursor, event])).toEqual(
      items.map(({ cursor, event }: Json) => [cursor, event]),
    );
    expect(items[0].event.type).toBe("JobMigrated");
    expect(items.at(-1).event.type).toBe("RunStarted");
    await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
  });

  it.each([
    ["a place that is not there yet", 'events(after: "e:99999999") { cursor }', "after"],
    ["another list's cursor", 'events(after: "j:1") { cursor }', "after"],
    ["an unknown type", 'events(types: ["Nothing"]) { cursor }', "types"],
  ])("refuse %s, stream and twin alike", async (_what, field, argument) => {
    const { errors } = await house.ask(`{ ${field} }`);
    const followed = await house.follow(`subscription { ${field} }`).ended();
    for (const [error] of [errors!, followed.errors])
      expect(error).toMatchObject({ extensions: { code: "BAD_USER_INPUT", argument } });
  });

  it("leave nothing behind when their reader goes while nothing happens", async () => {
    const followed = house.follow("subscription { serverChanged { cursor } }");
    await until("it has begun", async () => {
      await house.mutate("drainServer", { name: "alpha", draining: false }, "server { name }");
      return followed.items.length > 0;
    });
    followed.leave();
    await house.api.close(); // would wait for ever for a stream that does not end
    await house.listen();
  });
});
