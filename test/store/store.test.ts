import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { requestMigrate } from "../../src/core/request.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { lastSeq, readEvents, record } from "../../src/store/event-log.ts";
import { Queries } from "../../src/store/queries.ts";
import { progressThinnedTo, thinProgress } from "../../src/store/retention.ts";
import {
  clusterId,
  createToken,
  findToken,
  lastJobNumber,
  listTokens,
  policySetting,
  revokeToken,
} from "../../src/store/settings.ts";
import { openStore, openStoreToRead, type Store } from "../../src/store/store.ts";
import { aServer, aSpec, resolve, World } from "../core/world.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
  store = await openStore(join(folder, "schedulearn.db"));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Records what a world lived through, a batch for every few events, as the engine would. */
async function live(events: readonly Event[], scheduler: Scheduler, size: number): Promise<void> {
  let seq = await lastSeq(store);
  for (let i = 0; i < events.length; i += size) {
    const part = events.slice(i, i + size);
    for (const event of part) scheduler.observe(event);
    await record(store, {
      events: part.map((event) => ({ seq: ++seq, event })),
      changes: scheduler.takeChanges(),
      secrets: part.flatMap((event) =>
        event.type === "JobSubmitted" ? [{ job: event.job, name: "KEY", value: "hush" }] : [],
      ),
    });
  }
}

function aLife(): World {
  const world = new World({
    policy: "round-robin",
    options: { quantumSeconds: 1 },
    durations: { "job-1": 3000, "job-2": 2500, "job-3": 10 },
  });
  world.join(aServer("alpha", 1), aServer("beta", 1));
  world.submit("job-1", aSpec({ user: "ann", type: "pytorch", labels: { team: "vision" } }));
  world.submit("job-2", aSpec({ user: "bob", name: "second", labels: { team: "speech", stage: "test" } }), 5);
  world.submit("job-3", aSpec({ user: "bob" }), 10);
  world.submit("job-4", aSpec({ user: "ann" }), 20);
  world.at(40, () =>
    world.observe({ type: "JobCancelled", job: "job-4", by: "ann", delete: true, graceSeconds: null, at: 40 }),
  );
  return world.run();
}

describe("the database", () => {
  it("of an empty system has about 30 KB", async () => {
    await clusterId(store);
    await store.close();
    expect(statSync(join(folder, "schedulearn.db")).size).toBeLessThanOrEqual(36_000);
    store = await openStore(join(folder, "schedulearn.db"));
  });

  it("gives the same rows as folding the log from its beginning", async () => {
    const world = aLife();
    await live(world.log, new Scheduler(resolve, world.scheduler.setting), 3);
    const log = (await readEvents(store, 0, 10_000)).map(({ event }) => event);
    expect(log).toEqual(world.log);
    const folded = new Scheduler(resolve, world.scheduler.setting);
    for (const event of log) folded.observe(event);
    const queries = new Queries(store);
    const rows = await queries.jobs({ filter: {}, order: "oldest-first", first: 100, after: null });
    expect(rows.items).toEqual(rows.items.map(({ id }) => folded.job(id)));
    expect(rows.items.map(({ id }) => id)).toEqual(["job-1", "job-2", "job-3"]);
    expect(await queries.servers()).toEqual([...folded.servers.values()]);
    for (const run of (await queries.runsOf(["job-1"])).get("job-1")?.slice(-1) ?? [])
      expect(run).toEqual(folded.run("job-1"));
  });

  it("finds jobs by state, user, type and labels, and pages through them without a gap", async () => {
    const world = aLife();
    await live(world.log, new Scheduler(resolve, world.scheduler.setting), 50);
    const queries = new Queries(store);
    const ids = async (filter: Parameters<Queries["jobs"]>[0]["filter"]): Promise<string[]> =>
      (await queries.jobs({ filter, order: "oldest-first", first: 50, after: null })).items.map(({ id }) => id);
    expect(await ids({ user: "bob" })).toEqual(["job-2", "job-3"]);
    expect(await ids({ type: "pytorch" })).toEqual(["job-1"]);
    expect(await ids({ labels: { team: "speech" } })).toEqual(["job-2"]);
    expect(await ids({ labels: { team: "speech", stage: "live" } })).toEqual([]);
    expect(await ids({ statuses: ["completed"] })).toEqual(["job-1", "job-2", "job-3"]);
    expect(await ids({ name: "second" })).toEqual(["job-2"]);
    const first = await queries.jobs({ filter: {}, order: "newest-first", first: 2, after: null });
    expect([first.total, first.hasMore, ...first.items.map(({ id }) => id)]).toEqual([3, true, "job-3", "job-2"]);
    const second = await queries.jobs({ filter: {}, order: "newest-first", first: 2, after: 2 });
    expect([second.hasMore, ...second.items.map(({ id }) => id)]).toEqual([false, "job-1"]);
  });

  it("forgets the secrets, runs and row of a deleted job, but never gives its number again", async () => {
    const world = aLife();
    await live(world.log, new Scheduler(resolve, world.scheduler.setting), 4);
    const queries = new Queries(store);
    expect(await queries.secretsOf("job-1")).toEqual({ KEY: "hush" });
    expect(await queries.secretsOf("job-4")).toEqual({});
    expect((await queries.runsOf(["job-4"])).size).toBe(0);
    expect(await lastJobNumber(store)).toBe(4);
  });

  it("keeps a secret out of the log and of every row but its own", async () => {
    await live(aLife().log, new Scheduler(resolve, { policy: "fifo", options: {}, placement: "spread" }), 4);
    const dump = JSON.stringify([
      await readEvents(store, 0, 10_000),
      await new Queries(store).jobs({ filter: {}, order: "newest-first", first: 9, after: null }),
    ]);
    expect(dump).not.toContain("hush");
    expect(statSync(join(folder, "schedulearn.db")).mode & 0o077).toBe(0);
  });

  it("writes a batch whole or not at all", async () => {
    const world = aLife();
    await live(world.log, new Scheduler(resolve, world.scheduler.setting), 50);
    const before = await lastSeq(store);
    const queries = new Queries(store);
    const scheduler = new Scheduler(resolve, world.scheduler.setting);
    scheduler.observe({ type: "JobSubmitted", job: "job-9", spec: aSpec(), blockedBy: [], key: null, at: 0 });
    const taken = { seq: before, event: world.log[0] as Event };
    await expect(record(store, { events: [taken], changes: scheduler.takeChanges(), secrets: [] })).rejects.toThrow();
    expect(await lastSeq(store)).toBe(before);
    expect((await queries.jobsById(["job-9"])).size).toBe(0);
  });

  it("keeps its cluster's name and its policy over a restart", async () => {
    const cluster = await clusterId(store);
    const changed: Event = {
      type: "PolicyChanged",
      policy: "fifo",
      options: { backfill: "fit" },
      placement: "spread",
      at: 1,
    };
    await live([changed], new Scheduler(resolve, { policy: "fifo", options: {}, placement: "consolidate" }), 1);
    await store.close();
    store = await openStore(join(folder, "schedulearn.db"));
    expect(await clusterId(store)).toBe(cluster);
    expect(await policySetting(store)).toEqual({ policy: "fifo", options: { backfill: "fit" }, placement: "spread" });
  });

  it("from a newer version is refused and left as it is", async () => {
    await store.fork().getConnection().execute("insert into schema_migration (name) values ('2099-01-01-marvel')");
    await store.close();
    await expect(openStore(join(folder, "schedulearn.db"))).rejects.toThrow(
      /written by a newer version .*2099-01-01-marvel/,
    );
    store = await openStore(":memory:");
  });
});

describe("what is learned", () => {
  it("is written with the events that taught it, and a restart takes it back in", async () => {
    const lessons = [
      { key: "speed:pytorch", body: { seconds: [1.5, 0.75] } },
      { key: "restart:pytorch", body: { seconds: 12 } },
    ];
    const usage = [{ user: "ann", hours: { gpus: { "490000": 3_600_000 }, cores: {} } }];
    const event = { seq: 1, event: { type: "ServerRemoved", server: "alpha", at: 0 } } as const;
    const changes = { ...new Scheduler(resolve, aLife().scheduler.setting).takeChanges(), lessons, usage };
    await record(store, { events: [event], changes, secrets: [] });
    const again = { ...changes, lessons: [{ key: "restart:pytorch", body: { seconds: 13 } }], usage: [] };
    await record(store, { events: [{ ...event, seq: 2 }], changes: again, secrets: [] });
    const refused = { ...changes, lessons: [{ key: "restart:pytorch", body: { seconds: 99 } }] };
    await expect(record(store, { events: [event], changes: refused, secrets: [] })).rejects.toThrow();
    const queries = new Queries(store);
    expect(await queries.lessons()).toEqual([{ key: "restart:pytorch", body: { seconds: 13 } }, lessons[0]]);
    expect(await queries.usage()).toEqual(usage);
  });

  it("of who used how much is the same after a restart as without one", async () => {
    const world = aLife();
    await live(world.log, new Scheduler(resolve, world.scheduler.setting), 3);
    const restarted = new Scheduler(resolve, world.scheduler.setting);
    restarted.restore({ usage: await new Queries(store).usage() });
    const used = (scheduler: Scheduler, user: string): number =>
      scheduler.snapshot(world.now).usage.decayed(user, "gpus", world.now, 3_600_000);
    for (const user of ["ann", "bob"]) {
      expect(used(restarted, user)).toBeGreaterThan(0);
      expect(used(restarted, user)).toBe(used(world.scheduler, user));
    }
  });
});

describe("old progress", () => {
  it("is thinned to one a minute, and folding the log still gives the same job and migration", async () => {
    const world = new World({ durations: { "job-1": 600_000 } }).join(aServer("alpha", 1), aServer("beta", 1));
    world.submit("job-1", aSpec()).run(100);
    const tell = (attempt: number, step: number, at: number): void => {
      world.now = at;
      world.tell({
        type: "RunProgressed",
        job: "job-1",
        attempt,
        progress: { step, steps: 999, fraction: step / 999, at },
        at,
      });
    };
    for (let i = 1; i <= 300; i++) tell(1, i, 100 + i * 1000);
    for (const event of requestMigrate(world.scheduler, "job-1", "beta", world.now)) world.tell(event);
    world.run(world.now + 100);
    for (let i = 290; i <= 400; i++) tell(2, i, 400_000 + i * 1000);
    await live(world.log, new Scheduler(resolve, world.scheduler.setting), 20);

    const to = await thinProgress(store, 750_000);
    expect(await progressThinnedTo(store)).toBe(to);
    const kept = (await readEvents(store, 0, 10_000)).map(({ event }) => event);
    const steps = kept.flatMap((event) => (event.type === "RunProgressed" && event.at < 750_000 ? [event.at] : []));
    expect(steps.length).toBeGreaterThan(4);
    expect(steps.length).toBeLessThan(12);
    expect(kept.filter((event) => event.type === "RunProgressed" && event.at >= 750_000)).toHaveLength(51);
    const folded = new Scheduler(resolve, world.scheduler.setting);
    for (const event of kept) folded.observe(event);
    expect(folded.job("job-1")).toEqual(world.job("job-1"));
    expect(folded.migration("job-1")).toEqual(world.scheduler.migration("job-1"));
    expect(folded.migration("job-1")?.lostSteps).toBe(11);
    expect(await thinProgress(store, 750_000)).toBe(to);
  });
});

describe("an access token", () => {
  it("is known by its text, which is stored nowhere, until it is revoked", async () => {
    const { secret, id } = await createToken(store, "laptop", 7);
    expect(await findToken(store, secret)).toEqual({ id, name: "laptop", createdAt: 7 });
    expect(await findToken(store, `${secret}x`)).toBeNull();
    const rows = await store.fork().getConnection().execute("select * from token");
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(await revokeToken(store, id)).toBe(true);
    expect(await findToken(store, secret)).toBeNull();
    expect(await listTokens(store)).toEqual([]);
  });
});

describe("a database opened to be read", () => {
  const file = (): string => join(folder, "schedulearn.db");

  it("is read while its owner writes, and cannot be written", async () => {
    await clusterId(store);
    const reader = await openStoreToRead(file());
    try {
      await createToken(store, "late", 1);
      expect(await listTokens(reader)).toHaveLength(1);
      await expect(createToken(reader, "mine", 2)).rejects.toThrow(/readonly/i);
    } finally {
      await reader.close();
    }
  });

  it("is left as it was, without a file beside it, when nobody has it open", async () => {
    await clusterId(store);
    await store.close();
    const before = [readdirSync(folder), readFileSync(file())];
    const reader = await openStoreToRead(file());
    expect(await new Queries(reader).servers()).toEqual([]);
    await reader.close();
    expect([readdirSync(folder), readFileSync(file())]).toEqual(before);
    store = await openStore(file());
  });

  it("must be there, be a database, and of this version", async () => {
    await expect(openStoreToRead(join(folder, "none.db"))).rejects.toThrow(/there is no database .*none\.db/);
    expect(readdirSync(folder)).not.toContain("none.db");
    writeFileSync(join(folder, "notes.txt"), "no database at all, however long this text may be");
    await expect(openStoreToRead(join(folder, "notes.txt"))).rejects.toThrow(/notes\.txt cannot be used/);
    await store.fork().getConnection().execute("delete from schema_migration where name = '2026-11-25-learning'");
    await expect(openStoreToRead(file())).rejects.toThrow(/older version/);
  });
});
