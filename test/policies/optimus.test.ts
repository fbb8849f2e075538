import { describe, expect, it } from "vitest";
import { aServer, aSpec, between, coresOnly, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const durations = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`job-${i + 1}`, 1e9]));
const worldOf = (known: Record<string, Known>): World =>
  new World({
    policy: "optimus",
    durations,
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known) },
  });
const elastic = (min: number, max: number) => aSpec({ gpus: between(min, max), elasticity: "live" });

describe("optimus", () => {
  it("gives each next GPU to the job whose remaining time it shortens most", () => {
    const world = worldOf({ "job-1": { remaining: 120 }, "job-2": { remaining: 1200 } }).join(aServer("a", 6));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    // 1200/4 - 1200/5 = 60 and 120/1 - 120/2 = 60: the earlier one has it.
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 4 });
  });

  it("gives everyone the least first, in order of submission, however long they are", () => {
    const world = worldOf({ "job-1": { remaining: 1 }, "job-2": { remaining: 1e6 }, "job-3": { remaining: 1e7 } });
    world.join(aServer("a", 4));
    world.submit("job-1", elastic(1, 4)).submit("job-2", elastic(2, 4)).submit("job-3", elastic(2, 4)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-2": 3 });
  });

  it("compares gangs by the unit, and never gives a GPU that makes nobody faster", () => {
    const known = { "job-1": { remaining: 100, curve: [1, 1, 4] }, "job-2": { remaining: 100, curve: [1, 1.5, 1.6] } };
    const world = worldOf(known).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 3, "job-2": 3 });
  });

  it("grows first, of jobs of which nothing is known, those that have had most: they are expected to be the longest", () => {
    const world = worldOf({}).join(aServer("a", 5));
    world.submit("job-1", elastic(1, 4), 0).submit("job-2", elastic(1, 4), 10_000).run(20_000);
    expect(sizesIn(world)["job-1"]).toBeGreaterThan(sizesIn(world)["job-2"] as number);
  });

  it("divides cores as it divides GPUs", () => {
    const world = worldOf({ "job-1": { remaining: 120 }, "job-2": { remaining: 1200 } });
    world.join(aServer("a", 0, { cores: 6 }));
    world
      .submit("job-1", aSpec(coresOnly(1, 8)))
      .submit("job-2", aSpec(coresOnly(1, 8)))
      .run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 4 });
  });
});
