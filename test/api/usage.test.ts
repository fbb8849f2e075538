import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

const house = new ApiHouse();

beforeAll(async () => {
  await house.open();
  await house.engines.join(aServer("alpha", 2, { cores: 4, memoryMiB: 4096 }), aServer("beta", 0, { cores: 2 }));
});
afterAll(() => house.close());

const BUSY = "i=0; while [ ! -e stop ]; do i=$((i+1)); done";

describe("the usage of servers and jobs", () => {
  test("tells what is granted, what is really used, and who holds which GPU", async () => {
    const id = await house.submit({ command: BUSY, gpus: { count: 1 }, cores: { count: 1 }, memoryMiB: 512 });
    const stream = house.follow(`subscription { gpuUsage(server: "alpha") {
      cursor at gap { reason } servers { serverName cores coresGranted coresBusy memoryMiB memoryGrantedMiB memoryResidentMiB
        gpus { id jobId held utilisationPercent job { id } gpu { index } } server { name } } } }`);
    // A shell that counts keeps one core busy at most; of a machine that is busy too, a look may come late and tell more.
    const whole = ({ servers: [server] }: Json): boolean =>
      server?.gpus[0].held === 1 && server.coresBusy > 0.1 && server.coresBusy < 1.5 && server.memoryResidentMiB > 0;
    const seen = await until("a whole span is measured", () => stream.items.find(whole));
    stream.leave();
    expect(seen.servers).toMatchObject([
      {
        serverName: "alpha",
        cores: 4,
        coresGranted: 1,
        memoryMiB: 4096,
        memoryGrantedMiB: 512,
        server: { name: "alpha" },
        gpus: [
          { id: "alpha/0", jobId: id, held: 1, utilisationPercent: null, job: { id }, gpu: { index: 0 } },
          { id: "alpha/1", jobId: null, held: 0, job: null },
        ],
      },
    ]);

    const isBusy = (percent: number | null): boolean => percent !== null && percent > 10;
    const usage = await until("it is seen to be busy, now and over time", async () => {
      const { job } = await house.data(
        `{ job(id: "${id}") { usage { at cpuPercent memoryMiB gpuUtilisationPercent } usageHistory { cpuPercent } } }`,
      );
      return isBusy(job.usage?.cpuPercent ?? null) && job.usageHistory.cpuPercent.some(isBusy) && job.usage;
    });
    expect(usage.memoryMiB).toBeGreaterThan(0);
    expect(usage.gpuUtilisationPercent).toBeNull(); // these GPUs are made up
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
    await house.engines.reaches(id, "cancelled");
    const after = await until("it is told no more", async () => {
      const answer = await house.data(
        `{ job(id: "${id}") { usage { at } usageHistory { at step cpuPercent memoryMiB } } }`,
      );
      return answer.job.usage === null ? answer.job : null;
    });
    const { at, cpuPercent } = after.usageHistory;
    expect(at.length).toBe(cpuPercent.length);
    expect(cpuPercent.some(isBusy)).toBe(true);
  });

  test("a stream goes on behind its cursor, and its query twin gives the same items", async () => {
    const stream = house.follow("subscription { gpuUsage { cursor at } }");
    const [first] = await stream.has(4);
    stream.leave();
    const query = "query ($after: Cursor) { gpuUsage(after: $after, first: 3) { cursor at } }";
    expect((await house.data(query, { after: first.cursor })).gpuUsage).toEqual(stream.items.slice(1, 4));
    const again = house.follow("subscription ($after: Cursor) { gpuUsage(after: $after) { cursor at } }", {
      after: first.cursor,
    });
    expect((await again.has(3)).slice(0, 3)).toEqual(stream.items.slice(1, 4));
    again.leave();
  });

  test("is told over time in equal steps, and goes on behind a restart", async () => {
    const usage = (points: number) =>
      house.data(
        `{ usage(server: "alpha", points: ${points}) { serverName at step coresGranted gpus { id jobIds held } } }`,
      );
    await until("there are samples", async () => (await usage(500)).usage[0].coresGranted.at(-1) !== null);
    const begun = (await usage(10)).usage[0];
    expect(begun.at).toHaveLength(10);
    expect(begun.step).toBeCloseTo(360, 0);
    expect(begun.coresGranted.slice(0, 9)).toEqual(Array(9).fill(null)); // it was not there an hour ago
    await house.restart();
    const { usage: kept } = await house.data(
      'query ($to: DateTime) { usage(server: "alpha", to: $to, points: 500) { coresGranted gpus { id } } }',
      { to: begun.at.at(-1) },
    );
    expect(kept[0].coresGranted.some((cores: number | null) => cores !== null)).toBe(true);
  });

  test("what cannot be told names the argument", async () => {
    const refused = async (query: string) => (await house.ask(query)).errors?.[0]?.message;
    expect(await refused('{ usage(server: "nowhere") { at } }')).toBe('server: there is no server "nowhere"');
    expect(await refused("{ usage(points: 501) { at } }")).toBe("points: it must be between 1 and 500, not 501");
    expect(await refused('{ usage(from: "2030-01-02T00:00:00Z", to: "2030-01-01T00:00:00Z") { at } }')).toBe(
      "from: it must lie before the end of the span",
    );
    expect(await refused('{ gpuUsage(after: "e:1") { at } }')).toBe('after: it is not a cursor of this list: "e:1"');
  });
});
