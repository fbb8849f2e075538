import { describe, expect, it } from "vitest";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { aServer, aSpec, coresOnly, gpus, World } from "../core/world.ts";

const SECOND = 1000;

function worldOf(options: Record<string, unknown>, seconds: Record<string, number> = {}, servers = [1]): World {
  return new World({
    policy: "priority",
    options: { minRunSeconds: 0, ...options },
    durations: Object.fromEntries(Object.entries(seconds).map(([job, each]) => [job, each * SECOND])),
    costs: { start: 0, stop: 0 },
  }).join(...servers.map((count, i) => aServer("abc"[i] as string, count, { cores: 4 })));
}

const wanting = (priority: number, count = 1, over: Partial<JobSpec> = {}): JobSpec =>
  aSpec({ priority, gpus: gpus(count), ...over });

const order = (world: World): string => world.starts.map(({ job }) => job.slice(4)).join(" ");
const preempted = (world: World): string[] =>
  world.log
    .filter(({ type }) => type === "JobPreempted" || type === "JobPaused")
    .map((event) => ("job" in event ? event.job : ""));

describe("priority", () => {
  it("starts the highest first, then in the order of submission; below zero is lower still", () => {
    const world = worldOf({ preemptive: false });
    for (const [i, priority] of [0, -1, 5, 0, 5].entries()) world.submit(`job-${i + 1}`, wanting(priority), 0);
    expect(order(world.run())).toBe("3 5 1 4 2");
  });

  it("stops a running job for one whose priority is higher, and lets it go on afterwards", () => {
    const world = worldOf({}, { "job-1": 100, "job-2": 10 });
    world
      .submit("job-1", wanting(0), 0)
      .submit("job-2", wanting(1), 20 * SECOND)
      .run();
    expect(order(world)).toBe("1 2 1");
    expect(world.endOf("job-2")).toBe(30 * SECOND);
  });

  it("stops nobody when it is not preemptive", () => {
    const world = worldOf({ preemptive: false }, { "job-1": 100, "job-2": 10 });
    world
      .submit("job-1", wanting(0), 0)
      .submit("job-2", wanting(1), 20 * SECOND)
      .run();
    expect(order(world)).toBe("1 2");
  });

  it("never stops a job for its equal, however long that has waited: jobs of one priority do not take turns", () => {
    const world = worldOf({ ageStepSeconds: 10 }, { "job-1": 10_000, "job-2": 10_000 });
    world.submit("job-1", wanting(0), 0).submit("job-2", wanting(0), 0).run();
    expect(order(world)).toBe("1 2");
  });

  it("never lets waiting push a job into the place of a more important one that runs", () => {
    const world = worldOf({ ageStepSeconds: 10, maxBoost: 100 }, { "job-1": 10_000, "job-2": 10 });
    world.submit("job-1", wanting(3), 0).submit("job-2", wanting(0), 0).run();
    expect(order(world)).toBe("1 2");
  });

  it("raises who waits in the line by one for each step, so that newer jobs of higher priority do not starve it", () => {
    const line = (maxBoost: number): string => {
      const world = worldOf(
        { ageStepSeconds: 10, maxBoost, minRunSeconds: 15 },
        { "job-1": 25, "job-2": 10, "job-3": 10 },
      );
      world
        .submit("job-1", wanting(9), 0)
        .submit("job-2", wanting(1), 0)
        .submit("job-3", wanting(2), 20 * SECOND)
        .run();
      return order(world);
    };
    expect(line(10)).toBe("1 2 3"); // 1 + 2 against 2 + 0
    expect(line(0)).toBe("1 3 2");
    expect(line(1)).toBe("1 2 3"); // 1 + 1, and it came first
  });

  it("reckons the rise from the priority and the present wait, so that it does not add up over runs", () => {
    const world = worldOf({ ageStepSeconds: 10 }, { "job-1": 30, "job-2": 30, "job-3": 30, "job-4": 5 });
    world.submit("job-1", wanting(1), 0).submit("job-2", wanting(0), 0);
    // job-2 starts after three steps, is stopped at 35, and has waited one step at 50, when job-3 has waited none
    world
      .submit("job-3", wanting(2), 35 * SECOND)
      .submit("job-4", wanting(3), 45 * SECOND)
      .run();
    expect(order(world)).toBe("1 2 3 4 3 2");
  });

  it("leaves a run alone until it has run for minRunSeconds, and stops it then without waiting for anything else to happen", () => {
    const world = worldOf({ minRunSeconds: 300 }, { "job-1": 1000, "job-2": 10 });
    world
      .submit("job-1", wanting(0), 0)
      .submit("job-2", wanting(1), 20 * SECOND)
      .run();
    expect(world.starts.find(({ job }) => job === "job-2")?.at).toBe(300 * SECOND);
  });

  it("takes the place of the lowest priority first, whatever the rule among equals", () => {
    for (const victims of ["least-lost-work", "longest-run", "smallest-request"]) {
      const world = worldOf({ victims }, { "job-1": 500, "job-2": 500, "job-3": 500 }, [4]);
      world
        .submit("job-1", wanting(1), 0)
        .submit("job-2", wanting(0, 2), 10 * SECOND)
        .submit("job-3", wanting(1), 0);
      world.submit("job-4", wanting(2), 20 * SECOND).run(21 * SECOND);
      expect(preempted(world)).toEqual(["job-2"]);
    }
  });

  describe("among running jobs of one priority", () => {
    const three = (victims: string): World => {
      const world = worldOf({ victims }, { "job-1": 500, "job-2": 500, "job-3": 500, "job-4": 10 }, [4]);
      world
        .submit("job-1", wanting(0, 2), 0)
        .submit("job-2", wanting(0), 10 * SECOND)
        .submit("job-3", wanting(0), 20 * SECOND);
      return world.submit("job-4", wanting(1), 30 * SECOND);
    };

    it("longest-run: stops the oldest run", () => {
      expect(preempted(three("longest-run").run(31 * SECOND))).toEqual(["job-1"]);
    });

    it("smallest-request: stops those with the fewest GPUs, the newest first among those", () => {
      expect(preempted(three("smallest-request").run(31 * SECOND))).toEqual(["job-3"]);
    });

    it("least-lost-work: stops the one whose last checkpoint leaves the least to be done again", () => {
      expect(preempted(three("least-lost-work").run(31 * SECOND))).toEqual(["job-3"]);
      const world = three("least-lost-work").run(29 * SECOND);
      world.now = 29 * SECOND;
      world.tell({ type: "CheckpointSaved", job: "job-1", attempt: 1, step: 7, by: "program", at: world.now });
      expect(preempted(world.run(31 * SECOND))).toEqual(["job-1"]); // 2 GPU-seconds against 10 and 20
    });

    it("stops no more than it must", () => {
      const world = worldOf({ victims: "longest-run" }, { "job-1": 500, "job-2": 500, "job-3": 500 }, [4]);
      world
        .submit("job-1", wanting(0), 0)
        .submit("job-2", wanting(0, 2), 1 * SECOND)
        .submit("job-3", wanting(0), 2 * SECOND);
      world.submit("job-4", wanting(1, 2), 30 * SECOND).run(31 * SECOND);
      expect(preempted(world)).toEqual(["job-2"]);
    });
  });

  it("freezes jobs without GPUs instead of stopping them, and counts nothing as lost", () => {
    const world = worldOf({}, { "job-1": 100, "job-2": 100, "job-3": 10 });
    const cores = (priority: number): JobSpec => aSpec({ priority, ...coresOnly(2) });
    world
      .submit("job-1", cores(0), 0)
      .submit("job-2", cores(0), 10 * SECOND)
      .submit("job-3", cores(1), 20 * SECOND)
      .run();
    expect(preempted(world)).toEqual(["job-2"]);
    expect(world.job("job-2")).toMatchObject({ attempt: 1, preemptions: 0 });
    expect(world.endOf("job-2")).toBe(120 * SECOND);
  });

  it("holds up those behind who does not fit, or lets them pass with backfill: fit", () => {
    const line = (backfill: string): string => {
      const world = worldOf({ backfill }, { "job-1": 100, "job-2": 10, "job-3": 10 }, [4]);
      world.submit("job-1", wanting(0, 3), 0).submit("job-2", wanting(0, 4), 1).submit("job-3", wanting(0), 2).run();
      return order(world);
    };
    expect(line("none")).toBe("1 2 3");
    expect(line("fit")).toBe("1 3 2");
  });

  it("starts a job that rises above a gang which blocks the line at that moment, though nothing else happens", () => {
    const world = worldOf({ ageStepSeconds: 10 }, { "job-1": 500, "job-2": 6, "job-3": 10, "job-4": 10 }, [4]);
    world.submit("job-1", wanting(9, 3), 0).submit("job-2", wanting(9), 0).submit("job-3", wanting(0), 0);
    world.submit("job-4", wanting(1, 4), 5 * SECOND).run();
    expect(world.starts.map(({ job, at }) => [job, at / SECOND])).toContainEqual(["job-3", 10]);
  });

  it("heeds a priority that its user changes", () => {
    const world = worldOf({}, { "job-1": 100, "job-2": 10 });
    world
      .submit("job-1", wanting(0), 0)
      .submit("job-2", wanting(0), 0)
      .run(20 * SECOND);
    world.now = 20 * SECOND;
    world.tell({ type: "JobUpdated", job: "job-2", patch: { priority: 1 }, at: world.now });
    world.run();
    expect(order(world)).toBe("1 2 1");
  });
});
