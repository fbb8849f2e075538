import { describe, expect, it } from "vitest";
import { DEFAULT_GUARDS, NO_GUARDS } from "../../src/core/guards.ts";
import { completeOptions, findPolicy } from "../../src/policies/index.ts";
import { aServer, aSpec, between, coresOnly, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const durations = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`job-${i + 1}`, 1e9]));
const worldOf = (known: Record<string, Known>, options: Record<string, unknown> = {}, guards = NO_GUARDS): World =>
  new World({
    policy: "afs-l",
    options,
    durations,
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known), guards },
  });
const elastic = (min: number, max: number) => aSpec({ gpus: between(min, max), elasticity: "live" });

describe("afs-l", () => {
  it("gives the shorter job more, and the longer one its part", () => {
    const world = worldOf({ "job-1": { remaining: 100 }, "job-2": { remaining: 10 } }).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 3, "job-2": 5 });
  });

  it("gives a GPU to the longer job when that makes sufficiently more of it", () => {
    const known = {
      "job-1": { remaining: 100 },
      "job-2": { remaining: 10, curve: [1, 1.3, 1.4, 1.45, 1.5, 1.5, 1.5, 1.5] },
    };
    const world = worldOf(known).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)["job-1"]).toBeGreaterThan(sizesIn(world)["job-2"] as number);
  });

  it("never gives less than the least: a gang whose least does not fit waits, and is no obstacle", () => {
    const world = worldOf({ "job-1": { remaining: 1 }, "job-2": { remaining: 100 } }).join(
      aServer("a", 4),
      aServer("b", 4),
    );
    world.submit("job-1", elastic(5, 8)).submit("job-2", elastic(2, 4)).run(1);
    expect(sizesIn(world)).toEqual({ "job-2": 4 });
  });

  it("makes the longest wait when there are more jobs than GPUs, and stops it for shorter ones", () => {
    const known = Object.fromEntries([900, 10, 500].map((remaining, i) => [`job-${i + 1}`, { remaining, curve: [1] }]));
    const world = worldOf(known).join(aServer("a", 2));
    world.submit("job-1", elastic(1, 1), 0).submit("job-2", elastic(1, 1), 1).run(10);
    expect(Object.keys(sizesIn(world))).toEqual(["job-1", "job-2"]);
    expect(Object.keys(sizesIn(world.submit("job-3", elastic(1, 1), 20).run(50)))).toEqual(["job-2", "job-3"]);
  });

  it("takes a job of which nothing is known for longer than the others, and of such the one that had least first", () => {
    const world = worldOf({ "job-1": { remaining: 1e6 } }).join(aServer("a", 1));
    world.submit("job-1", elastic(1, 1), 0).submit("job-2", elastic(1, 1), 10).run(100);
    expect(sizesIn(world)).toEqual({ "job-1": 1 });
    const unknown = worldOf({}).join(aServer("a", 1));
    unknown.submit("job-1", elastic(1, 1), 0).submit("job-2", elastic(1, 1), 10_000).run(20_000);
    expect(sizesIn(unknown)).toEqual({ "job-2": 1 });
  });

  it("gives no GPU to a job that is not faster with it", () => {
    const world = worldOf({ "job-1": { remaining: 10, curve: [1, 1.5, 1.5] } }).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2 });
  });

  it("leaves running jobs as they are for a small difference, unless it is told to follow every change", () => {
    const curve = [1, 1.9, 2.7, 2.8, 2.9, 3, 3.1, 3.2];
    const switched = (hysteresis: number): World => {
      const world = new World({
        policy: "elastic-fifo",
        durations,
        costs: { start: 0, stop: 0 },
        scheduler: { learner: knowing({ "job-1": { remaining: 10, curve }, "job-2": { remaining: 100, curve } }) },
      }).join(aServer("a", 8));
      world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(5);
      expect(sizesIn(world)).toEqual({ "job-1": 4, "job-2": 4 });
      world.tell({ type: "PolicyChanged", policy: "afs-l", options: { hysteresis }, placement: "consolidate", at: 5 });
      return world.run(50);
    };
    expect(sizesIn(switched(0))).toEqual({ "job-1": 5, "job-2": 3 });
    const unmoved = switched(0.1);
    expect(sizesIn(unmoved)).toEqual({ "job-1": 4, "job-2": 4 });
    expect(unmoved.job("job-1").resizes).toBe(0);
  });

  it("divides cores as it divides GPUs", () => {
    const world = worldOf({ "job-1": { remaining: 100 }, "job-2": { remaining: 10 } }).join(
      aServer("a", 0, { cores: 8 }),
    );
    world
      .submit("job-1", aSpec(coresOnly(1, 8)))
      .submit("job-2", aSpec(coresOnly(1, 8)))
      .run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 3, "job-2": 5 });
  });

  it("stops nobody who has just begun for a shorter one", () => {
    const guards = { ...DEFAULT_GUARDS, planSpacingMillis: 0 };
    const world = worldOf({ "job-1": { remaining: 1e6 }, "job-2": { remaining: 1e5 } }, {}, guards).join(
      aServer("a", 2),
    );
    world.submit("job-1", elastic(1, 2), 0).submit("job-2", elastic(2, 2), 10).run(1000);
    expect(world.job("job-1").preemptions).toBe(0);
    expect(sizesIn(world.run(DEFAULT_GUARDS.cooldownMillis + 1000))).toEqual({ "job-2": 2 });
  });

  it("refuses a hysteresis that is no part of one", () => {
    expect(() => completeOptions(findPolicy("afs-l"), { hysteresis: 2 })).toThrow("must be at most 1");
  });
});
