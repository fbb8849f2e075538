import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient, type SchedulearnClient } from "../../clients/sdk/index.ts";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

describe("the lines of a job's output", () => {
  let house: ApiHouse;
  let client: SchedulearnClient;
  let job: string;
  beforeAll(async () => {
    house = await new ApiHouse().open();
    await house.engines.join(aServer("alpha", 1));
    client = createClient({ url: house.api.url });
    job = await house.submit({ command: "for i in 1 2 3 4 5 6; do echo out $i; echo err $i >&2; done" });
    await until("it is over", () => house.engine.hasEnded(job));
  });
  afterAll(async () => {
    client.close();
    await house.close();
  });

  it("have numbers, by which a page begins", async () => {
    const all = await client.logPage(job);
    expect(all.lines.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    const page = await client.logPage(job, { line: 5, first: 3 });
    expect(page.lines).toEqual(all.lines.slice(4, 7));
    expect([page.linesToCursor, page.hasMore]).toEqual([7, true]);
    expect(await client.logPage(job, { line: 99 })).toMatchObject({ lines: [], linesToCursor: 12 });
  });

  it("keep their numbers when others are left out", async () => {
    const all = await client.logPage(job);
    for (const stream of ["STDOUT", "STDERR"] as const) {
      const { lines } = await client.logPage(job, { filter: { stream } });
      expect(lines).toEqual(all.lines.filter((line) => line.stream === stream));
    }
  });

  it("are counted from 1, and a page begins at one place only", async () => {
    const { cursor } = await client.logPage(job, { first: 1 });
    for (const [query, message] of [
      [{ line: 0 }, "line: lines are counted from 1; 0 is none"],
      [{ line: 2, after: cursor }, "line: it cannot stand beside after"],
      [{ line: 2, last: 3 }, "it cannot stand beside first, after, line or filter"],
    ] as const)
      await expect(client.logPage(job, query)).rejects.toThrow(message);
  });

  it("are to be had as one text, of all runs or of one", async () => {
    const text = async (query = {}): Promise<string> => new Response(await client.downloadLog(job, query)).text();
    const { lines } = await client.logPage(job);
    expect(await text()).toBe(lines.map((line) => `${line.text}\n`).join(""));
    expect(await text({ attempt: 1 })).toBe(await text());
    expect(await text({ attempt: 2 })).toBe("");
    await expect(client.downloadLog("job-99")).rejects.toThrow("there is no job job-99");
    const answer = await fetch(new URL(`/logs/${job}?attempt=x`, house.api.url));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("runs are counted from 1")]);
    const statusOf = async (path: string) => (await fetch(new URL(path, house.api.url))).status;
    expect([await statusOf("/logs/%E0%A4%A"), await statusOf("/logs/1/2")]).toEqual([400, 404]);
    const whole = await fetch(new URL("/logs/1", house.api.url));
    expect(whole.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(whole.headers.get("content-disposition")).toBe(`attachment; filename="${job}.log"`);
    await whole.text();
    const { logs } = house.engine;
    await logs.cut(job, 1, Date.parse("2026-03-01"));
    expect(await text()).toBe("[… 12 lines of attempt 1 were removed by retention on 2026-03-01]\n");
  });

  it("are not for who has no token, where one is needed", async () => {
    const token = await house.newToken();
    const path = new URL(`/logs/${job}`, house.api.url);
    expect((await fetch(path)).status).toBe(401);
    expect((await fetch(path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });
});
