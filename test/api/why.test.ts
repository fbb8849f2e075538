import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

const house = new ApiHouse();
beforeAll(async () => {
  await house.open();
  await house.engines.join(aServer("alpha", 2), aServer("beta", 2));
});
afterAll(() => house.close());

const WHY = `query ($id: ID!) { job(id: $id) { statusReason why {
  at summary
  blockers { kind message remedy servers jobs until }
  smallestChange { message effect by fields command stops }
  forecast { job startsAt { p50 } reason }
  placement { message servers gpus size policy placement fitting hadImage hadCheckpoint alternatives { server message } }
  changes { at kind attempt cause message from to sizeBefore sizeAfter cost { lostWork lostSteps stopped checkpointBytes } gain { jobs speedup } }
} } }`;
const ask = async (id: string): Promise<Json> => (await house.data(WHY, { id })).job;
const statusOf = async (id: string): Promise<string> =>
  (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id })).job.status;
const reaches = (id: string, status: string) =>
  until(`${id} is ${status}`, async () => (await statusOf(id)) === status);
const forever = { command: "sleep 600", checkpoint: { graceSeconds: 0 } };

describe("Job.why", () => {
  it("tells a waiting job all that is in the way, the smallest change, and when it starts", async () => {
    const running = [
      await house.submit({ ...forever, gpus: { count: 2 } }),
      await house.submit({ ...forever, gpus: { count: 1 } }),
    ];
    for (const id of running) await reaches(id, "RUNNING");
    const id = await house.submit({ ...forever, gpus: { count: 2 } });
    const { statusReason, why } = await ask(id);
    expect(statusReason).toMatch(/^needs 2 GPUs; the largest free block is 1 on (alpha|beta)$/);
    expect(why.summary).toBe(`${statusReason}; would start now with gpus 1`);
    expect(why.blockers).toMatchObject([{ kind: "GPUS", message: statusReason, until: null }]);
    expect(why.blockers[0].jobs.length).toBeGreaterThan(0);
    expect(why.smallestChange).toEqual({
      message: "would start now with gpus 1",
      effect: "STARTS",
      by: "USER",
      fields: { gpus: 1 },
      command: `schedulearn update ${id} --gpus 1`,
      stops: [],
    });
    expect(why.forecast).toMatchObject({ job: id });
    expect([why.placement, why.changes]).toEqual([null, []]);

    await house.mutate("updateJob", { id, gpus: { count: 1 } });
    await reaches(id, "RUNNING");
    const { why: placed } = await ask(id);
    expect(placed.summary).toMatch(/^it trains on (alpha|beta)$/);
    expect(placed.blockers).toEqual([]);
    expect(placed.placement).toMatchObject({ size: 1, policy: "fifo", placement: "consolidate", fitting: 1 });
    expect(placed.placement.message).toMatch(/given by fifo, placed by consolidate; no other server had room/);
    expect(placed.changes).toMatchObject([
      { kind: "START", cause: "POLICY", attempt: 1, sizeBefore: null, sizeAfter: 1 },
    ]);
    for (const each of [...running, id]) await house.mutate("cancelJob", { id: each, graceSeconds: 0 });
    for (const each of [...running, id]) await reaches(each, "CANCELLED");
    expect((await ask(id)).why).toMatchObject({ blockers: [], smallestChange: null, forecast: null, placement: null });
  });

  it("tells of a migration who wanted it and what it cost", async () => {
    const id = await house.submit({ ...forever, gpus: { count: 1 } });
    await reaches(id, "RUNNING");
    const { why } = await ask(id);
    const [from] = why.placement.servers;
    expect(why.placement.alternatives).toHaveLength(1);
    await house.mutate("migrateJob", { id }, "migration { id }");
    await until("it has moved", async () => (await ask(id)).why.changes[0]?.cost.stopped > 0);
    const [change, start] = (await ask(id)).why.changes;
    expect(change).toMatchObject({ kind: "MIGRATE", cause: "USER", from: [from], sizeBefore: 1, sizeAfter: 1 });
    expect(change.message).toContain("somebody asked for it");
    expect(start).toMatchObject({ kind: "START", to: [from] });
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
  });
});
