import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 2));
});
afterAll(() => house.close());

const FIELDS =
  "id title state progress createdAt endedAt policies jobCount problems reportPath reportBytes outcomes { policy meanWait meanJct makespan utilisation unfinished }";
const simulate = (input: Record<string, unknown>): Promise<Json> =>
  house.mutate("simulate", input, `simulation { ${FIELDS} }`);
const all = async (): Promise<Json[]> =>
  (await house.data(`{ simulations { nodes { ${FIELDS} } } }`)).simulations.nodes;
const find = async (id: string): Promise<Json> => (await all()).find((each) => each.id === id);
const page = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, house.api.url), { headers });
const isOver = async (id: string): Promise<Json> =>
  until("it is over", async () => {
    const found = await find(id);
    return found && found.endedAt !== null && found.state !== "RUNNING" && found;
  });
const DRAWN = { generate: "philly,jobs=30", cluster: "2x4" };

describe("a simulation", () => {
  it("runs policies over drawn jobs, tells what each came to, and leaves a report", async () => {
    const { simulation, errors } = await simulate({ policies: ["fifo", "srtf"], ...DRAWN, seed: 3 });
    expect(errors).toEqual([]);
    expect(simulation).toMatchObject({ policies: ["fifo", "srtf"], jobCount: 30, reportPath: null, outcomes: [] });
    const done = await isOver(simulation.id);
    expect(done).toMatchObject({ state: "COMPLETED", progress: 1, problems: [] });
    expect(done.outcomes.map(({ policy }: Json) => policy)).toEqual(["fifo", "srtf"]);
    for (const { meanWait, meanJct, makespan, utilisation, unfinished } of done.outcomes) {
      expect(unfinished).toBe(0);
      expect(meanWait).toBeGreaterThanOrEqual(0);
      expect(meanJct).toBeGreaterThan(meanWait);
      expect(makespan).toBeGreaterThan(0);
      expect(utilisation).toBeGreaterThan(0);
      expect(utilisation).toBeLessThanOrEqual(1);
    }
    const report = await page(done.reportPath);
    const text = await report.text();
    expect(report.status).toBe(200);
    expect(text).toContain("schedulearn simulate --generate philly,jobs=30 --cluster 2x4 --compare fifo,srtf");
    expect(Buffer.byteLength(text)).toBe(done.reportBytes);
    expect((await house.data("query ($id: ID!) { node(id: $id) { id } }", { id: done.id })).node).toEqual({
      id: done.id,
    });
  });

  it("runs them over what this server has run, within a window", async () => {
    const none = await simulate({ policies: ["fifo"] });
    expect(none).toMatchObject({ simulation: null, errors: [{ code: "CONFLICT", path: ["from"] }] });
    const began = new Date().toISOString();
    for (const seconds of ["0.3", "0.2"]) await house.submit({ command: `sleep ${seconds}`, gpus: { count: 1 } });
    await until(
      "they are over",
      async () => (await house.data("{ cluster { counts { completed } } }")).cluster.counts.completed === 2,
    );
    const { simulation } = await simulate({ policies: ["fifo"], from: began });
    expect(await isOver(simulation.id)).toMatchObject({ state: "COMPLETED", jobCount: 2 });
    const before = await simulate({ policies: ["fifo"], to: began });
    expect(before.errors).toMatchObject([{ code: "CONFLICT" }]);
  });

  it("is refused with a reason when it cannot be", async () => {
    for (const [input, code, word] of [
      [{ policies: ["nonsense"], ...DRAWN }, "UNKNOWN_POLICY", "nonsense"],
      [{ policies: [], ...DRAWN }, "INVALID_INPUT", "policies"],
      [{ policies: ["fifo"], ...DRAWN, cluster: "many" }, "INVALID_INPUT", "many"],
      [{ policies: ["fifo"], ...DRAWN, generate: "nobody" }, "INVALID_INPUT", "nobody"],
      [{ policies: ["fifo"], ...DRAWN, generate: "philly,jobs=20001" }, "INVALID_INPUT", "20001"],
      [{ policies: ["fifo"], ...DRAWN, placement: "anywhere" }, "UNKNOWN_POLICY", "anywhere"],
    ] as const) {
      const { simulation, errors } = await simulate(input);
      expect(simulation).toBeNull();
      expect(errors).toMatchObject([{ code, message: expect.stringContaining(word) }]);
    }
  });

  it("can be cancelled while it runs and removed when it is over", async () => {
    const { simulation } = await simulate({
      policies: ["fifo", "goodput"],
      generate: "philly,jobs=5000",
      cluster: "8x8",
    });
    const refused = await house.mutate("deleteSimulation", { id: simulation.id }, "deletedSimulationId");
    expect(refused.errors).toMatchObject([{ code: "CONFLICT" }]);
    const { simulation: cancelled } = await house.mutate(
      "cancelSimulation",
      { id: simulation.id },
      "simulation { state }",
    );
    expect(cancelled).toEqual({ state: "CANCELLED" });
    expect((await find(simulation.id)).reportPath).toBeNull();
    const again = await house.mutate("cancelSimulation", { id: simulation.id }, "simulation { state }");
    expect(again.errors).toMatchObject([{ code: "CONFLICT" }]);
    await house.mutate("deleteSimulation", { id: simulation.id }, "deletedSimulationId");
    expect(await find(simulation.id)).toBeUndefined();
    const done = (await all()).find(({ reportPath }) => reportPath !== null);
    await house.mutate("deleteSimulation", { id: done.id }, "deletedSimulationId");
    expect((await page(done.reportPath, { accept: "application/json" })).status).toBe(404);
  });
});

describe("a report", () => {
  const put = (name: string, text: string): void => {
    const folder = join(house.engines.folder, "reports");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  };

  it("that somebody puts into the folder is found, under the title that it has", async () => {
    put("mine.html", '<html><title>Schedulearn</title><script id="data">{"title":"fifo \\"on\\" nas"}</script></html>');
    put("theirs.html", "<title>What they found</title>");
    put("nothing.txt", "not a report");
    const known = await all();
    expect(known.find(({ id }) => id === "simulation:mine")).toMatchObject({
      title: 'fifo "on" nas',
      state: "COMPLETED",
    });
    expect(known.find(({ id }) => id === "simulation:theirs")).toMatchObject({
      title: "What they found",
      policies: [],
    });
    expect(known.some(({ id }) => id.includes("nothing"))).toBe(false);
  });

  it("may run its own scripts alone, in an origin that is nobody's, and reach nothing", async () => {
    const policy = (await page("/reports/mine.html")).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("sandbox allow-scripts;");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("allow-same-origin");
    expect((await page("/report-viewer")).headers.get("content-security-policy")).toContain("frame-ancestors 'self'");
  });

  it("is given out of its folder only, and only to those who have a token where one is needed", async () => {
    for (const path of ["/reports/..%2fschedulearn.db.html", "/reports/..%2f..%2fx.html", "/reports/nobody.html"])
      expect((await page(path, { accept: "application/json" })).status).toBe(404);
    const token = await house.newToken();
    expect((await page("/reports/mine.html")).status).toBe(401);
    expect((await page("/reports/mine.html", { authorization: `Bearer ${token}` })).status).toBe(200);
  });
});
