import { describe, expect, it } from "vitest";
import { policies } from "../../../src/policies/index.ts";
import { aServer, aSpec, gpus, World } from "../../core/world.ts";
import { forecastHere } from "./present.ts";

const SECOND = 1_000;

/** A world of jobs whose users know how long they take. */
function toldWorld(
  policy: string,
  jobs: readonly { gpus: number; seconds: number; at?: number; after?: string[] }[],
  options: Partial<ConstructorParameters<typeof World>[0]> = {},
): World {
  const durations = Object.fromEntries(jobs.map(({ seconds }, i) => [`job-${i + 1}`, seconds * SECOND]));
  const world = new World({ policy, durations, costs: { start: 0, stop: 0 }, ...options });
  world.join(aServer("alpha", 4), aServer("beta", 2));
  for (const [i, { gpus: count, seconds, at = 0, after = [] }] of jobs.entries())
    world.submit(
      `job-${i + 1}`,
      aSpec({
        gpus: gpus(count),
        elasticity: "none",
        after,
        estimate: { seconds: seconds * count, epochs: null, steps: null },
      }),
      at * SECOND,
    );
  return world;
}

const MIXED = [
  { gpus: 4, seconds: 100 },
  { gpus: 2, seconds: 300, at: 5 },
  { gpus: 1, seconds: 50, at: 10 },
  { gpus: 4, seconds: 20, at: 15 },
  { gpus: 2, seconds: 500, at: 16 },
  { gpus: 1, seconds: 10, at: 17 },
  { gpus: 1, seconds: 70, at: 18, after: ["job-4"] },
  { gpus: 3, seconds: 40, at: 19 },
];

describe("the forecast of jobs of known work", () => {
  const suited = policies.filter(({ isElastic }) => !isElastic).map(({ key }) => key);

  it.each(suited)("is what then happens, to the millisecond, under %s", (policy) => {
    const world = toldWorld(policy, MIXED);
    world.run(60 * SECOND);
    const forecast = forecastHere(world);
    const trained = new Set(
      [...world.scheduler.jobs.values()].filter(({ trainingSince }) => trainingSince).map(({ id }) => id),
    );
    const from = world.log.length;
    world.run();
    expect(forecast.size).toBeGreaterThan(4);
    for (const [id, { startsAt, endsAt, reason }] of forecast) {
      const start = world.log.slice(from).find((event) => event.type === "RunStarted" && event.job === id)?.at ?? null;
      expect([id, reason, endsAt?.p50]).toEqual([id, null, world.endOf(id)]);
      expect(startsAt?.p50 ?? null).toBe(trained.has(id) ? null : start);
      expect([endsAt?.p10, endsAt?.p90]).toEqual([endsAt?.p50, endsAt?.p50]);
    }
  });
});
