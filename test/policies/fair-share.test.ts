import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { fairShare } from "../../src/policies/fair-share.ts";
import { completeOptions } from "../../src/policies/options.ts";
import { aServer, aSpec, coresOnly, gpus, World } from "../core/world.ts";
import { sizesIn } from "./learner.ts";

const FOREVER = 1e12;
const HOUR = 3_600_000;
const durations = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`job-${i + 1}`, FOREVER]));
const worldOf = (options: object = {}, ends: Record<string, number> = {}): World =>
  new World({
    policy: "fair-share",
    options: { ...options },
    durations: { ...durations, ...ends },
    costs: { start: 0, stop: 0 },
  });
const of = (user: string, count = 1, over: Partial<JobSpec> = {}): JobSpec =>
  aSpec({ user, gpus: gpus(count), ...over });
const preempted = (world: World): number => world.log.filter(({ type }) => type === "JobPreempted").length;

/** GPUs of each user. */
const held = (world: World): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state, spec } of world.scheduler.jobs.values())
    if (state.status === "running") counts[spec.user] = (counts[spec.user] ?? 0) + spec.gpus.preferred;
  return counts;
};
/** Jobs of these users, in turn, from the first id on. */
const submit = (world: World, users: readonly string[], first = 1, at = 0): World => {
  for (const [i, user] of users.entries()) world.submit(`job-${first + i}`, of(user), at);
  return world;
};
const many = (user: string, count: number): string[] => Array.from({ length: count }, () => user);

describe("shares", () => {
  it("are in proportion to weights, 1 for who is not named", () => {
    const world = worldOf({ weights: { ann: 2 } }).join(aServer("a", 9));
    submit(world, [...many("ann", 9), ...many("bob", 9)]).run(1);
    expect(held(world)).toEqual({ ann: 6, bob: 3 });
  });

  it("let a user have all that nobody else wants", () => {
    const world = worldOf({ weights: { bob: 9 } }).join(aServer("a", 4));
    submit(world, [...many("ann", 5), "bob"]).run(1);
    expect(held(world)).toEqual({ ann: 3, bob: 1 });
  });

  it("are the user's, who starts own jobs by priority and then as they came; priority counts nothing against others", () => {
    const world = worldOf().join(aServer("a", 2));
    world.submit("job-1", of("ann", 1, { priority: 1 })).submit("job-2", of("ann", 1, { priority: 5 }));
    world
      .submit("job-3", of("ann", 1, { priority: 5 }))
      .submit("job-4", of("bob", 1, { priority: 0 }))
      .run(1);
    expect(sizesIn(world)).toEqual({ "job-2": 1, "job-4": 1 });
  });

  it("start what fits behind a job that does not", () => {
    const world = worldOf().join(aServer("a", 2));
    world.submit("job-1", of("ann")).submit("job-2", of("bob", 2), 1).submit("job-3", of("ann"), 1).run(5);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-3": 1 });
  });
});

describe("past use", () => {
  it("lets the user who had less go first, though the other's job came first", () => {
    const world = worldOf({}, { "job-1": 10_000 }).join(aServer("a", 1));
    world.submit("job-1", of("ann"));
    submit(world, ["ann", "bob"], 2, 20_000).run(20_001);
    expect(sizesIn(world)).toEqual({ "job-3": 1 });
  });

  it("counts by weight: who has twice the weight may have had twice as much", () => {
    const first = (weights: object): string[] => {
      const world = worldOf({ weights }, { "job-1": 15_000, "job-2": 10_000 }).join(aServer("a", 1));
      world.submit("job-1", of("ann")).submit("job-2", of("bob"), 15_001);
      submit(world, ["bob", "ann"], 3, 30_000).run(30_001);
      return Object.keys(sizesIn(world));
    };
    expect(first({})).toEqual(["job-3"]);
    expect(first({ ann: 2 })).toEqual(["job-4"]);
  });

  it("fades with the half-life: much long ago is less than a little lately", () => {
    const first = (halfLifeSeconds: number): string[] => {
      const world = worldOf({ halfLifeSeconds }, { "job-1": 1_000_000, "job-2": 1000 }).join(aServer("a", 1));
      world.submit("job-1", of("ann")).submit("job-2", of("bob"), 9 * HOUR);
      submit(world, ["bob", "ann"], 3, 9 * HOUR + 2000).run(9 * HOUR + 2001);
      return Object.keys(sizesIn(world));
    };
    expect(first(7 * 86_400)).toEqual(["job-3"]);
    expect(first(600)).toEqual(["job-4"]);
  });

  it("counts what runs now, which is in no books yet", () => {
    const world = worldOf({ halfLifeSeconds: 600 }, { "job-2": HOUR, "job-3": HOUR }).join(aServer("a", 3));
    // Both have one GPU; ann has had it for an hour.
    world.submit("job-1", of("ann")).submit("job-2", of("cleo")).submit("job-3", of("cleo"));
    world
      .submit("job-4", of("ann"), 100)
      .submit("job-5", of("bob"), HOUR - 100)
      .submit("job-6", of("bob"), HOUR - 50);
    world.run(HOUR + 1);
    expect(held(world)).toEqual({ ann: 1, bob: 2 });
  });
});

describe("what is taken back", () => {
  it("is what a user has more than another, from the job that began last, until both have their share", () => {
    const world = worldOf().join(aServer("a", 4));
    for (let i = 1; i <= 4; i++) world.submit(`job-${i}`, of("ann"), i);
    submit(world, many("bob", 4), 5, 100);
    expect(held(world.run(50))).toEqual({ ann: 4 });
    expect(sizesIn(world.run(200))).toEqual({ "job-1": 1, "job-2": 1, "job-5": 1, "job-6": 1 });
  });

  it("is of the job that began last, not that which came last", () => {
    const world = worldOf().join(aServer("a", 1));
    world.submit("job-1", of("ann")).submit("job-2", of("ann", 1, { priority: 5 }));
    world.at(50, () => world.join(aServer("b", 1)));
    world.submit("job-3", of("bob"), 100).run(200);
    expect(sizesIn(world)).toEqual({ "job-2": 1, "job-3": 1 });
  });

  it("goes by weight", () => {
    const world = worldOf({ weights: { ann: 3 } }).join(aServer("a", 4));
    submit(submit(world, many("ann", 4)), many("bob", 4), 5, 100).run(200);
    expect(held(world)).toEqual({ ann: 3, bob: 1 });
  });

  it("is never taken in turn: two equal users on one GPU, or on three, run their jobs to the end", () => {
    for (const [count, preemptions] of [
      [1, 0],
      [3, 1],
    ] as const) {
      const world = worldOf({ halfLifeSeconds: 60 }).join(aServer("a", count));
      submit(submit(world, many("ann", 3)), many("bob", 3), 4, 100);
      for (let hour = 1; hour < 50; hour++) world.at(hour * HOUR, () => {}); // a round each
      world.run(50 * HOUR);
      expect(preempted(world)).toBe(preemptions);
    }
  });

  it("is not taken from a gang whose user would then have nothing", () => {
    const world = worldOf().join(aServer("a", 4));
    world.submit("job-1", of("ann", 4)).submit("job-2", of("bob"), 10).run(HOUR);
    expect(held(world)).toEqual({ ann: 4 });
  });

  it("is not taken for a user who had far more lately", () => {
    const world = worldOf({ halfLifeSeconds: 3600 }, { "job-1": 10 * HOUR }).join(aServer("a", 2));
    world.submit("job-1", of("ann", 2));
    submit(world, ["bob", "bob"], 2, 10 * HOUR + 10);
    submit(world, ["ann"], 4, 10 * HOUR + 20).run(10 * HOUR + 30);
    expect(held(world)).toEqual({ bob: 2 });
    world.at(30 * HOUR, () => {});
    expect(held(world.run(30 * HOUR))).toEqual({ ann: 1, bob: 1 });
  });

  it("is nothing when not preemptive", () => {
    const world = worldOf({ preemptive: false }, { "job-1": 500 }).join(aServer("a", 2));
    submit(submit(world, many("ann", 3)), ["bob"], 4, 10);
    expect(held(world.run(100))).toEqual({ ann: 2 });
    expect(held(world.run(600))).toEqual({ ann: 1, bob: 1 });
    expect(preempted(world)).toBe(0);
  });
});

describe("a quota", () => {
  it("is all that a user gets who may not borrow, though GPUs are idle", () => {
    const world = worldOf({ quotas: { ann: 2 }, borrowing: false }).join(aServer("a", 4));
    submit(world, many("ann", 3)).run(1);
    expect(held(world)).toEqual({ ann: 2 });
  });

  it("lets smaller jobs within it pass one that goes beyond", () => {
    const world = worldOf({ quotas: { ann: 2 }, borrowing: false }).join(aServer("a", 4));
    world.submit("job-1", of("ann", 3)).submit("job-2", of("ann", 2)).run(1);
    expect(sizesIn(world)).toEqual({ "job-2": 2 });
  });

  it("can be exceeded with what nobody within theirs wants", () => {
    const world = worldOf({ quotas: { ann: 1, bob: 2 } }).join(aServer("a", 4));
    submit(world, [...many("ann", 9), "bob"]).run(1);
    expect(held(world)).toEqual({ ann: 3, bob: 1 });
  });

  it("is served before anybody's borrowing, whatever the weights", () => {
    const world = worldOf({ quotas: { ann: 1 }, weights: { ann: 100 } }).join(aServer("a", 4));
    submit(world, [...many("ann", 9), ...many("bob", 9)]).run(1);
    expect(held(world)).toEqual({ ann: 1, bob: 3 });
  });

  it("gets back what was lent as soon as it is wanted, even if nothing is left to the borrower", () => {
    const world = worldOf({ quotas: { ann: 0 } }).join(aServer("a", 2));
    submit(submit(world, many("ann", 2)), many("bob", 2), 3, 100);
    expect(held(world.run(50))).toEqual({ ann: 2 });
    expect(held(world.run(200))).toEqual({ bob: 2 });
    world.at(HOUR, () => {});
    world.run(2 * HOUR);
    expect(preempted(world)).toBe(2);
  });

  it("is of GPUs; cores for jobs without have their own", () => {
    const world = worldOf({ quotas: { ann: 1 }, coreQuotas: { ann: 3 }, borrowing: false }).join(aServer("a", 4));
    world.submit("job-1", of("ann")).submit("job-2", of("ann"));
    for (let i = 3; i <= 5; i++) world.submit(`job-${i}`, aSpec({ user: "ann", ...coresOnly(2) }));
    world.submit("job-6", aSpec({ user: "ann", ...coresOnly(1) })).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-3": 2, "job-6": 1 });
  });

  it("is lent to nobody while someone within theirs waits for room that cannot be taken back", () => {
    const world = worldOf({ quotas: { ann: 1 }, preemptive: false }, { "job-1": 500 }).join(aServer("a", 3));
    world.submit("job-1", of("ann")).submit("job-2", of("bob", 3), 10).submit("job-3", of("ann"), 20);
    expect(held(world.run(100))).toEqual({ ann: 1 });
    expect(held(world.run(600))).toEqual({ bob: 3 });
  });
});

describe("options", () => {
  const faults = (given: Record<string, unknown>, world?: World): string[] => {
    try {
      completeOptions(fairShare, given, world?.scheduler.snapshot(world.now) ?? null);
      return [];
    } catch (error) {
      return error instanceof DomainError
        ? error.faults.map(({ message, path }) => `${path?.join(".")}: ${message}`)
        : [];
    }
  };

  it("with a weight that is not above 0 are refused, naming the user", () => {
    expect(faults({ weights: { ann: 0, bob: 1, cleo: -2 } })).toEqual([
      "options.weights: the weight of ann must be above 0, not 0",
      "options.weights: the weight of cleo must be above 0, not -2",
    ]);
  });

  it("with quotas below 0 or in fractions are refused", () => {
    expect(faults({ quotas: { ann: -1 } })).toEqual([expect.stringMatching(/^options.quotas: .*at least 0/)]);
    expect(faults({ quotas: "ann=1.5" })).toEqual([expect.stringMatching(/^options.quotas: .*whole number/)]);
  });

  it("with a quota below what runs now are refused, with what to do", () => {
    const world = worldOf().join(aServer("a", 4));
    submit(world, many("ann", 3));
    world.submit("job-9", aSpec({ user: "ann", ...coresOnly(2) })).run(1);
    expect(faults({ quotas: { ann: 2 } }, world)).toEqual([
      "options.quotas: jobs of ann hold 3 GPUs now, more than a quota of 2: wait until they end, or set at least 3",
    ]);
    expect(faults({ coreQuotas: { ann: 1 } }, world)).toEqual([
      "options.coreQuotas: jobs of ann hold 2 cores now, more than a quota of 1: wait until they end, or set at least 2",
    ]);
    expect(faults({ quotas: { ann: 3, bob: 0 }, coreQuotas: { ann: 2 } }, world)).toEqual([]);
  });
});

describe("any users with jobs of one GPU", () => {
  const users = fc.array(
    fc.record({
      weight: fc.constantFrom(0.5, 1, 2, 3),
      early: fc.integer({ min: 0, max: 6 }),
      late: fc.integer({ min: 0, max: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it("come to rest with all GPUs in use and nobody waiting who could take one and leave the other no worse off", () => {
    fc.assert(
      fc.property(users, fc.integer({ min: 1, max: 8 }), (all, count) => {
        const weights = Object.fromEntries(all.map(({ weight }, i) => [`u${i}`, weight]));
        const world = worldOf({ weights }).join(aServer("a", count));
        const early = all.flatMap((each, i) => many(`u${i}`, each.early));
        const late = all.flatMap((each, i) => many(`u${i}`, each.late));
        submit(submit(world, early), late, early.length + 1, 100).run(200);
        const before = preempted(world);
        world.at(HOUR, () => {});
        world.run(2 * HOUR);
        expect(preempted(world)).toBe(before);

        const has = (i: number): number => held(world)[`u${i}`] ?? 0;
        const wants = (i: number): number => (all[i]?.early ?? 0) + (all[i]?.late ?? 0);
        const sum = [...all.keys()].reduce((total, i) => total + has(i), 0);
        expect(sum).toBe(Math.min(count, early.length + late.length));
        for (const [i, taker] of all.entries())
          for (const [k, giver] of all.entries())
            if (i !== k && has(i) < wants(i))
              expect((has(k) - 1) / giver.weight).toBeLessThanOrEqual(has(i) / taker.weight);
      }),
      { numRuns: 200 },
    );
  });
});
