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

  /** job-1 has had its share and has 6 of 8 GPUs; job-2, in the first queue, has the others. */
  const crowded = (compactionPending: number, known: Record<string, Known> = {}): World => {
    const world = worldOf({ thresholds: [10], promoteKnob: 0, compactionPending }, known).join(aServer("a", 8));
    return world.submit("job-1", elastic(1, 6, 6), 0).submit("job-2", aSpec({ gpus: gpus(2) }), 5000);
  };

  it("shrinks them just as much as a waiting job needs to begin", () => {
    const waits = (compactionPending: number) => crowded(compactionPending).submit("job-3", elastic(2, 8, 8), 6000);
    expect(sizesIn(waits(1).run(7000))).toEqual({ "job-1": 6, "job-2": 2 });
    expect(sizesIn(waits(0).run(7000))).toEqual({ "job-1": 4, "job-2": 2, "job-3": 2 });
  });

  it("starts waiting jobs on what others gave up in the order of the queues, not by who gains most", () => {
    const world = crowded(0, { "job-3": { curve: [1, 1, 1, 1] } });
    world
      .submit("job-3", elastic(4, 8, 8), 6000)
      .submit("job-4", elastic(3, 8, 8), 6001)
      .run(7000);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 2, "job-3": 4 });
  });

  it("shrinks no job for one of a later queue", () => {
    const world = worldOf({ thresholds: [10, 100], promoteKnob: 0, compactionPending: 0 }).join(aServer("a", 4));
    world.submit("job-1", elastic(1, 4, 4), 0).submit("job-2", elastic(1, 4, 4), 30_000);
    expect(sizesIn(world.run(31_000))).toEqual({ "job-2": 4 }); // job-1 is in the third queue, job-2 in the first
    expect(sizesIn(world.run(40_000))).toEqual({ "job-2": 4 }); // in the second
    expect(sizesIn(world.run(56_000))).toEqual({ "job-1": 3, "job-2": 1 }); // in the third
  });

  it("prefers the job that started first where two gain the same", () => {
    const world = worldOf().join(aServer("a", 7));
    world
      .submit("job-1", elastic(1, 8, 2))
      .submit("job-2", elastic(1, 8, 2))
      .run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 5, "job-2": 2 });
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
