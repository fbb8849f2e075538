import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
const ids: string[] = [];
beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 1));
  for (let i = 0; i < 7; i++)
    ids.push(
      await house.submit({
        command: i === 0 ? "sleep 1000" : "true",
        gpus: { count: 1 },
        name: `job number ${i}`,
        type: i % 2 ? "odd" : "even",
        user: i < 3 ? "ann" : "bob",
        priority: i === 4 ? 2 : i === 1 ? 1 : 0,
        labels: { project: i < 5 ? "vision" : "speech", "team/name": `t${i % 3}` },
      }),
    );
  await until("the first runs", async () => (await list("{statuses: [RUNNING]}")).length === 1);
});
afterAll(() => house.close());

const list = async (filter: string): Promise<string[]> =>
  (await house.data(`{ jobs(filter: ${filter}, orderBy: OLDEST_FIRST) { nodes { id } } }`)).jobs.nodes.map(
    ({ id }: { id: string }) => id,
  );
const some = (...numbers: number[]): string[] => numbers.map((i) => ids[i]!);

describe("the list of jobs", () => {
  it.each([
    ["{phase: QUEUED}", [1, 2, 3, 4, 5, 6]],
    ["{phase: RUNNING}", [0]],
    ["{phase: COMPLETED}", []],
    ["{phase: QUEUED, statuses: [RUNNING]}", []],
    ["{statuses: [PENDING, RUNNING]}", [0, 1, 2, 3, 4, 5, 6]],
    ['{user: "bob"}', [3, 4, 5, 6]],
    ['{type: "odd", user: "bob"}', [3, 5]],
    ['{name: "job number 4"}', [4]],
    ['{labels: {project: "speech"}}', [5, 6]],
    ['{labels: {project: "vision", "team/name": "t1"}}', [1, 4]],
    ['{labels: {nobody: "x"}}', []],
    ['{search: "NUMBER 4"}', [4]],
    ['{search: "ann", phase: QUEUED}', [1, 2]],
    ['{search: "1"}', [0, 1]],
    ['{search: "job-2"}', [1]],
    ['{search: "100%"}', []],
    ['{server: "alpha"}', [0]],
    ['{server: "elsewhere"}', []],
  ])("is filtered by %s", async (filter, numbers) => {
    const written = filter.includes('"team/name"') ? null : filter;
    if (written) expect(await list(written)).toEqual(some(...numbers));
    else {
      const query = "query ($labels: JSON) { jobs(filter: {labels: $labels}, orderBy: OLDEST_FIRST) { nodes { id } } }";
      const { jobs } = await house.data(query, { labels: { project: "vision", "team/name": "t1" } });
      expect(jobs.nodes.map(({ id }: { id: string }) => id)).toEqual(some(...numbers));
    }
  });

  it.each([
    ["NEWEST_FIRST", [6, 5, 4, 3, 2, 1, 0]],
    ["OLDEST_FIRST", [0, 1, 2, 3, 4, 5, 6]],
    ["NAME", [0, 1, 2, 3, 4, 5, 6]],
    ["PRIORITY", [4, 1, 0, 2, 3, 5, 6]],
    ["LAST_ENDED", [6, 5, 4, 3, 2, 1, 0]],
  ])("is read in pages without loss or repetition, %s", async (orderBy, order) => {
    const query = `query ($after: Cursor) { jobs(first: 3, after: $after, orderBy: ${orderBy}) {
      totalCount edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }`;
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 3; page++) {
      const { jobs }: Json = await house.data(query, { after });
      expect(jobs.totalCount).toBe(7);
      expect(jobs.edges.map(({ node }: Json) => node)).toEqual(jobs.nodes);
      expect(jobs.pageInfo).toEqual({
        hasNextPage: page < 2,
        hasPreviousPage: page > 0,
        startCursor: jobs.edges[0].cursor,
        endCursor: jobs.edges.at(-1).cursor,
      });
      seen.push(...jobs.nodes.map(({ id }: Json) => id));
      after = jobs.pageInfo.endCursor;
    }
    expect(seen).toEqual(some(...order));
    const skipped = await house.data(`{ jobs(first: 2, skip: 3, orderBy: ${orderBy}) { totalCount nodes { id } } }`);
    expect(skipped.jobs).toEqual({ totalCount: 7, nodes: some(...order.slice(3, 5)).map((id) => ({ id })) });
  });

  it.each([0, -1, 101])("refuses a page of %i by the argument's name", async (first) => {
    const { errors } = await house.ask("query ($first: Int) { jobs(first: $first) { totalCount } }", { first });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: "first" } }]);
  });

  it.each(["nonsense", "e:3", "j:", "j:x", "s:alpha"])("refuses the cursor %s of nowhere", async (after) => {
    const { errors } = await house.ask("query ($after: Cursor) { jobs(after: $after) { totalCount } }", { after });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: "after" } }]);
  });
});

describe("other lists", () => {
  it("are read in pages too", async () => {
    const query =
      "query ($after: Cursor) { gpus(first: 1, after: $after) { totalCount nodes { id index server { name } job { id } } pageInfo { hasNextPage endCursor } } }";
    const { gpus } = await house.data(query);
    expect(gpus).toMatchObject({
      totalCount: 1,
      nodes: [{ id: "alpha/0", index: 0, server: { name: "alpha" }, job: { id: ids[0] } }],
      pageInfo: { hasNextPage: false },
    });
    expect((await house.data(query, { after: gpus.pageInfo.endCursor })).gpus.nodes).toEqual([]);
    const { errors } = await house.ask(query, { after: "g:beta/0" });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: "after" } }]);
  });

  it("tell the cluster and its counts", async () => {
    const { cluster, version } = await house.data(
      "{ version cluster { id version policy placement counts { queued running completed } eventCursor } }",
    );
    expect(cluster).toMatchObject({
      version,
      policy: "fifo",
      placement: "consolidate",
      counts: { queued: 6, running: 1, completed: 0 },
    });
    expect(cluster.id).toBe(house.engine.cluster);
  });
});

describe("the number of SQL statements", () => {
  const query = `query ($first: Int) { jobs(first: $first) { totalCount nodes { id name
    lastServer { name } serverNames
    server { name gpus { id job { id } } } grantedGpus { id } runs { nodes { id server { name } gpus { id } job { id } } }
    migrations { nodes { id job { id } } } } } }`;

  it("does not grow with the number of jobs", async () => {
    const forecast = "select count(*) as jobs from forecast";
    await until("nobody else asks: each job is forecast", async () => {
      const [told] = await house.engines.store.fork().getConnection().execute<{ jobs: number }[]>(forecast);
      return told?.jobs === ids.length;
    });
    const count = async (first: number): Promise<number> => {
      const statements: unknown[] = [];
      const knex = (house.engines.store.fork().getConnection() as Json).getKnex();
      const note = (statement: unknown): unknown => statements.push(statement);
      knex.on("query", note);
      const { jobs } = await house.data(query, { first });
      knex.off("query", note);
      expect(jobs.nodes).toHaveLength(first);
      return statements.length;
    };
    const forOne = await count(1);
    expect(forOne).toBeGreaterThan(0);
    expect(await count(7)).toBe(forOne);
    expect(forOne).toBeLessThanOrEqual(6);
  });
});

describe("what became of jobs over time", () => {
  it("is counted by how they ended, in steps", async () => {
    const from = Date.now() - 3_600_000;
    const failing = await house.submit({ command: "exit 3", name: "fails" });
    const good = await house.submit({ command: "true", name: "ends well" });
    for (const id of [failing, good])
      await until("it is over", async () => (await house.data(`{ job(id: "${id}") { endedAt } }`)).job.endedAt);
    const query =
      "query ($from: DateTime!, $to: DateTime) { outcomes(from: $from, to: $to, points: 4) { at completed failed cancelled } }";
    const { outcomes } = await house.data(query, { from: new Date(from).toISOString() });
    expect(outcomes.map(({ completed, failed }: Json) => [completed, failed])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
    const [first, second] = outcomes.map(({ at }: Json) => Date.parse(at));
    expect([first, Math.round((second - first) / 60_000)]).toEqual([from, 15]);
    const { errors } = await house.ask(query, { from: new Date(from).toISOString(), to: new Date(from).toISOString() });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: "to" } }]);
  });
});
