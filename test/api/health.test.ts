import { afterAll, beforeAll, expect, test } from "vitest";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 0, { cores: 2 }));
});
afterAll(() => house.close());

const get = (path: string): Promise<Response> => fetch(new URL(path, house.api.url));

test("/healthz and /readyz answer anybody, in a word or with all that was looked at", async () => {
  expect(await (await get("/healthz")).text()).toBe("ok\n");
  expect(await (await get("/healthz?verbose")).json()).toMatchObject({
    status: "ok",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    uptimeSeconds: expect.any(Number),
  });
  expect(await (await get("/readyz")).text()).toBe("ready\n");
  const ready = await get("/readyz?verbose");
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({
    status: "ready",
    checks: [
      { name: "server", ok: true, detail: "it serves requests" },
      { name: "database", ok: true, detail: "it can be written" },
      { name: "disk", ok: true, detail: expect.stringMatching(/^\d+ MiB free in the data folder$/) },
      { name: "servers", ok: true, detail: "1 of 1 up" },
    ],
  });
});

test("/readyz is 503 with the reason while the database cannot be written, and well again after that", async () => {
  const connection = house.engines.store.fork().getConnection();
  await connection.execute("pragma query_only = on");
  await expect.poll(async () => (await get("/readyz")).status, { timeout: 10_000 }).toBe(503);
  const answer = await get("/readyz");
  expect(answer.headers.get("retry-after")).toBe("5");
  expect(await answer.text()).toMatch(/^database: .*readonly/);
  expect(await (await get("/readyz?verbose")).json()).toMatchObject({ status: "not ready" });
  expect((await get("/healthz")).status).toBe(200);
  await connection.execute("pragma query_only = off");
  await expect.poll(async () => (await get("/readyz")).status, { timeout: 10_000 }).toBe(200);
});

test("a server that shuts down is not ready from the first moment on, and answers nobody after the last", async () => {
  const { api } = house;
  const url = new URL("/readyz", api.url);
  const agent = await import("node:http").then(({ Agent, get: ask }) => {
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    return {
      kept,
      status: () =>
        new Promise<number>((resolve, reject) => {
          ask(url, { agent: kept }, (response) => {
            response.resume();
            response.once("end", () => resolve(response.statusCode ?? 0));
          }).once("error", reject);
        }),
    };
  });
  expect(await agent.status()).toBe(200);
  const closing = api.close();
  expect(await agent.status().catch(() => 503)).toBe(503);
  await closing;
  house.api = { ...api, close: async () => {} }; // it is closed
  await expect(agent.status()).rejects.toThrow();
  agent.kept.destroy();
});
