import { describe, expect, it } from "vitest";
import { DEFAULT_GUARDS, NO_GUARDS } from "../../src/core/guards.ts";
import { completeOptions, findPolicy } from "../../src/policies/index.ts";
import { aServer, aSpec, between, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const durations = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`job-${i + 1}`, 1e9]));
const worldOf = (known: Record<string, Known> = {}, options: Record<string, unknown> = {}, guards = NO_GUARDS): World =>
  new World({
    policy: "ffdl",
    options,
    durations,
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known), guards },
  });
const elastic = (min: number, max: number, priority = 0) =>
  aSpec({ gpus: between(min, max), elasticity: "live", priority });

const good = [1, 2, 3, 4, 5, 6, 7, 8];
const poor = [1, 1.2, 1.3, 1.35, 1.4, 1.4, 1.4, 1.4];

describe("ffdl", () => {
  it("gives GPUs to those that make most speed of them", () => {
    const world = worldOf({ "job-1": { curve: poor }, "job-2": { curve: good } }).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-2": 7 });
  });

  it("never gives a job less than its least, however little it makes of it", () => {
    const world = worldOf({ "job-1": { curve: poor }, "job-2": { curve: good } }).join(aServer("a", 8));
    world.submit("job-1", elastic(3, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 3, "job-2": 5 });
  });

  it("makes the newest wait when not all fit with their least, and lets a small one in beside the others", () => {
    const world = worldOf().join(aServer("a", 4));
    world.submit("job-1", elastic(2, 4)).submit("job-2", elastic(3, 4)).submit("job-3", elastic(1, 4)).run(1);
    expect(Object.keys(sizesIn(world))).toEqual(["job-1", "job-3"]);
    expect(world.inUse.size).toBe(4);
  });

  it("decides without a GPU, and for jobs that no GPU makes faster", () => {
    const nowhere = worldOf().join(aServer("a", 0)).submit("job-1", elastic(1, 4)).run(1);
    expect(nowhere.status("job-1")).toBe("pending");
    const stuck = worldOf({ "job-1": { curve: [0, 0] } })
      .join(aServer("a", 4))
      .submit("job-1", elastic(1, 4))
      .run(1);
    expect(sizesIn(stuck)).toEqual({ "job-1": 1 });
  });

  it("moves nobody for an arrangement that is no better", () => {
    const world = worldOf().join(aServer("a", 8));
    world.submit("job-1", elastic(1, 6), 0).submit("job-2", elastic(1, 6), 1).run(10);
    const before = sizesIn(world);
    const resizes = world.job("job-1").resizes + world.job("job-2").resizes;
    for (let i = 0; i < 3; i++) world.round();
    expect(sizesIn(world)).toEqual(before);
    expect(world.job("job-1").resizes + world.job("job-2").resizes).toBe(resizes);
  });

  it("gives most to the job that came first where all make the same of it", () => {
    const world = worldOf().join(aServer("a", 8));
    world.submit("job-1", elastic(1, 6)).submit("job-2", elastic(1, 6)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 6, "job-2": 2 });
  });

  it("leaves out who brings least, when jobs may wait", () => {
    const known = { "job-1": { curve: [0, 0, 0.5] }, "job-2": { curve: good } };
    const submit = (world: World) =>
      world.join(aServer("a", 4)).submit("job-1", elastic(3, 3)).submit("job-2", elastic(1, 4)).run(1);
    expect(sizesIn(submit(worldOf(known)))).toEqual({ "job-1": 3, "job-2": 1 });
    expect(sizesIn(submit(worldOf(known, { mayWait: true })))).toEqual({ "job-2": 4 });
  });

  it("changes a running job only for more than its restart costs", () => {
    const curve = [1, 1.6, 2];
    const fresh = [1, 1.62, 2.02];
    const restart = (known: Record<string, Known>, options = {}): Record<string, number> => {
      const world = worldOf(known, options, { ...NO_GUARDS, restartFactor: 1 }).join(aServer("a", 4));
      world.submit("job-1", elastic(1, 3), 0).run(5);
      return sizesIn(world.submit("job-2", elastic(1, 3), 10).run(50));
    };
    // Two each is best by 0.2; with 3 and 1 nobody restarts.
    const costly = { "job-1": { curve, restartSeconds: 300 }, "job-2": { curve: fresh } };
    expect(restart(costly)).toEqual({ "job-1": 3, "job-2": 1 });
    expect(restart(costly, { chargeRestarts: false })).toEqual({ "job-1": 2, "job-2": 2 });
    expect(restart(costly, { horizonSeconds: 6000 })).toEqual({ "job-1": 2, "job-2": 2 });
  });

  it("counts speed by priority when it is told to", () => {
    const submit = (world: World) =>
      world
        .join(aServer("a", 4))
        .submit("job-1", elastic(1, 4))
        .submit("job-2", elastic(1, 4, 1))
        .run(1);
    expect(sizesIn(submit(worldOf()))).toEqual({ "job-1": 3, "job-2": 1 });
    expect(sizesIn(submit(worldOf({}, { weightByPriority: true })))).toEqual({ "job-1": 1, "job-2": 3 });
  });

  it("stops nobody who has just begun for one who brings more, but may shrink it", () => {
    const known = { "job-1": { curve: [1, 1.1, 1.1] }, "job-2": { curve: [0, 0, 9] } };
    const world = worldOf(known, { mayWait: true }, { ...DEFAULT_GUARDS, planSpacingMillis: 0 }).join(aServer("a", 4));
    world.submit("job-1", elastic(1, 3), 0).run(5);
    expect(sizesIn(world)).toEqual({ "job-1": 2 });
    expect(sizesIn(world.submit("job-2", aSpec({ gpus: gpus(3) }), 10).run(50))).toEqual({ "job-1": 1, "job-2": 3 });
  });

  it("refuses a horizon of nothing", () => {
    expect(() => completeOptions(findPolicy("ffdl"), { horizonSeconds: 0 })).toThrow("must be at least 1");
  });
});
