import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_GUARDS } from "../../src/core/guards.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const FOREVER = 1e9;
const durations = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`job-${i + 1}`, FOREVER]));

/** The speed of jobs is in proportion to their size, and estimates are true. */
const worldOf = (options: object = {}, ends: Record<string, number> = {}): World =>
  new World({
    policy: "edf-elastic",
    options: { ...options },
    durations: { ...durations, ...ends },
    costs: { start: 0, stop: 0 },
  });
/** @param work seconds on one GPU @param deadline in milliseconds */
const due = (
  work: number | null,
  deadline: number | null,
  sizes: JobSpec["gpus"],
  over: Partial<JobSpec> = {},
): JobSpec =>
  aSpec({ gpus: sizes, deadline, estimate: { seconds: work, epochs: null, steps: null }, elasticity: "live", ...over });
const someday = (count: number): JobSpec => due(null, null, gpus(count));

describe("edf-elastic", () => {
  it("gives the least power of two that is in time, and the rest to jobs without a deadline", () => {
    const world = worldOf().join(aServer("a", 8));
    world.submit("job-1", due(6, 2000, between(1, 8)));
    for (let i = 2; i <= 7; i++) world.submit(`job-${i}`, someday(1));
    expect(sizesIn(world.run(0))).toMatchObject({ "job-1": 4, "job-5": 1 });
    expect(world.status("job-6")).toBe("pending");
  });

  it("gives a job's own least and most too, though they are no powers of two", () => {
    const most = worldOf().join(aServer("a", 8));
    most.submit("job-1", due(5.5, 1000, between(1, 6)));
    for (let i = 2; i <= 4; i++) most.submit(`job-${i}`, someday(1));
    expect(sizesIn(most.run(0))).toEqual({ "job-1": 6, "job-2": 1, "job-3": 1 });
    const least = worldOf().join(aServer("a", 4));
    least.submit("job-1", due(2, 1000, between(3, 8))).submit("job-2", someday(1));
    expect(sizesIn(least.run(0))).toEqual({ "job-1": 3, "job-2": 1 });
  });

  it("serves the earlier deadline first, whoever came first, and keeps the later one in time", () => {
    const world = worldOf({}, { "job-1": 4000, "job-2": 2000 }).join(aServer("a", 2));
    world
      .submit("job-1", due(8, 6000, gpus(2)))
      .submit("job-2", due(4, 2500, gpus(2)), 100)
      .run();
    expect([world.endOf("job-2"), world.endOf("job-1")]).toEqual([2100, 6000]);
    expect(world.job("job-1").preemptions).toBe(1);
  });

  it("hands out what is left where a unit gains most, level by level", () => {
    const known: Record<string, Known> = {
      "job-1": { remaining: 1, curve: [1, 1.2, 1.2, 1.3, 1.3, 1.3, 1.3, 1.4] },
      "job-2": { remaining: 1, curve: [1, 1.9, 2.7, 3.5, 3.8, 4.1, 4.4, 4.7] },
    };
    const world = new World({ policy: "edf-elastic", durations, scheduler: { learner: knowing(known) } });
    world.join(aServer("a", 6)).submit("job-1", due(null, FOREVER, between(1, 8)));
    world.submit("job-2", due(null, FOREVER, between(1, 8))).run(20);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 4 });
  });

  it("runs jobs that can no longer be in time behind those that can, and before those without a deadline", () => {
    const world = worldOf().join(aServer("a", 2));
    world
      .submit("job-1", someday(1))
      .submit("job-2", due(10, 50, gpus(1)))
      .submit("job-3", due(1, 5000, gpus(1)));
    expect(sizesIn(world.run(60))).toEqual({ "job-2": 1, "job-3": 1 });
  });

  it("does not let one late job make all others late", () => {
    const world = worldOf({}, { "job-2": 1000 }).join(aServer("a", 1));
    world
      .submit("job-1", due(100, 500, gpus(1)))
      .submit("job-2", due(1, 1500, gpus(1)), 200)
      .run(2000);
    expect(world.endOf("job-2")).toBe(1200);
  });

  it("shrinks a job that has time to spare for one that has none", () => {
    const world = worldOf().join(aServer("a", 8));
    world.submit("job-1", due(16, 10_000, between(1, 8))).submit("job-2", due(4, 1200, between(1, 8)), 100);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 8 });
    expect(sizesIn(world.run(150))).toEqual({ "job-1": 4, "job-2": 4 });
    expect(world.job("job-1").preemptions).toBe(0);
  });

  it("keeps what it promised to a job that has begun when another comes with an earlier deadline", () => {
    const come = (admission: boolean): World => {
      const world = worldOf({ admission }, { "job-1": 4000, "job-2": 2000 }).join(aServer("a", 2));
      world
        .submit("job-1", due(8, 4500, gpus(2)))
        .submit("job-2", due(4, 3000, gpus(2)), 100)
        .run();
      return world;
    };
    expect([come(true).endOf("job-1"), come(true).endOf("job-2")]).toEqual([4000, 6000]);
    expect(come(false).endOf("job-2")).toBe(2100);
  });

  it("counts on GPUs of jobs that are about to end, which it may not touch", () => {
    const guards = { cooldownMillis: 10_000 };
    const world = new World({
      policy: "edf-elastic",
      durations: { ...durations, "job-1": 2000 },
      costs: { start: 0, stop: 0 },
      scheduler: { guards: { ...NO_GUARDS, ...guards } },
    }).join(aServer("a", 4));
    world.submit("job-1", due(4, 2500, gpus(2), { elasticity: "none" }));
    // With 2 GPUs for 1.9 s and 4 after that it needs 1 s more: in time only if it counts on those of job-1.
    world.submit("job-2", due(7.8, 3100, between(2, 4)), 100).submit("job-3", due(2, 1_000_000, gpus(2)), 100);
    expect(sizesIn(world.run(200))).toEqual({ "job-1": 2, "job-2": 2 });
  });

  it("goes by the deadlines alone when nothing is known of the jobs, each with its least", () => {
    const world = worldOf().join(aServer("a", 4));
    world.submit("job-1", due(null, 9000, gpus(2))).submit("job-2", due(null, 5000, gpus(3)), 10);
    expect(sizesIn(world.run(20))).toEqual({ "job-2": 3 });
    world.submit("job-3", due(null, 4000, between(1, 8)), 30);
    expect(sizesIn(world.run(40))).toEqual({ "job-2": 3, "job-3": 1 });
  });

  it("stops nothing that runs for jobs that are no more urgent", () => {
    const world = worldOf({}, { "job-1": 500 }).join(aServer("a", 4));
    world.submit("job-1", someday(2)).submit("job-2", someday(4), 10).submit("job-3", someday(2), 20);
    expect(sizesIn(world.run(1000))).toEqual({ "job-3": 2 });
  });

  it("divides cores as it divides GPUs", () => {
    const world = worldOf().join(aServer("a", 0, { cores: 8 }));
    world.submit("job-1", { ...due(6, 2000, gpus(0)), ...coresOnly(1, 8) });
    for (let i = 2; i <= 7; i++) world.submit(`job-${i}`, { ...someday(1), ...coresOnly(1) });
    expect(sizesIn(world.run(0))).toMatchObject({ "job-1": 4, "job-5": 1 });
  });

  it("has nobody in time and late again in turn: a job is stopped at most once for each that comes", () => {
    const jobs = fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 3000 }),
        gpus: fc.integer({ min: 1, max: 4 }),
        more: fc.integer({ min: 0, max: 4 }),
        seconds: fc.integer({ min: 1, max: 20 }),
        deadline: fc.option(fc.integer({ min: 100, max: 20_000 })),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(jobs, fc.boolean(), (list, admission) => {
        const world = worldOf(
          { admission },
          Object.fromEntries(list.map(({ seconds, gpus: size }, i) => [`job-${i + 1}`, (seconds * 1000) / size])),
        ).join(aServer("a", 4), aServer("b", 2));
        for (const [i, job] of list.entries())
          world.submit(`job-${i + 1}`, due(job.seconds, job.deadline, between(job.gpus, job.gpus + job.more)), job.at);
        world.run();
        for (const i of list.keys()) {
          expect(world.status(`job-${i + 1}`)).toBe("completed");
          expect(world.job(`job-${i + 1}`).preemptions).toBeLessThanOrEqual(list.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});
