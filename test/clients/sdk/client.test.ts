import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  AuthError,
  createClient,
  RequestError,
  type SchedulearnClient,
  SchedulearnError,
} from "../../../clients/sdk/index.ts";
import { createToken, revokeToken } from "../../../src/store/settings.ts";
import { openStore } from "../../../src/store/store.ts";
import { type House, startHouse, wireTo } from "../house.ts";

/** Waits until what is asked is so. */
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 20_000, interval: 20 });

let house: House;
let client: SchedulearnClient;

beforeAll(async () => {
  house = await startHouse();
  client = createClient({ url: house.url, webSocket: WebSocket });
});
afterAll(async () => {
  client.close();
  await house.end();
});

/** A job that prints its lines as fast as it is told, until the file is there. */
const counting = (file: string): string =>
  `i=0; while [ ! -e ${file} ]; do i=$((i+1)); echo "line $i"; sleep 0.004; done; echo "end $i"`;

test("a hundred connections cut during a log stream lose no line and double none", async () => {
  const wire = await wireTo(house.url);
  const reader = createClient({ url: wire.url, webSocket: WebSocket, retry: { firstMillis: 1, maxMillis: 20 } });
  const file = join(house.folder, "enough");
  const job = await client.submit({ command: counting(file) });
  const lines: string[] = [];
  try {
    for await (const batch of reader.followLogs(job.id)) {
      lines.push(...batch.lines.map(({ text }) => text));
      if (wire.connections() <= 100) wire.cut();
      else writeFileSync(file, "");
    }
  } finally {
    reader.close();
    wire.close();
  }
  const count = lines.length - 1;
  expect(lines).toEqual([...Array.from({ length: count }, (_, i) => `line ${i + 1}`), `end ${count}`]);
  expect(wire.connections()).toBeGreaterThan(100);
});

test("a stream goes on with the next server when the first one ends, and loses nothing", async () => {
  const file = join(house.folder, "restarted");
  const job = await client.submit({ command: counting(file) });
  const lines: string[] = [];
  let restarting: Promise<void> | null = null;
  for await (const batch of client.followLogs(job.id)) {
    lines.push(...batch.lines.map(({ text }) => text));
    restarting ??= house.restart().then((next) => {
      house = next;
      writeFileSync(file, "");
    });
  }
  await restarting;
  const count = lines.length - 1;
  expect(lines).toEqual([...Array.from({ length: count }, (_, i) => `line ${i + 1}`), `end ${count}`]);
});

test("waitFor gives the job as it ended, however often the connection is cut", async () => {
  const wire = await wireTo(house.url);
  const reader = createClient({ url: wire.url, webSocket: WebSocket, retry: { firstMillis: 1 } });
  const job = await client.submit({
    command: "for i in 1 2 3 4 5; do echo epoch=$i; sleep 0.1; done; exit 3",
    name: "fails",
  });
  const ended = reader.waitFor(job.id);
  for await (const _ of client.followJobs({ job: job.id })) wire.cut();
  const { status, failure, runs } = await ended;
  expect([status, failure?.origin, runs.nodes.map(({ exitCode }) => exitCode)]).toEqual(["FAILED", "APPLICATION", [3]]);
  expect(await client.waitFor(job.id)).toMatchObject({ id: job.id, status: "FAILED" });
  reader.close();
  wire.close();
});

test("waitFor a job that is not there is refused with its code", async () => {
  await expect(client.waitFor("job-999")).rejects.toMatchObject({ name: "SchedulearnError", code: "NOT_FOUND" });
});

test("an aborted wait throws what it was aborted with, and the job goes on", async () => {
  const job = await client.submit({ command: "sleep 60" });
  const stop = new AbortController();
  const ended = client.waitFor(job.id, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(ended).rejects.toThrow("enough");
  expect(await client.job(job.id)).toMatchObject({ endedAt: null });
  await client.delete(job.id, 0);
});

test("a refused job comes back with every fault, its code and its path", async () => {
  const error = await client
    .submit({ command: "true", gpus: { min: 3, max: 1 }, cores: { count: 0 } })
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(SchedulearnError);
  expect(error.faults.map(({ code, path }: { code: string; path: string[] }) => [code, path[0]])).toEqual([
    ["INVALID_INPUT", "cores"],
    ["INVALID_INPUT", "gpus"],
  ]);
});

test("faults of a YAML text come with line and column", async () => {
  await expect(client.submit({ yaml: "command: 'true'\ncores:\n  min: 4\n  max: 2\n" })).rejects.toThrow(
    /line 3, column \d+/,
  );
});

test("the same idempotency key gives the first job again", async () => {
  const key = { idempotencyKey: "once" };
  const [first, second] = [
    await client.submit({ command: "true" }, key),
    await client.submit({ command: "true" }, key),
  ];
  expect(second.id).toBe(first.id);
});

test("allJobs gives each job of all pages once", async () => {
  for (let i = 0; i < 5; i++) await client.submit({ command: "true", labels: { batch: "pages" } });
  const seen: string[] = [];
  for await (const { id } of client.allJobs({ filter: { labels: { batch: "pages" } }, first: 2 })) seen.push(id);
  expect(seen.length).toBe(5);
  expect(new Set(seen).size).toBe(5);
  expect((await client.jobs({ filter: { labels: { batch: "pages" } }, first: 2 })).total).toBe(5);
});

test("events that are followed from now on begin before the first drop", async () => {
  const wire = await wireTo(house.url);
  const reader = createClient({ url: wire.url, webSocket: WebSocket, retry: { firstMillis: 1 } });
  const stop = new AbortController();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { jobId } of reader.followEvents({ types: ["JobSubmitted"], signal: stop.signal })) {
      seen.push(jobId ?? "");
      wire.cut();
      if (seen.length === 5) stop.abort();
    }
  })();
  await eventually(() => wire.connections()).toBeGreaterThanOrEqual(2);
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push((await client.submit({ command: "true" })).id);
  await reading;
  expect(seen).toEqual(ids);
  reader.close();
  wire.close();
});

test("past events are those that were followed", async () => {
  const job = await client.submit({ command: "true" });
  await client.waitFor(job.id);
  const past = await client.events({ job: job.id });
  const followed: string[] = [];
  for await (const { type } of client.followEvents({
    job: job.id,
    after: (await client.events({ limit: 1 }))[0]?.cursor,
  }))
    followed.push(type);
  expect(past.map(({ type }) => type)).toEqual(followed);
  expect(followed[0]).toBe("JobSubmitted");
});

test("a policy, a drained server and an updated job are as they were set", async () => {
  await client.setPolicy({ policy: "round-robin", placement: "spread" });
  expect(await client.cluster()).toMatchObject({ policy: "round-robin", placement: "spread" });
  expect(await client.drainServer("beta")).toMatchObject({ name: "beta", draining: true });
  expect((await client.servers()).map(({ name, draining }) => [name, draining])).toEqual([
    ["alpha", false],
    ["beta", true],
  ]);
  await client.drainServer("beta", false);
  await client.setPolicy({ policy: "fifo", placement: "consolidate" });
  const job = await client.submit({ command: "sleep 60" });
  expect(await client.update(job.id, { priority: 7 })).toMatchObject({ priority: 7 });
  await client.delete(job.id, 0);
  await eventually(() => client.job(job.id)).toBeNull();
});

test("a server that a job needs goes by force only, and an ended job tells where it was", async () => {
  await client.addServer({ name: "gamma", endpoint: "local", gpus: 3 });
  await eventually(async () => (await client.servers()).find(({ name }) => name === "gamma")?.health).toBe("UP");
  const job = await client.submit({ command: "sleep 60", gpus: { count: 3 } });
  await eventually(async () => (await client.job(job.id))?.status).toBe("RUNNING");
  await expect(client.removeServer("gamma")).rejects.toMatchObject({ code: "CONFLICT" });
  await client.cancel(job.id, 0);
  await eventually(async () => (await client.job(job.id))?.status).toBe("CANCELLED");
  expect(await client.job(job.id)).toMatchObject({
    server: null,
    lastServer: { name: "gamma" },
    serverNames: ["gamma"],
  });
  const next = await client.submit({ command: "sleep 60", gpus: { count: 3 } });
  await client.removeServer("gamma", { force: true });
  expect((await client.servers()).map(({ name }) => name)).not.toContain("gamma");
  await client.delete(next.id, 0);
});

test("an operation that the server does not know is a RequestError", async () => {
  await expect(client.request("{ nonsense }", {})).rejects.toThrow(RequestError);
});

test.each([
  ["with its path", (url: URL) => url.href],
  ["without it", (url: URL) => url.origin],
  ["ending in a slash", (url: URL) => `${url.origin}/`],
  ["as a host with its port", (url: URL) => url.host],
])("a server's address is taken %s, by requests and by streams", async (_, addressOf) => {
  const reader = createClient({ url: addressOf(new URL(house.url)) });
  expect(reader.url).toBe(house.url);
  const job = await reader.submit({ command: "echo here" });
  const lines = [];
  for await (const { text } of reader.followLines(job.id)) lines.push(text);
  expect(lines).toEqual(["here"]);
  reader.close();
});

test("where tokens exist, none and a wrong one are refused, on HTTP and on the socket; a good one works", async () => {
  const guarded = await startHouse({ servers: "alpha=local" });
  const store = await openStore(guarded.databaseFile);
  const { id, secret } = await createToken(store, "ada", Date.now());
  const clients = [undefined, "wrong", secret].map((token) =>
    createClient({ url: guarded.url, webSocket: WebSocket, token }),
  );
  try {
    const [none, wrong, good] = clients as [SchedulearnClient, SchedulearnClient, SchedulearnClient];
    const refusals = [
      [none, "an access token is needed: send Authorization: Bearer <token>"],
      [wrong, "the access token is not accepted: send Authorization: Bearer <token>"],
    ] as const;
    for (const [bad, message] of refusals) {
      for (const attempt of [() => bad.cluster(), () => bad.followLogs("job-1").next()]) {
        const error = await attempt().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(AuthError);
        expect(error).toMatchObject({ message });
      }
    }
    const job = await good.submit({ command: "true" });
    expect([job.user, (await good.waitFor(job.id)).status]).toEqual(["ada", "COMPLETED"]);
  } finally {
    for (const each of clients) each.close();
    await revokeToken(store, id);
    await store.close();
    await guarded.end();
  }
});
