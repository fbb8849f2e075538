import { describe, expect, it } from "vitest";
import { aServer, aSpec, between, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const durations = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`job-${i + 1}`, 1e9]));
const worldOf = (known: Record<string, Known>): World =>
  new World({
    policy: "elastic-srjf",
    durations,
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known) },
  });
const elastic = (min: number, max: number) => aSpec({ gpus: between(min, max), elasticity: "live" });

describe("elastic-srjf", () => {
  it("gives the odd GPU to the job with the least left, and no more than that", () => {
    const world = worldOf({ "job-1": { remaining: 900 }, "job-2": { remaining: 10 } }).join(aServer("a", 7));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 3, "job-2": 4 });
  });

  it("stops a long job for a short one when there is no room for both", () => {
    const world = worldOf({ "job-1": { remaining: 900 }, "job-2": { remaining: 10 } }).join(aServer("a", 4));
    world.submit("job-1", elastic(3, 4), 0).submit("job-2", elastic(2, 4), 10);
    expect(sizesIn(world.run(5))).toEqual({ "job-1": 4 });
    expect(sizesIn(world.run(50))).toEqual({ "job-2": 4 });
    expect(world.job("job-1").preemptions).toBe(1);
  });

  it("never gives a job more than its most, though its least is that already", () => {
    const world = worldOf({ "job-1": { remaining: 10 }, "job-2": { remaining: 20 } }).join(aServer("a", 8));
    world.submit("job-1", elastic(2, 2)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 6 });
  });

  it("gives nothing of what is left to a job that did not get its least", () => {
    const known = { "job-1": { remaining: 30 }, "job-2": { remaining: 20 }, "job-3": { remaining: 10 } };
    const world = worldOf(known).join(aServer("a", 9));
    world.submit("job-1", elastic(4, 8)).submit("job-2", elastic(4, 8)).submit("job-3", elastic(2, 4)).run(1);
    expect(sizesIn(world)).toEqual({ "job-2": 5, "job-3": 4 });
  });

  it("never stops real work for a job of which nothing is known", () => {
    const world = worldOf({ "job-1": { remaining: 1e7 } }).join(aServer("a", 2));
    world.submit("job-1", elastic(2, 2), 0).submit("job-2", elastic(1, 2), 10).run(100);
    expect(sizesIn(world)).toEqual({ "job-1": 2 });
  });

  it("prefers, of jobs of which nothing is known, the one that has had least", () => {
    const world = worldOf({}).join(aServer("a", 1));
    world.submit("job-1", elastic(1, 1), 0).submit("job-2", elastic(1, 1), 10_000).run(20_000);
    expect(sizesIn(world)).toEqual({ "job-2": 1 });
  });
});
