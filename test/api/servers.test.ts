import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 1));
});
afterAll(() => house.close());

const add = (input: Record<string, unknown>) =>
  house.mutate("addServer", input, "server { id name health reason gpus { index } }");
const names = async (): Promise<string[]> =>
  (await house.data("{ servers { nodes { name } } }")).servers.nodes.map(({ name }: Json) => name);

describe("addServer", () => {
  it("takes a server in, which is up when it answers, and removeServer forgets it", async () => {
    const { server, errors } = await add({ name: "beta", endpoint: "local", gpus: 2 });
    expect(errors).toEqual([]);
    expect(server).toMatchObject({ id: "beta", name: "beta", gpus: [{ index: 0 }, { index: 1 }] });
    await until(
      "it is up",
      async () => (await house.data('{ server(name: "beta") { health } }')).server.health === "UP",
    );
    const removed = await house.mutate("removeServer", { name: "beta" }, "removedServerId");
    expect(removed).toEqual({ removedServerId: "beta", errors: [] });
    expect(await names()).toEqual(["alpha"]);
  });

  it("refuses one that cannot be reached, unless it need not be verified", async () => {
    house.unreachable = "connection refused";
    const refused = await add({ name: "gamma", endpoint: "unix:///nowhere.sock" });
    expect(refused).toMatchObject({ server: null, errors: [{ code: "UNREACHABLE", path: ["endpoint"] }] });
    expect(refused.errors[0].message).toContain("connection refused");
    expect(await names()).toEqual(["alpha"]);
    const taken = await add({ name: "gamma", endpoint: "unix:///nowhere.sock", verify: false });
    expect(taken.server).toMatchObject({ health: "DOWN", reason: "not connected yet" });
    await house.mutate("removeServer", { name: "gamma" }, "removedServerId");
    house.unreachable = null;
  });

  it.each([
    [{ name: "alpha", endpoint: "local" }, "CONFLICT", /server named alpha already/],
    [{ name: "Beta!", endpoint: "local" }, "INVALID_INPUT", /^name: /],
    [{ name: "beta", endpoint: "http://host:2375" }, "INVALID_INPUT", /did you mean tcp/],
    [{ name: "beta", endpoint: "tcp://far.example:2375" }, "INVALID_INPUT", /without tls/],
    [{ name: "beta", endpoint: "local", gpus: -1 }, "INVALID_INPUT", /^gpus: /],
    [{ name: "beta", endpoint: "local", gpus: 1, gpuList: [{ index: 0 }] }, "INVALID_INPUT", /not both/],
    [{ name: "job-17", endpoint: "local" }, "INVALID_INPUT", /looks like the id of a job/],
  ])("refuses %j", async (input, code, message) => {
    expect(await add(input)).toMatchObject({
      server: null,
      errors: [{ code, message: expect.stringMatching(message) }],
    });
    expect(await names()).toEqual(["alpha"]);
  });
});

describe("removeServer and drainServer", () => {
  it("refuse an unknown server", async () => {
    const problem = { code: "NOT_FOUND", path: ["name"], message: "there is no server beta; there are: alpha" };
    expect((await house.mutate("removeServer", { name: "beta" }, "removedServerId")).errors).toEqual([problem]);
    expect((await house.mutate("drainServer", { name: "beta" }, "server { id }")).errors).toEqual([problem]);
  });

  it("keep a server that runs something, and drain it", async () => {
    const id = await house.submit({ command: "sleep 1000", gpus: { count: 1 } });
    await until(
      "it runs",
      async () =>
        (await house.data('{ server(name: "alpha") { jobs { status } } }')).server.jobs[0]?.status === "RUNNING",
    );
    const { errors } = await house.mutate("removeServer", { name: "alpha" }, "removedServerId");
    expect(errors).toMatchObject([
      { code: "CONFLICT", message: `${id} still runs on alpha: drain it first, or force it` },
    ]);
    const { server } = await house.mutate(
      "drainServer",
      { name: "alpha" },
      "server { draining coresUsed memoryUsedMiB }",
    );
    expect(server).toMatchObject({ draining: true, coresUsed: 1 });
    const waiting = await house.submit({ command: "true" });
    const { job } = await house.data("query ($id: ID!) { job(id: $id) { statusReason } }", { id: waiting });
    expect(job.statusReason).toBe("alpha is draining; no server that could hold it takes jobs now");
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
    await house.mutate("drainServer", { name: "alpha", draining: false }, "server { id }");
    await until(
      "it has run",
      async () =>
        (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id: waiting })).job.status === "COMPLETED",
    );
  });
});

describe("removeServer with force", () => {
  it("has what runs there begin anew elsewhere", async () => {
    await add({ name: "beta", endpoint: "local", gpus: 2 });
    const id = await house.submit({ command: "sleep 1000", gpus: { count: 2 } });
    const job = async (): Promise<Json> =>
      (await house.data("query ($id: ID!) { job(id: $id) { status runs { nodes { failure { code } } } } }", { id }))
        .job;
    await until("it runs", async () => (await job()).status === "RUNNING");
    expect((await house.mutate("removeServer", { name: "beta" }, "removedServerId")).errors[0].message).toContain(
      "force",
    );
    const removed = await house.mutate("removeServer", { name: "beta", force: true }, "removedServerId");
    expect(removed).toEqual({ removedServerId: "beta", errors: [] });
    expect(await names()).toEqual(["alpha"]);
    expect(await job()).toMatchObject({ status: "PENDING", runs: { nodes: [{ failure: { code: "server-lost" } }] } });
    await house.mutate("cancelJob", { id });
  });
});

describe("setPolicy", () => {
  const set = (input: Record<string, unknown>) =>
    house.mutate("setPolicy", input, "policy { key active values } placement { key }");

  it("changes policy, options and placement; what is not given stays", async () => {
    expect((await set({ policy: "fifo", options: { backfill: "fit" } })).policy).toMatchObject({
      key: "fifo",
      active: true,
      values: { backfill: "fit" },
    });
    expect(await set({ placement: "spread" })).toMatchObject({
      policy: { key: "fifo", active: true, values: { backfill: "fit" } },
      placement: { key: "spread" },
      errors: [],
    });
    expect((await set({ policy: "round-robin" })).policy.key).toBe("round-robin");
    const { policies, placements } = await house.data(
      "{ policies { key active values description options { name default } } placements { key active } }",
    );
    expect(policies.filter(({ active }: Json) => active)).toMatchObject([
      { key: "round-robin", values: expect.any(Object) },
    ]);
    expect(placements).toContainEqual({ key: "spread", active: true });
    await set({ policy: "fifo", placement: "consolidate" });
  });

  it.each([
    [{ policy: "fiffo" }, "UNKNOWN_POLICY", ["policy"], /there are: fifo/],
    [{ placement: "anywhere" }, "UNKNOWN_POLICY", ["placement"], /there are: consolidate/],
    [{ options: { backfil: "fit" } }, "INVALID_INPUT", ["options", "backfil"], /no option backfil; it has: backfill/],
    [{ options: { backfill: "all" } }, "INVALID_INPUT", ["options", "backfill"], /one of none, fit/],
    [{}, "INVALID_INPUT", ["policy"], /give policy, options or placement/],
  ])("refuses %j and changes nothing", async (input, code, path, message) => {
    const before = await house.data("{ cluster { policy placement } }");
    expect((await set(input)).errors).toMatchObject([{ code, path, message: expect.stringMatching(message) }]);
    expect(await house.data("{ cluster { policy placement } }")).toEqual(before);
  });
});

describe("cordonServer and drainServer", () => {
  const fields = "server { state stateReason draining cordoned { reason } drain { reason jobsLeft deadlineAt since } }";
  const change = (mutation: "cordonServer" | "drainServer", input: Record<string, unknown>) =>
    house.mutate(mutation, { name: "alpha", ...input }, fields);

  it("give a server a state with its reason until they end; a drain has a deadline and counts what is left", async () => {
    const jobs = async (): Promise<Json[]> =>
      (await house.data('{ server(name: "alpha") { jobs { id } } }')).server.jobs;
    await until("the cancelled jobs have let go of it", async () => (await jobs()).length === 0);
    const cordoned = await change("cordonServer", { reason: " a fan rattles " });
    expect(cordoned.server).toMatchObject({ state: "CORDONED", stateReason: "a fan rattles", drain: null });
    const { server } = await change("drainServer", { deadlineSeconds: 60 });
    expect(server).toMatchObject({ state: "DRAINING", stateReason: null, draining: true, drain: { jobsLeft: 0 } });
    expect(Date.parse(server.drain.deadlineAt) - Date.parse(server.drain.since)).toBe(60_000);
    expect((await change("drainServer", { draining: false })).server).toMatchObject({ state: "CORDONED", drain: null });
    expect((await change("cordonServer", { cordoned: false })).server).toMatchObject({ state: "UP", cordoned: null });
  });

  it.each([
    ["drainServer", { deadlineSeconds: -1 }, "INVALID_INPUT", /^deadlineSeconds: /],
    ["cordonServer", { reason: "x".repeat(501) }, "INVALID_INPUT", /^reason: /],
    ["cordonServer", { name: "nowhere" }, "NOT_FOUND", /there is no server nowhere/],
  ] as const)("%s refuses %j", async (mutation, input, code, message) => {
    expect(await change(mutation, input)).toMatchObject({
      server: null,
      errors: [{ code, message: expect.stringMatching(message) }],
    });
  });
});
