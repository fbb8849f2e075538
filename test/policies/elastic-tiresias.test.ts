import { describe, expect, it } from "vitest";
import { completeOptions, findPolicy } from "../../src/policies/index.ts";
import { aServer, aSpec, between, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const durations = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`job-${i + 1}`, 1e9]));
const worldOf = (options: Record<string, unknown> = {}, known: Record<string, Known> = {}): World =>
  new World({
    policy: "elastic-tiresias",
    options,
    durations,
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known) },
  });
const elastic = (min: number, max: number, preferred = min) =>
  aSpec({ gpus: between(min, max, preferred), elasticity: "live" });

describe("elastic-tiresias", () => {
  it("gives what is asked for in the order of the queues, then what is left to who gains most by it", () => {
    const world = worldOf({}, { "job-1": { curve: [1, 1.1, 1.15, 1.2, 1.2, 1.2, 1.2, 1.2] } }).join(aServer("a", 8));
    world
      .submit("job-1", elastic(1, 8, 2))
      .submit("job-2", elastic(1, 8, 2))
      .run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 6 });
  });

  it("never gives a unit that speeds nothing up", () => {
    const flat = [1, 1, 1, 1];
    const world = worldOf({}, { "job-1": { curve: flat }, "job-2": { curve: flat } }).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-2": 1 });
  });

  it("grows a job past a plateau when the step behind it pays", () => {
    const world = worldOf({}, { "job-1": { curve: [1, 2, 3, 4, 4, 4, 4, 8] } }).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 8 });
  });

  it("shrinks those that have had their share for the waiting, only when more wait than allowed", () => {
    for (const [compactionPending, expected] of [
      [0, { "job-1": 4, "job-2": 2 }],
      [9, { "job-1": 6 }],
    ] as const) {
      const world = worldOf({ thresholds: [10], promoteKnob: 0, compactionPending }).join(aServer("a", 6));
      world.submit("job-1", elastic(2, 6, 6), 0).submit("job-2", elastic(2, 2), 100_000);
      world.run(101_000);
      expect(sizesIn(world)).toEqual({ "job-1": 4, "job-2": 2 }); // in the first queue it goes before
      world.run(150_000);
      expect(sizesIn(world)).toEqual(expected); // in one queue it comes after
    }
  });

  it("keeps a running job growing by one though less is free than its least", () => {
    const world = worldOf()
      .join(aServer("a", 5))
      .submit("job-1", elastic(2, 5, 4));
    world.run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 5 });
  });

  it("lets waiting jobs of the first queue go before those that have had their share", () => {
    const world = worldOf({ thresholds: [10], promoteKnob: 0 }).join(aServer("a", 1));
    world
      .submit("job-1", aSpec({ gpus: gpus(1) }), 0)
      .submit("job-2", aSpec({ gpus: gpus(1) }), 5_000)
      .run(15_000);
    expect([world.status("job-1"), world.status("job-2")]).toEqual(["pending", "running"]);
    expect(world.log.filter(({ type }) => type === "JobRequeued")).toMatchObject([{ job: "job-1", level: 1 }]);
  });

  it("refuses thresholds that do not ascend", () => {
    expect(() => completeOptions(findPolicy("elastic-tiresias"), { thresholds: "7200,3250" })).toThrow("ascend");
  });
});
