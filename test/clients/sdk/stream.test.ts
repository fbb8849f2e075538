import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  AuthError,
  createClient,
  RequestError,
  type SchedulearnClient,
  UnreachableError,
} from "../../../clients/sdk/index.ts";
import { until } from "../../drivers/support.ts";
import { type FakeServer, fakeServer, line, type Subscription } from "./fake-server.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function serve(...given: Parameters<typeof fakeServer>): Promise<FakeServer> {
  const server = await fakeServer(...given);
  endings.push(() => server.close());
  return server;
}

function connect(url: string, retry: object = {}): SchedulearnClient {
  const client = createClient({ url, webSocket: WebSocket, retry: { firstMillis: 1, maxMillis: 5, ...retry } });
  endings.push(() => client.close());
  return client;
}

async function readAll(items: AsyncIterable<{ readonly cursor: string }>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { cursor } of items) seen.push(cursor);
  return seen;
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
const begin = ({ variables }: Subscription): number => Number(variables.after ?? 0);

test("a hundred cut connections lose no item and double none", async () => {
  const server = await serve((subscription) => {
    const from = begin(subscription);
    for (let n = from + 1; n <= Math.min(from + 7, 700); n++) subscription.next(line(n));
    if (from + 7 >= 700) subscription.complete();
    else subscription.socket.terminate();
  });
  // A cut connection may swallow what was just sent: the server of this test sends it again when it is asked to.
  expect(await readAll(connect(server.url).followLogs("job-1"))).toEqual(numbers(1, 700));
  expect(server.connections()).toBeGreaterThanOrEqual(100);
});

test.each([1000, 1001, 1012, 4499, 4500])(
  "after a close with code %i it goes on behind the last item",
  async (code) => {
    const server = await serve((subscription) => {
      const from = begin(subscription);
      subscription.next(line(from + 1));
      subscription.next(line(from + 2));
      if (from < 8) subscription.socket.close(code);
      else subscription.complete();
    });
    expect(await readAll(connect(server.url, { attempts: 3 }).followLogs("job-1"))).toEqual(numbers(1, 10));
  },
);

test.each([
  [4401, AuthError],
  [4403, AuthError],
  [4400, RequestError],
] as const)("a close with code %i is final", async (code, type) => {
  const server = await serve((subscription) => {
    subscription.next(line(1));
    subscription.socket.close(code, "because");
  });
  const items = connect(server.url).followLogs("job-1");
  expect(await items.next()).toMatchObject({ value: { cursor: "1" } });
  const error = await items.next().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(type);
  expect(error).toMatchObject({ message: "because" });
  expect(server.connections()).toBe(1);
});

test("a token goes with the connection, and a refused one ends the stream", async () => {
  const given: unknown[] = [];
  const server = await serve(
    () => {},
    (socket, payload) => {
      given.push(payload);
      socket.close(4403, "Forbidden");
      return false;
    },
  );
  const client = createClient({ url: server.url, webSocket: WebSocket, token: "abc" });
  endings.push(() => client.close());
  await expect(readAll(client.followLogs("job-1"))).rejects.toThrow(AuthError);
  expect(given).toEqual([{ authorization: "Bearer abc" }]);
});

test("an error of the operation ends the stream with its code", async () => {
  const server = await serve((subscription) =>
    subscription.error([{ message: "there is no job 9", extensions: { code: "NOT_FOUND" } }]),
  );
  await expect(readAll(connect(server.url).followLogs("9"))).rejects.toMatchObject({
    name: "RequestError",
    code: "NOT_FOUND",
    message: "there is no job 9",
  });
});

test("without a server it fails at once, and names the address", async () => {
  const server = await serve(() => {});
  await server.close();
  endings.pop();
  const error = await readAll(connect(server.url, { firstMillis: 60_000 }).followLogs("job-1")).catch(
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error.message).toBe(`no Schedulearn server answers at ${server.url}: connection refused`);
});

test("a server that does not come back ends the stream after the attempts allowed", async () => {
  const server = await serve((subscription) => subscription.next(line(1)));
  const told: number[] = [];
  const client = connect(server.url, {
    attempts: 3,
    onRetry: ({ attempt }: { attempt: number }) => told.push(attempt),
  });
  const items = client.followLogs("job-1");
  await items.next();
  await server.close();
  endings.splice(0, 1);
  await expect(items.next()).rejects.toThrow(UnreachableError);
  expect(told).toEqual([1, 2, 3]);
});

test("streams share one connection", async () => {
  const server = await serve((subscription) => {
    if (server.subscriptions.length === 3) for (const each of server.subscriptions) each.complete();
    return subscription;
  });
  const client = connect(server.url);
  await Promise.all([
    readAll(client.followLogs("1")),
    readAll(client.followProgress("1")),
    readAll(client.followLogs("job-1")),
  ]);
  expect(server.connections()).toBe(1);
});

test("an aborted stream ends, and so does its subscription", async () => {
  const server = await serve((subscription) => subscription.next(line(1)));
  const stop = new AbortController();
  const items = connect(server.url).followLogs("job-1", { signal: stop.signal });
  await items.next();
  const rest = items.next();
  stop.abort();
  expect(await rest).toEqual({ done: true, value: undefined });
  await until("its subscription ends", () => server.subscriptions[0]?.isEnded());
});

test("a reader that leaves ends the subscription", async () => {
  const server = await serve((subscription) => subscription.next(line(1)));
  for await (const _ of connect(server.url).followLogs("job-1")) break;
  await until("its subscription ends", () => server.subscriptions[0]?.isEnded());
});

test("a slow reader has the server stop, and is given the rest when it has read", async () => {
  const server = await serve((subscription) => {
    for (let n = begin(subscription) + 1; n <= 1000; n++) subscription.next(line(n));
    subscription.complete();
  });
  const items = connect(server.url).followLogs("job-1");
  const first = await items.next();
  await until("its subscription ends", () => server.subscriptions[0]?.isEnded());
  expect(first.value?.cursor).toBe("1");
  expect(await readAll(items)).toEqual(numbers(2, 1000));
  expect(server.subscriptions.length).toBeGreaterThan(1);
});
