import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkConfig } from "../../src/config/check.ts";
import { DEFAULT_GUARDS } from "../../src/core/guards.ts";
import { placements } from "../../src/placement/index.ts";
import { policies } from "../../src/policies/index.ts";
import { until } from "../drivers/support.ts";
import { aServer, shell, trainScript } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = new ApiHouse();
  await house.engines.open({ guarded: true });
  await house.listen();
  await house.engines.join(aServer("alpha", 2));
});
afterAll(() => house.close());

const ask = async (id: string, fields: string): Promise<Json> =>
  (await house.data(`query ($id: ID!) { job(id: $id) { status ${fields} } }`, { id })).job;
const reaches = (id: string, status: string): Promise<unknown> =>
  until(`${id} is ${status}`, async () => (await ask(id, "")).status === status);

describe("what is believed of a job", () => {
  const fields =
    "estimate { source remainingSeconds remainingTime spread restartSeconds largestMeasured speedup(upTo: 3) }";

  it("is at first what its user said, and comes to time by what it has", async () => {
    const id = await house.submit({
      command: "sleep 1000",
      gpus: { count: 2 },
      type: "told",
      estimate: { seconds: 5000 },
    });
    await reaches(id, "RUNNING");
    const { estimate } = await ask(id, fields);
    expect(estimate).toMatchObject({ source: "DECLARED", largestMeasured: 0 });
    expect(estimate.remainingSeconds).toBeGreaterThan(4000);
    expect(estimate.remainingSeconds).toBeLessThanOrEqual(5000);
    expect(estimate.speedup[0]).toBe(1);
    expect(estimate.remainingTime).toBeCloseTo(estimate.remainingSeconds / estimate.speedup[1], 0);
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
    await reaches(id, "CANCELLED");
    expect((await ask(id, fields)).estimate).toBeNull();
  });

  it("is null where nothing is known, and its speed-ups are as many as it can use", async () => {
    const id = await house.submit({ command: "sleep 1000", gpus: { min: 1, max: 6 }, type: "unheard-of" });
    const { estimate } = await ask(id, "estimate { source remainingSeconds remainingTime spread speedup }");
    expect(estimate).toMatchObject({ source: "NONE", remainingSeconds: null, remainingTime: null, spread: null });
    expect(estimate.speedup).toHaveLength(6);
    const { errors } = await house.ask("query ($id: ID!) { job(id: $id) { estimate { speedup(upTo: 0) } } }", { id });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument: "upTo" } }]);
    await house.mutate("cancelJob", { id });
  });

  it("is held against what came of it", async () => {
    expect((await house.data("{ estimateAccuracy { category } }")).estimateAccuracy).toEqual([]);
    const training = {
      command: shell(trainScript),
      env: { EPOCHS: "4", STEPS: "10", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "100" },
      type: "shell",
    };
    for (let i = 0; i < 2; i++) await reaches(await house.submit(training), "COMPLETED");
    const { estimateAccuracy } = await house.data("{ estimateAccuracy { category at estimates bias error } }");
    const ofAll = estimateAccuracy.filter(({ category }: Json) => category === "all");
    expect(ofAll.length).toBeGreaterThan(0);
    for (const { at, estimates, bias, error } of ofAll) {
      expect([0.1, 0.25, 0.5, 0.75]).toContain(at);
      expect(estimates).toBeGreaterThan(0);
      expect(error).toBeGreaterThanOrEqual(Math.abs(bias));
    }
    expect(new Set(estimateAccuracy.map(({ category }: Json) => category)).size).toBeGreaterThan(1);
  });
});

describe("a job", () => {
  it("tells who has paused it, and how its size has changed", async () => {
    const id = await house.submit({ command: "sleep 1000" });
    await reaches(id, "RUNNING");
    const fields = "pausedBy resizes generation queueLevel";
    expect(await ask(id, fields)).toMatchObject({ pausedBy: null, resizes: 0, generation: 1, queueLevel: null });
    await house.mutate("pauseJob", { id });
    expect((await ask(id, fields)).pausedBy).toBe("USER");
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
  });
});

describe("the policies", () => {
  it("tell what they look at, what they may do, and each option in full", async () => {
    const { policies: told } = await house.data(
      "{ policies { key needs preemptive elastic options { name kind default choices min max whole description } } }",
    );
    expect(told.map(({ key }: Json) => key)).toEqual(policies.map(({ key }) => key));
    for (const [i, { needs, isPreemptive, isElastic, options }] of policies.entries()) {
      expect(told[i].needs).toEqual(needs.map((need) => need.toUpperCase().replace("-", "_")));
      expect([told[i].preemptive, told[i].elastic]).toEqual([isPreemptive, isElastic]);
      expect(told[i].options).toEqual(
        options.map(({ name, description, kind, default: usual, choices = null, min = null, max = null, isWhole }) => ({
          name,
          description,
          kind: kind.toUpperCase(),
          default: usual,
          choices,
          min,
          max,
          whole: isWhole ?? false,
        })),
      );
    }
  });
});

describe("docs/scheduling.md", () => {
  const page = readFileSync(new URL("../../docs/scheduling.md", import.meta.url), "utf8");

  it("has a row for each policy and each placement, and for no others", () => {
    const table = (title: string): string[] => {
      const section = page.split(`\n## ${title}\n`)[1]?.split("\n##")[0] ?? "";
      return [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, key]) => key as string).sort();
    };
    expect(table("Policies")).toEqual(policies.map(({ key }) => key).sort());
    expect(table("Placements")).toEqual(placements.map(({ key }) => key).sort());
  });

  it("has the defaults of the guards", () => {
    const { scheduling } = checkConfig({ file: null, cwd: "/", env: {} });
    const rows = [...page.matchAll(/^\| `(\w+)` \| `?([\w.]+)`? \|/gm)].map(([, name, value]) => [name, value]);
    expect(rows).toEqual(Object.entries(scheduling).map(([name, value]) => [name, String(value)]));
  });
});

describe("setPolicy", () => {
  const set = (input: Record<string, unknown>): Promise<Json> =>
    house.mutate("setPolicy", input, "policy { key values } placement { key }");

  it("refuses a quota below what its user's jobs run with now, and the old policy stays", async () => {
    const id = await house.submit({ command: "sleep 1000", gpus: { count: 2 }, user: "bob" });
    await reaches(id, "RUNNING");
    await set({ policy: "fifo", options: { backfill: "fit" } });
    const { policy, errors } = await set({ policy: "fair-share", options: { quotas: "bob=1,ann=5" } });
    expect(policy).toBeNull();
    expect(errors).toMatchObject([
      { code: "INVALID_INPUT", path: ["options", "quotas"], message: expect.stringMatching(/bob.* 2/) },
    ]);
    expect((await house.data("{ cluster { policy } }")).cluster.policy).toBe("fifo");
    const kept = await set({ policy: "fair-share", options: { quotas: { bob: 2 }, weights: "ann=2" } });
    expect(kept).toMatchObject({ policy: { values: { quotas: { bob: 2 }, weights: { ann: 2 } } }, errors: [] });
    expect((await set({ placement: "hungarian" })).placement.key).toBe("hungarian");
    await set({ policy: "fifo", placement: "consolidate" });
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
  });

  it.each([
    [{ policy: "tiresias", options: { thresholds: "7200,3250" } }, "thresholds"],
    [{ policy: "fair-share", options: { weights: { ann: 0 } } }, "weights"],
    [{ policy: "fair-share", options: { weights: "ann" } }, "weights"],
    [{ policy: "round-robin", options: { quantumSeconds: 0 } }, "quantumSeconds"],
  ])("refuses %j with the option's path", async (input, option) => {
    expect((await set(input)).errors).toMatchObject([{ code: "INVALID_INPUT", path: ["options", option] }]);
    expect((await house.data("{ cluster { policy } }")).cluster.policy).toBe("fifo");
  });
});

describe("the cluster", () => {
  it("tells what the policy keeps to", async () => {
    const { cluster } = await house.data(
      "{ cluster { scheduling { planSpacingSeconds cooldownSeconds horizonSeconds restartFactor endFactor migrationRestSeconds migrationGainSeconds migrationGainFraction maxMigrations maxConcurrentMigrations maxTransitions corePreemption defragment } } }",
    );
    expect(cluster.scheduling).toEqual({
      planSpacingSeconds: DEFAULT_GUARDS.planSpacingMillis / 1000,
      cooldownSeconds: 120,
      horizonSeconds: 600,
      restartFactor: 1,
      endFactor: 2,
      migrationRestSeconds: 600,
      migrationGainSeconds: 60,
      migrationGainFraction: 0.1,
      maxMigrations: 5,
      maxConcurrentMigrations: 2,
      maxTransitions: 50,
      corePreemption: "PAUSE",
      defragment: "ON",
    });
  });
});
