import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Declared, type Estimate, type Estimates } from "../../../src/core/estimates.ts";
import { DEFAULT_GUARDS } from "../../../src/core/guards.ts";
import type { Job } from "../../../src/core/job.ts";
import { newJob } from "../../../src/core/new-job.ts";
import { requestDrain, requestMigrate, requestPause } from "../../../src/core/request.ts";
import { policies } from "../../../src/policies/index.ts";
import { ASKED, forecastOf, rangeOf } from "../../../src/sim/forecast/forecast.ts";
import { presentOf } from "../../../src/sim/forecast/present.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "../../core/world.ts";
import { forecastHere, forecastNow, setting } from "./present.ts";

const SECOND = 1_000;

interface Wanted {
  readonly gpus: number;
  readonly seconds: number;
  readonly at?: number;
  readonly after?: string[];
  /** May have up to so many. */
  readonly most?: number;
}

type WorldOptions = ConstructorParameters<typeof World>[0];

/** A world of jobs whose users know how long they take. */
function toldWorld(jobs: readonly Wanted[], options: WorldOptions = {}): World {
  const durations = Object.fromEntries(jobs.map(({ seconds }, i) => [`job-${i + 1}`, seconds * SECOND]));
  const world = new World({ durations, costs: { start: 0, stop: 0 }, ...options });
  world.join(aServer("alpha", 4), aServer("beta", 2));
  for (const [i, { gpus: count, seconds, at = 0, after = [], most = count }] of jobs.entries()) {
    const estimate = { seconds: seconds * count, epochs: null, steps: null };
    const spec = aSpec({ gpus: between(Math.min(1, count), most, count), after, estimate });
    world.submit(`job-${i + 1}`, most > count ? spec : { ...spec, gpus: gpus(count), elasticity: "none" }, at * SECOND);
  }
  return world;
}

/** What happens from now on, as the forecast of each job has it: when it trains next, null where it trains, and when it is over. */
function expectTrue(world: World): void {
  const forecast = forecastHere(world);
  const trains = new Set([...world.scheduler.jobs.values()].filter(isTraining).map(({ id }) => id));
  const seen = world.log.length;
  world.run();
  const starts = world.log.slice(seen).filter(({ type }) => type === "RunStarted" || type === "JobResumed");
  for (const [id, { startsAt, endsAt, reason }] of forecast) {
    const start = starts.find((event) => "job" in event && event.job === id)?.at ?? null;
    expect([id, reason, endsAt?.p50]).toEqual([id, null, world.endOf(id)]);
    expect([id, startsAt?.p50 ?? null]).toEqual([id, trains.has(id) ? null : start]);
    expect([endsAt?.p10, endsAt?.p90]).toEqual([endsAt?.p50, endsAt?.p50]);
  }
}

const isTraining = ({ state }: Job): boolean => state.status === "running" || state.status === "migrating";

const MIXED: readonly Wanted[] = [
  { gpus: 4, seconds: 100 },
  { gpus: 2, seconds: 300, at: 5 },
  { gpus: 1, seconds: 50, at: 10 },
  { gpus: 4, seconds: 20, at: 15 },
  { gpus: 2, seconds: 500, at: 16 },
  { gpus: 1, seconds: 10, at: 17 },
  { gpus: 1, seconds: 70, at: 18, after: ["job-4"] },
  { gpus: 3, seconds: 40, at: 19 },
];

describe("the forecast of jobs of known work is what then happens, to the millisecond,", () => {
  it.each(policies.map(({ key }) => key))("under %s", (policy) => {
    const world = toldWorld(MIXED, { policy }).run(60 * SECOND);
    expect(world.scheduler.jobs.size).toBeGreaterThan(3);
    expectTrue(world);
  });

  it.each(policies.filter(({ isElastic }) => isElastic).map(({ key }) => key))(
    "with jobs that %s resizes",
    (policy) => {
      const elastic = MIXED.map((job, i) => (i % 2 === 0 ? { ...job, most: 6 } : job));
      expectTrue(toldWorld(elastic, { policy }).run(60 * SECOND));
    },
  );

  it("whenever it is made, whatever the jobs", () => {
    const job = fc.record({
      gpus: fc.integer({ min: 1, max: 4 }),
      seconds: fc.integer({ min: 1, max: 200 }),
      at: fc.integer({ min: 0, max: 30 }),
    });
    const key = fc.constantFrom("fifo", "srtf", "tiresias", "round-robin", "fair-share");
    fc.assert(
      fc.property(
        fc.array(job, { minLength: 1, maxLength: 12 }),
        key,
        fc.integer({ min: 30, max: 400 }),
        (jobs, policy, at) => {
          const inOrder = [...jobs].sort((a, b) => a.at - b.at);
          expectTrue(toldWorld(inOrder, { policy }).run(at * SECOND));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("where the guards hold a policy back, and starts take their time", () => {
    const world = toldWorld(MIXED, {
      policy: "fifo",
      costs: { start: 7 * SECOND, stop: 0 },
      scheduler: { guards: DEFAULT_GUARDS },
    });
    expectTrue(world.run(60 * SECOND));
  });

  it("while a job moves, and while a server is drained", () => {
    const world = toldWorld([MIXED[1] as Wanted, MIXED[2] as Wanted]).run(30 * SECOND);
    for (const event of requestMigrate(world.scheduler, "job-1", null, world.now)) world.tell(event);
    expect(world.status("job-1")).toBe("migrating");
    expectTrue(world);
    const draining = toldWorld(MIXED).run(30 * SECOND);
    for (const event of requestDrain(draining.scheduler, "beta", true, draining.now)) draining.observe(event);
    expectTrue(draining);
  });

  it("of jobs on cores, those that the policy has frozen too", () => {
    const world = new World({
      policy: "srtf",
      durations: { "job-1": 100_000, "job-2": 20_000 },
      costs: { start: 0, stop: 0 },
    });
    world.join(aServer("alpha", 0, { cores: 2 }));
    const told = (seconds: number) =>
      aSpec({ ...coresOnly(2), estimate: { seconds: seconds * 2, epochs: null, steps: null } });
    world.submit("job-1", told(100)).submit("job-2", told(20), 10_000).run(15_000);
    expect(world.job("job-1").state).toMatchObject({ status: "paused", by: "policy" });
    expectTrue(world);
  });
});

/** Believes what users declare, and is so unsure of it. */
class Unsure extends Declared {
  readonly #spread: number;
  constructor(spread: number) {
    super();
    this.#spread = spread;
  }
  override estimates(now: number): Estimates {
    const declared = super.estimates(now);
    return { ...declared, of: (job): Estimate => ({ ...declared.of(job), spread: this.#spread }) };
  }
}

/** Normal by lot: Box and Muller's transformation, over a linear congruence. */
function lots(seed: number): () => number {
  let state = seed;
  const roll = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(roll())) * Math.cos(2 * Math.PI * roll());
}

describe("the range of a forecast", () => {
  const told = [100, 200, 50, 400, 300, 80, 120, 60].map((seconds, i): Wanted => ({ gpus: 1 + (i % 3), seconds }));

  /** @returns the world at its beginning, in which jobs turn out to be other than they were told to be */
  function unsureWorld(seed: number, spread = 0.5): World {
    const lot = lots(seed);
    const sigma = Math.sqrt(Math.log1p(spread ** 2));
    const durations = Object.fromEntries(
      told.map(({ seconds }, i) => [`job-${i + 1}`, seconds * SECOND * Math.exp(sigma * lot() - sigma ** 2 / 2)]),
    );
    return toldWorld(told, { durations, scheduler: { learner: new Unsure(spread) } }).run(0);
  }

  it("has what then happens about as often as it promises, eight times in ten", () => {
    let [ends, within, early] = [0, 0, 0];
    for (let seed = 1; seed <= 24; seed++) {
      const world = unsureWorld(seed);
      const forecast = forecastHere(world, 30, seed);
      world.run();
      for (const [id, { endsAt }] of forecast) {
        const end = world.endOf(id) as number;
        ends++;
        if (end >= (endsAt?.p10 as number) && end <= (endsAt?.p90 as number)) within++;
        if (end < (endsAt?.p50 as number)) early++;
      }
    }
    expect(within / ends).toBeGreaterThan(0.7);
    expect(within / ends).toBeLessThan(0.9);
    expect(early / ends).toBeGreaterThan(0.4);
    expect(early / ends).toBeLessThan(0.6);
  });

  it("is wider the less is known", () => {
    const widthOf = (spread: number): number => {
      const { endsAt } = forecastHere(unsureWorld(1, spread), 40).get("job-8") ?? {};
      return (endsAt?.p90 as number) - (endsAt?.p10 as number);
    };
    expect(widthOf(0)).toBe(0);
    expect(widthOf(0.2)).toBeGreaterThan(0);
    expect(widthOf(0.8)).toBeGreaterThan(widthOf(0.2));
  });

  it("is the same for the same seed, and another for another", () => {
    const all = (seed: number) => [...forecastHere(unsureWorld(1), 20, seed)];
    expect(all(7)).toEqual(all(7));
    expect(all(8)).not.toEqual(all(7));
  });

  it("takes quantiles as of the draws: a time that is not known comes after all others", () => {
    const nine = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    expect(rangeOf(nine)).toEqual({ p10: 10, p50: 50, p90: 90 });
    expect(rangeOf([...nine].reverse())).toEqual({ p10: 10, p50: 50, p90: 90 });
    expect(rangeOf([10, 20, 30, 40, 50, null, null, null, null])).toEqual({ p10: 10, p50: 50, p90: null });
    expect(rangeOf([null, null])).toBeNull();
  });

  it("is not told of fewer than five runs", () => {
    const { startsAt, endsAt } = forecastHere(unsureWorld(1), 4).get("job-8") ?? {};
    expect([startsAt, endsAt]).toMatchObject([
      { p10: null, p90: null },
      { p10: null, p90: null },
    ]);
    expect(endsAt?.p50).toEqual(expect.any(Number));
  });

  it("gives how likely a job is in time, as the lognormal distribution has it", () => {
    const world = new World({ scheduler: { learner: new Unsure(0.5) } }).join(aServer("alpha", 4));
    const estimate = { seconds: 100, epochs: null, steps: null };
    for (const [i, seconds] of [45, 89.4, 170].entries()) // the median of the distribution is 89.4 s
      world.submit(`job-${i + 1}`, aSpec({ estimate, deadline: seconds * SECOND + 10 }));
    world.run(10);
    const shares = [...forecastHere(world, 100).values()].map(
      ({ deadlineProbability }) => deadlineProbability as number,
    );
    for (const [i, share] of [0.07, 0.5, 0.91].entries())
      expect(Math.abs((shares[i] as number) - share)).toBeLessThan(0.1);
  });
});

describe("what cannot be told is not told, and why", () => {
  const unknown = aSpec({ gpus: gpus(4) });
  const told = aSpec({ gpus: gpus(4), estimate: { seconds: 400, epochs: null, steps: null } });
  const world = (): World => new World({}).join(aServer("alpha", 4));

  it("of a job of which nothing is known, and of those that wait for it", () => {
    const forecast = forecastHere(world().submit("job-1", unknown).submit("job-2", told).run(20));
    expect(forecast.get("job-1")).toMatchObject({
      startsAt: null,
      endsAt: null,
      server: "alpha",
      basis: "none",
      reason: expect.stringMatching(/^nothing is known of how long it takes/),
    });
    expect(forecast.get("job-2")).toMatchObject({
      startsAt: null,
      endsAt: null,
      server: null,
      reason: "nothing is known of how long job-1 takes",
    });
  });

  it("of a job whose turn comes before one of which nothing is known", () => {
    const forecast = forecastHere(world().submit("job-1", told).submit("job-2", unknown).run(20));
    expect(forecast.get("job-1")?.endsAt?.p50).toBe(100_010);
    expect(forecast.get("job-2")).toMatchObject({ startsAt: { p50: 100_010 + 10 }, endsAt: null });
  });

  it("of one that is held, one that is paused, and one that waits for those", () => {
    const here = world()
      .submit("job-1", { ...told, gpus: gpus(1) })
      .submit("job-2", { ...told, gpus: gpus(2) });
    here.submit("job-3", { ...told, after: ["job-2"] }).run(20);
    for (const id of ["job-1", "job-2"])
      for (const event of requestPause(here.scheduler, id, here.now)) here.tell(event);
    here.submit("job-4", told);
    here.run(30);
    for (const event of requestPause(here.scheduler, "job-4", here.now)) here.tell(event);
    const reasons = [...forecastHere(here)].map(([id, { endsAt, reason }]) => [id, endsAt, reason]);
    expect(reasons).toEqual([
      ["job-1", null, "it is paused until it is resumed"],
      ["job-2", null, "it is paused until it is resumed"],
      ["job-3", null, "it waits for job-2 to complete"],
      ["job-4", null, "it is held until it is resumed"],
    ]);
  });

  it("of one that no server can hold now", () => {
    const here = world()
      .submit("job-1", unknown)
      .submit("job-2", { ...told, gpus: { ...gpus(4), model: "H100" } });
    const { startsAt, reason } = forecastHere(here.run(20)).get("job-2") ?? {};
    expect([startsAt, reason]).toEqual([
      null,
      expect.stringMatching(/^no server could ever hold it: it asks for 4 H100 GPUs/),
    ]);
  });

  it("and one that a time limit ends is told to be given up", () => {
    const limits = { ...told.limits, runSeconds: 60 };
    const here = world()
      .submit("job-1", { ...told, deadline: 1_000_000, limits })
      .run(20);
    expect(forecastHere(here).get("job-1")).toMatchObject({
      endsAt: { p50: 60_010 },
      deadlineProbability: 0,
      reason: "it will be given up: running took longer than its limit of 60 s",
    });
  });
});

describe("a job that is not there", () => {
  it("is forecast as if it were, and would get what it then gets", () => {
    const joining: Wanted = { gpus: 2, seconds: 30, at: 60 };
    const [without, joined] = [toldWorld(MIXED).run(60 * SECOND), toldWorld([...MIXED, joining]).run(60 * SECOND)];
    const submitted = joined.log.find((event) => event.type === "JobSubmitted" && event.job === "job-9");
    const stateOf = ({ scheduler }: World): string => JSON.stringify([...scheduler.jobs, ...scheduler.servers]);
    const before = stateOf(without);
    const present = presentOf(without.scheduler, without.now, [newJob(submitted as Parameters<typeof newJob>[0])]);
    const question = { present, settings: [setting("fifo")], jobs: ["job-9"], runs: null, seed: 1, patience: ASKED };
    const forecasts = forecastOf(question).policies[0]?.jobs;
    expect(stateOf(without)).toBe(before);
    expect(structuredClone(present)).toEqual(present);
    joined.run();
    expect(forecasts?.map(({ job, endsAt }) => [job, endsAt?.p50])).toEqual([["job-9", joined.endOf("job-9")]]);
  });
});

describe("another policy", () => {
  it("is forecast from the same present with the same draws, and gives what it would give", () => {
    const world = toldWorld(MIXED).run(60 * SECOND);
    const under = forecastNow(presentOf(world.scheduler, world.now), setting("srtf"));
    world.tell({ type: "PolicyChanged", ...setting("srtf"), at: world.now });
    world.run();
    for (const [id, { endsAt }] of under) expect([id, endsAt?.p50]).toEqual([id, world.endOf(id)]);
  });
});
