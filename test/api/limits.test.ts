import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
});
afterAll(() => house.close());

const deep = (levels: number): string =>
  `{ servers { nodes { ${"jobs { server { ".repeat(levels)} id ${"} } ".repeat(levels)} } } }`;
const aliases = (count: number): string => `{ ${Array.from({ length: count }, (_, i) => `a${i}: version`).join(" ")} }`;
const bomb = (levels: number): string =>
  `query { ...f0 } ${Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(" ")} fragment f${levels} on Query { version }`;
const costly =
  "{ jobs(first: 100) { nodes { runs(first: 100) { nodes { job { migrations(first: 100) { nodes { id } } } } } } } }";
const long = `{ ${"version ".repeat(6000)} }`;

const FAULTS: [string, string, string][] = [
  ["an operation that is too deep", deep(8), "DEPTH_LIMIT"],
  ["too many aliases", aliases(51), "ALIAS_LIMIT"],
  ["fragments that unfold to millions of fields", bomb(40), "FIELD_LIMIT"],
  ["an answer that would be huge", costly, "COST_LIMIT"],
  ["an endless text", long, "GRAPHQL_PARSE_FAILED"],
  ["a malformed text", "{ version", "GRAPHQL_PARSE_FAILED"],
  ["an unknown field", "{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
  [
    "fragments that contain themselves",
    "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "GRAPHQL_VALIDATION_FAILED",
  ],
  ["a variable of another type", "query ($id: ID!) { job(id: $id) { id } }", "BAD_USER_INPUT"],
];

describe("what is refused before anything is done", () => {
  it.each(FAULTS)("%s, on HTTP", async (_what, query, code) => {
    const { status, errors, data } = await house.ask(query, { id: { no: "id" } });
    expect(errors?.map(({ extensions }) => extensions.code)).toContain(code);
    expect([status, data ?? null]).toEqual([400, null]);
  });

  it.each(FAULTS)("%s, on WebSocket", async (_what, query, code) => {
    const followed = await house.follow(query, { id: { no: "id" } }).ended();
    const errors = followed.errors.length > 0 ? followed.errors : followed.end;
    expect(errors.map(({ extensions }: Json) => extensions.code)).toContain(code);
    expect(followed.items).toEqual([]);
  });

  it("a subscription over HTTP, with a word where it belongs", async () => {
    const { status, errors } = await house.ask("subscription { events { cursor } }");
    expect([status, errors?.[0]?.message]).toEqual([400, expect.stringContaining("WebSocket")]);
  });

  it("many operations in one request", async () => {
    const body = JSON.stringify([{ query: "{ version }" }, { query: "{ version }" }]);
    const { status, errors } = await house.post(body);
    expect([status, errors?.[0]?.message]).toEqual([400, expect.stringContaining("batching")]);
  });

  it("a body that is too large, or no JSON", async () => {
    const large = await house.post(JSON.stringify({ query: "{ version }", padding: "x".repeat(2 ** 20) }));
    expect([large.status, large.errors?.[0]?.extensions.code]).toEqual([413, "BODY_LIMIT"]);
    const broken = await house.post("{nonsense");
    expect([broken.status, broken.errors?.[0]?.extensions.code]).toEqual([400, "BAD_REQUEST"]);
    const followed = await house.follow("{ version }", { padding: "x".repeat(2 ** 20) }).ended();
    expect(followed.end.code).toBe(1009);
  });

  it("names the limit", async () => {
    expect((await house.ask(aliases(51))).errors![0]!.message).toBe("the operation has 51 aliases, and 50 are allowed");
    expect((await house.ask(costly)).errors![0]!.extensions.cost).toMatchObject({ limit: 100_000 });
  });
});

describe("what is allowed", () => {
  it("tells what it cost", async () => {
    const { extensions } = await house.ask("{ jobs(first: 10) { nodes { id name } } }");
    expect(extensions).toEqual({ cost: { cost: 1 + 10 * 3, limit: 100_000 } });
  });

  it("includes the introspection of editors", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    const { errors, data } = await house.ask(
      getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true }),
    );
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(50);
  });
});

describe("an operation that takes too long", () => {
  it("is given up, on both ways in", async () => {
    await house.api.close();
    await house.listen({
      limits: { operationMillis: 150, requestsPerSecond: 1000 },
      probe: () => new Promise(() => {}),
    });
    const query =
      'mutation { addServer(input: {name: "far", endpoint: "unix:///nowhere"}) { server { id } errors { message } } }';
    const { status, errors } = await house.ask(query);
    expect([status, errors![0]!.extensions.code]).toEqual([503, "TIMEOUT"]);
    const followed = await house.follow(query).ended();
    expect(followed.errors[0].extensions.code).toBe("TIMEOUT");
    await house.api.close();
    await house.listen();
  });
});

describe("one address", () => {
  it("is served so many requests a second, and told to wait beyond that", async () => {
    await house.api.close();
    await house.listen({ limits: { requestsPerSecond: 2 } });
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) statuses.push((await house.ask("{ version }")).status);
    expect(statuses).toEqual(Array(8).fill(200));
    const refused = await until("it is told to wait", async () => {
      const answer = await house.ask("{ version }");
      return answer.status === 429 ? answer : null;
    });
    expect(refused.errors![0]!.extensions.code).toBe("RATE_LIMIT");
    await house.api.close();
    await house.listen();
  });

  it("may have so many streams on one connection", async () => {
    await house.api.close();
    await house.listen({ limits: { streams: 2, requestsPerSecond: 1000 } });
    const client = house.socket();
    const refused = new Promise<Json>((resolve) => {
      for (let i = 0; i < 3; i++)
        client.subscribe(
          { query: "subscription { events { cursor } }" },
          { next: () => {}, error: resolve, complete: () => {} },
        );
    });
    expect((await refused)[0].extensions.code).toBe("STREAM_LIMIT");
    await client.dispose();
  });
});
