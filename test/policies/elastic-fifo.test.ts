import { describe, expect, it } from "vitest";
import type { Job } from "../../src/core/job.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const FOREVER = 1e9;
const durations = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`job-${i + 1}`, FOREVER]));
const worldOf = (known: Record<string, Known> = {}, ends: Record<string, number> = {}): World =>
  new World({
    policy: "elastic-fifo",
    durations: { ...durations, ...ends },
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known) },
  });
const elastic = (min: number, max: number) => aSpec({ gpus: between(min, max), elasticity: "live" });

describe("elastic-fifo", () => {
  it("shrinks running jobs when one comes, and grows them when one ends", () => {
    const world = worldOf({}, { "job-2": 500 }).join(aServer("a", 8));
    world.submit("job-1", elastic(1, 8), 0).submit("job-2", elastic(1, 8), 100);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 8 });
    expect(sizesIn(world.run(150))).toEqual({ "job-1": 4, "job-2": 4 });
    expect(sizesIn(world.run(5000))).toEqual({ "job-1": 8 });
    expect(world.job("job-1").preemptions).toBe(0);
  });

  it("gives nothing of what is left to a job that did not get its least", () => {
    const world = worldOf().join(aServer("a", 9));
    world.submit("job-1", elastic(2, 4)).submit("job-2", elastic(4, 8)).submit("job-3", elastic(4, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 4, "job-2": 5 });
    expect(world.status("job-3")).toBe("pending");
  });

  it("gives no GPU to a job that is not faster with it, though it is idle", () => {
    const world = worldOf({ "job-1": { curve: [1, 1.8, 1.8] }, "job-2": { curve: [1, 1.7, 2.3, 2.3] } }).join(
      aServer("a", 8),
    );
    world.submit("job-1", elastic(1, 8)).submit("job-2", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 3 });
  });

  it("gives the odd GPU to the job that came first, of equal ones to job-9 before job-10", () => {
    const world = worldOf().join(aServer("a", 7));
    world.submit("job-10", elastic(1, 8)).submit("job-9", elastic(1, 8)).run(1);
    expect(sizesIn(world)).toEqual({ "job-9": 4, "job-10": 3 });
  });

  it("never pushes a job beyond its most, and leaves the fixed as they are", () => {
    const world = worldOf().join(aServer("a", 8));
    world
      .submit("job-1", elastic(1, 2))
      .submit("job-2", aSpec({ gpus: gpus(3) }))
      .submit("job-3", elastic(1, 2));
    expect(sizesIn(world.run(1))).toEqual({ "job-1": 2, "job-2": 3, "job-3": 2 });
  });

  it("lets a small job pass a large one for which there is no room", () => {
    const world = worldOf().join(aServer("a", 4));
    world.submit("job-1", elastic(2, 2)).submit("job-2", elastic(4, 4)).submit("job-3", elastic(1, 4)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-3": 2 });
  });

  it("gives an earlier job that comes back its least, at the cost of the latest", () => {
    const world = new World({
      policy: "elastic-fifo",
      durations: { ...durations, "job-1": 100 },
      costs: { start: 0, stop: 0 },
      outcome: (_, attempt) =>
        attempt === 1
          ? { kind: "failed", cause: { origin: "application", code: "exit", message: "exit code 1" } }
          : { kind: "succeeded" },
    }).join(aServer("a", 2));
    world.submit("job-1", elastic(1, 1)).submit("job-2", elastic(1, 2), 10).submit("job-3", elastic(1, 1), 20).run(150);
    expect(sizesIn(world)).toEqual({ "job-2": 1, "job-3": 1 });
    world.now = 150;
    world.tell({ type: "JobRetried", job: "job-1", blockedBy: [], at: 150 });
    world.run(200);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-2": 1 });
  });

  it("divides cores as it divides GPUs", () => {
    const world = worldOf().join(aServer("a", 0, { cores: 9 }));
    world.submit("job-1", aSpec(coresOnly(2, 4))).submit("job-2", aSpec(coresOnly(4, 8)), 1);
    expect(sizesIn(world.run(2))).toEqual({ "job-1": 4, "job-2": 5 });
  });

  it("spreads fresh jobs so that each can have its share, rather than crowd them on one server", () => {
    const world = worldOf().join(aServer("a", 4), aServer("b", 4));
    world.submit("job-1", elastic(1, 4)).submit("job-2", elastic(1, 4)).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 4, "job-2": 4 });
  });

  it("stops nobody for a job that then finds no server", () => {
    const world = worldOf({}, { "job-1": 200 }).join(aServer("a", 2), aServer("b", 2));
    const needsTwo = aSpec({ gpus: gpus(2) });
    world.submit("job-1", needsTwo, 0).submit("job-2", needsTwo, 1); // both servers are full
    world.submit("job-3", needsTwo, 2).submit("job-4", aSpec(), 3).submit("job-5", aSpec(), 4).run(150);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 2 });
    world.run(300);
    expect(sizesIn(world)).toEqual({ "job-2": 2, "job-3": 2 });
    const preempted = [...world.scheduler.jobs.values()].filter(({ preemptions }: Job) => preemptions > 0);
    expect(preempted).toEqual([]);
  });
});
