import { describe, expect, it } from "vitest";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "../core/world.ts";
import { type Known, knowing } from "./learner.ts";

type Jobs = Readonly<Record<string, Known & { readonly gpus: number; readonly millis?: number; readonly at?: number }>>;

/** Jobs by their numbers, with what is known of them. */
function worldOf(policy: string, gpuCount: number, jobs: Jobs, options: Record<string, unknown> = {}): World {
  const world = new World({
    policy,
    options,
    durations: Object.fromEntries(Object.entries(jobs).map(([job, { millis = 100 }]) => [job, millis])),
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(jobs) },
  }).join(aServer("a", gpuCount));
  for (const [job, { gpus: count, at = 0 }] of Object.entries(jobs))
    world.submit(job, aSpec({ gpus: gpus(count) }), at);
  return world;
}

const order = (world: World): string => world.starts.map(({ job }) => job.slice(4)).join(" ");

describe("sjf", () => {
  it("runs the smallest request first, however long it takes", () => {
    const jobs = { "job-1": { gpus: 3 }, "job-2": { gpus: 2 }, "job-3": { gpus: 1, millis: 9000 } };
    expect(order(worldOf("sjf", 3, jobs).run())).toBe("3 2 1");
  });

  it("stops a large job for small ones that come", () => {
    const world = worldOf("sjf", 4, { "job-1": { gpus: 4, millis: 500 }, "job-2": { gpus: 1, at: 10 } }).run();
    expect(order(world)).toBe("1 2 1");
    expect(world.job("job-1").preemptions).toBe(1);
  });

  it("lets it finish without preemption", () => {
    const jobs = { "job-1": { gpus: 4, millis: 500 }, "job-2": { gpus: 1, at: 10 } };
    expect(order(worldOf("sjf", 4, jobs, { preemptive: false }).run())).toBe("1 2");
  });

  it("passes over who does not fit, and stops nobody for a job that would not fit all the same", () => {
    const jobs = { "job-1": { gpus: 2, millis: 500 }, "job-2": { gpus: 3, at: 10 }, "job-3": { gpus: 2, at: 20 } };
    expect(order(worldOf("sjf", 4, jobs).run())).toBe("1 3 2");
  });

  it("counts the cores of jobs without GPUs", () => {
    const world = new World({ policy: "sjf", costs: { start: 0, stop: 0 } }).join(aServer("a", 0, { cores: 4 }));
    world
      .submit("job-1", aSpec(coresOnly(4)), 0)
      .submit("job-2", aSpec(coresOnly(3)), 0)
      .run();
    expect(order(world)).toBe("2 1");
  });
});

describe("the shortest first", () => {
  // job-1: 400 s of work on four GPUs, job-2: 150 s on one, job-3: 240 s on two
  const jobs = {
    "job-1": { gpus: 4, remaining: 400 },
    "job-2": { gpus: 1, remaining: 150 },
    "job-3": { gpus: 2, remaining: 240 },
  };

  it("srjf: by the work on one GPU", () => {
    expect(order(worldOf("srjf", 4, jobs).run())).toBe("2 3 1");
  });

  it("srtf: by the time at the size that is asked for", () => {
    expect(order(worldOf("srtf", 4, jobs).run())).toBe("1 3 2");
  });

  it("srsf: by that time, times the size", () => {
    const slow = { ...jobs, "job-3": { gpus: 2, remaining: 240, curve: [1, 1.1] } };
    expect(order(worldOf("srsf", 2, { "job-1": { gpus: 2, remaining: 300 }, "job-3": slow["job-3"] }).run())).toBe(
      "1 3",
    );
    expect(order(worldOf("srjf", 2, { "job-1": { gpus: 2, remaining: 300 }, "job-3": slow["job-3"] }).run())).toBe(
      "3 1",
    );
  });

  it("srtf: knows that four GPUs may be no faster than two", () => {
    const curved = {
      "job-1": { gpus: 4, remaining: 400, curve: [1, 1.5, 1.6, 1.6] },
      "job-2": { gpus: 2, remaining: 300 },
    };
    expect(order(worldOf("srtf", 4, curved).run())).toBe("2 1");
  });

  for (const policy of ["srjf", "srtf", "srsf"]) {
    it(`${policy}: stops the longer for the shorter, and not the other way round`, () => {
      const later = {
        "job-1": { gpus: 1, remaining: 100, millis: 300 },
        "job-2": { gpus: 1, remaining: 90, at: 10 },
        "job-3": { gpus: 1, remaining: 110, at: 20 },
      };
      expect(order(worldOf(policy, 1, later).run())).toBe("1 2 1 3");
      expect(order(worldOf(policy, 1, later, { preemptive: false }).run())).toBe("1 2 3");
    });

    it(`${policy}: never takes a job of which nothing is known for a short one`, () => {
      const some = { "job-1": { gpus: 1 }, "job-2": { gpus: 1, remaining: 1e6 }, "job-3": { gpus: 1, remaining: 0 } };
      expect(order(worldOf(policy, 1, some).run())).toBe("3 2 1");
    });

    it(`${policy}: gives the unknown who has had least its turn, but only when the other has had twice as much`, () => {
      const world = worldOf(policy, 1, {
        "job-1": { gpus: 1, millis: 4e6 },
        "job-2": { gpus: 1, millis: 4e6, at: 10 },
        // a job that comes and goes makes a round
        ...Object.fromEntries(
          Array.from({ length: 60 }, (_, i) => [`job-${i + 3}`, { gpus: 1, remaining: 1, millis: 1, at: i * 10_000 }]),
        ),
      }).run(600_000);
      const shifts = world.starts.filter(({ job }, i, all) => Number(job.slice(4)) < 3 && lastUnknown(all, i) !== job);
      expect(shifts.map(({ job }) => job.slice(4)).join(" ")).toBe("1 2 1 2 1"); // in 60 rounds
    });

    it(`${policy}: keeps the order of submission among equals, so that nobody is stopped for its like`, () => {
      const world = worldOf(policy, 1, {
        "job-1": { gpus: 1, remaining: 10 },
        "job-2": { gpus: 1, remaining: 10, at: 1 },
        "job-3": { gpus: 1, remaining: 10, at: 2 },
      }).run();
      expect(order(world)).toBe("1 2 3");
    });
  }

  it("gives an elastic job the size that it prefers, and orders it by that", () => {
    const world = new World({
      policy: "srtf",
      scheduler: { learner: knowing({ "job-1": { remaining: 100 }, "job-2": { remaining: 60 } }) },
    });
    const elastic: JobSpec = aSpec({ gpus: between(1, 4, 2) });
    world.join(aServer("a", 2)).submit("job-1", elastic, 0).submit("job-2", aSpec(), 0).run(15);
    expect(world.inUse.size).toBe(2);
    expect(order(world)).toBe("1");
  });
});

/** Which of the jobs of which nothing is known ran before. */
const lastUnknown = (starts: World["starts"], i: number): string | undefined =>
  starts.slice(0, i).findLast(({ job }) => Number(job.slice(4)) < 3)?.job;
