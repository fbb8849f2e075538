import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_GUARDS } from "../../src/core/guards.ts";
import type { Job } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { policies } from "../../src/policies/index.ts";
import { aServer, aSpec, coresOnly, gpus, World } from "../core/world.ts";
import { sizesIn } from "./learner.ts";

const FOREVER = 1e9;
const durations = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`job-${i + 1}`, FOREVER]));
const worldOf = (coreAllocation: string, ends: Record<string, number> = {}, over: object = {}): World =>
  new World({
    options: { coreAllocation, backfill: "fit" },
    durations: { ...durations, ...ends },
    costs: { start: 0, stop: 0 },
    ...over,
  });
const cores = (min: number, preferred: number, max: number, over: Partial<JobSpec> = {}): JobSpec =>
  aSpec({ ...coresOnly(min, max, preferred), ...over });
const machine = (count: number) => aServer("a", 0, { cores: count });

describe("strict", () => {
  it("keeps a job waiting for what it prefers, though its least is free", () => {
    const world = worldOf("strict").join(machine(8));
    world
      .submit("job-1", cores(1, 6, 6))
      .submit("job-2", cores(1, 4, 4), 1)
      .run(10);
    expect(sizesIn(world)).toEqual({ "job-1": 6 });
    expect(world.status("job-2")).toBe("pending");
  });

  it("gives what is left to running jobs, the oldest first, up to their most", () => {
    const world = worldOf("strict").join(machine(12));
    world
      .submit("job-1", cores(1, 2, 6))
      .submit("job-2", cores(1, 2, 8), 5)
      .run(10);
    expect(sizesIn(world)).toEqual({ "job-1": 6, "job-2": 6 });
  });

  it("takes what it gave beyond the request back for a job that comes, and gives it again when that ends, without a restart", () => {
    const world = worldOf("strict", { "job-2": 100 }).join(machine(8));
    world.submit("job-1", cores(1, 2, 8)).submit("job-2", cores(1, 5, 5), 10);
    expect(sizesIn(world.run(5))).toEqual({ "job-1": 8 });
    expect(sizesIn(world.run(20))).toEqual({ "job-1": 3, "job-2": 5 });
    expect(sizesIn(world.run(200))).toEqual({ "job-1": 8 });
    expect(world.job("job-1")).toMatchObject({ attempt: 1, preemptions: 0, migrations: 0 });
    const sizes = world.log.filter(({ type }) => type === "JobResized");
    expect(sizes.map((event) => event.type === "JobResized" && [event.job, event.live])).toEqual([
      ["job-1", true], // 2 to 8 as soon as it runs
      ["job-1", true],
      ["job-1", true],
    ]);
  });

  it("tops up the same job as often as something is left, and each job that can use it", () => {
    const world = worldOf("strict", { "job-3": 100, "job-4": 200 }).join(machine(10));
    world.submit("job-1", cores(1, 1, 5)).submit("job-2", cores(1, 1, 5));
    world.submit("job-3", cores(4, 4, 4)).submit("job-4", cores(4, 4, 4));
    expect(sizesIn(world.run(50))).toMatchObject({ "job-1": 1, "job-2": 1 });
    expect(sizesIn(world.run(150))).toMatchObject({ "job-1": 5, "job-2": 1 });
    expect(sizesIn(world.run(250))).toEqual({ "job-1": 5, "job-2": 5 });
  });

  it("gives cores that running jobs have beyond their request to jobs with GPUs", () => {
    const world = worldOf("strict").join(aServer("a", 1, { cores: 8 }));
    world.submit("job-1", cores(1, 2, 8)).run(5);
    expect(sizesIn(world)).toEqual({ "job-1": 8 });
    world.submit("job-2", aSpec({ gpus: gpus(1), cores: { min: 5, max: 5, preferred: 5 } }), 10).run(20);
    expect(sizesIn(world)).toEqual({ "job-1": 3, "job-2": 1 });
  });

  it("runs a job that prefers more than the machine has with all that it has", () => {
    const world = worldOf("strict").join(machine(4));
    expect(sizesIn(world.submit("job-1", cores(1, 16, 32)).run(5))).toEqual({ "job-1": 4 });
  });

  it("never changes the cores of a job that is fixed", () => {
    const world = worldOf("strict").join(machine(8));
    world.submit("job-1", cores(2, 4, 8, { elasticity: "none" })).run(5);
    expect(sizesIn(world)).toEqual({ "job-1": 4 });
  });
});

describe("always-attend", () => {
  it("starts a job with what is free, even a single core", () => {
    const world = worldOf("always-attend").join(machine(8));
    world
      .submit("job-1", cores(1, 7, 7))
      .submit("job-2", cores(1, 4, 4), 1)
      .run(10);
    expect(sizesIn(world)).toEqual({ "job-1": 7, "job-2": 1 });
  });

  it("keeps a job waiting when less than its least is free", () => {
    const world = worldOf("always-attend").join(machine(8));
    world
      .submit("job-1", cores(1, 7, 7))
      .submit("job-2", cores(2, 4, 4), 1)
      .run(10);
    expect(sizesIn(world)).toEqual({ "job-1": 7 });
  });

  it("raises who was shrunk to its request before anybody gets more, the oldest first", () => {
    const world = worldOf("always-attend", { "job-1": 100 }).join(machine(8));
    world
      .submit("job-1", cores(1, 4, 4))
      .submit("job-2", cores(1, 2, 8), 1)
      .submit("job-3", cores(1, 4, 4), 2);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 4, "job-2": 2, "job-3": 2 });
    expect(sizesIn(world.run(150))).toEqual({ "job-2": 4, "job-3": 4 });
  });

  it("takes back for a job that comes only what others have beyond their request", () => {
    const world = worldOf("always-attend").join(machine(8));
    world.submit("job-1", cores(1, 6, 8));
    expect(sizesIn(world.run(5))).toEqual({ "job-1": 8 });
    world.submit("job-2", cores(1, 4, 4), 10);
    expect(sizesIn(world.run(20))).toEqual({ "job-1": 6, "job-2": 2 });
  });

  it("starts a job where it gets most of its request, not where its least just fits", () => {
    const world = worldOf("always-attend").join(machine(8), aServer("b", 0, { cores: 4 }));
    world
      .submit("job-1", cores(1, 7, 7))
      .submit("job-2", cores(1, 4, 4), 1)
      .run(10);
    expect(world.job("job-2").state).toMatchObject({ on: [{ server: "b", cores: [0, 1, 2, 3] }] });
  });
});

describe("max-prop", () => {
  it("shrinks all in proportion when another comes, and lets them grow when one ends", () => {
    const world = worldOf("max-prop", { "job-2": 100 }).join(machine(12));
    world
      .submit("job-1", cores(1, 4, 12))
      .submit("job-2", cores(1, 8, 12), 10)
      .submit("job-3", cores(1, 4, 12), 50);
    expect(sizesIn(world.run(5))).toEqual({ "job-1": 12 });
    expect(sizesIn(world.run(20))).toEqual({ "job-1": 4, "job-2": 8 });
    expect(sizesIn(world.run(60))).toEqual({ "job-1": 3, "job-2": 6, "job-3": 3 });
    expect(sizesIn(world.run(500))).toEqual({ "job-1": 6, "job-3": 6 });
    for (const id of ["job-1", "job-3"]) expect(world.job(id)).toMatchObject({ attempt: 1, preemptions: 0 });
  });

  it("runs as many as there are least shares for, and shrinks nobody below its least", () => {
    const world = worldOf("max-prop").join(machine(8));
    for (let i = 1; i <= 5; i++) world.submit(`job-${i}`, cores(2, 8, 8), i);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 2, "job-2": 2, "job-3": 2, "job-4": 2 });
    expect(world.status("job-5")).toBe("pending");
  });

  it("gives what rounding leaves over one by one, to the oldest first", () => {
    const world = worldOf("max-prop").join(machine(8));
    for (let i = 1; i <= 3; i++) world.submit(`job-${i}`, cores(1, 4, 4), i);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 3, "job-2": 3, "job-3": 2 });
  });

  it("divides each server among those who are on it", () => {
    const world = worldOf("max-prop").join(machine(8), aServer("b", 0, { cores: 4 }));
    for (let i = 1; i <= 3; i++) world.submit(`job-${i}`, cores(1, 4, 4), i);
    world.submit("job-4", cores(1, 8, 8), 4).run(50);
    expect(world.job("job-1").state).toMatchObject({ on: [{ server: "b" }] });
    expect(sizesIn(world)).toEqual({ "job-1": 4, "job-2": 2, "job-3": 2, "job-4": 4 });
  });

  it("gives a job that starts no more than it prefers, so that others can start before it runs", () => {
    const world = worldOf("max-prop", {}, { costs: { start: 100, stop: 0 } }).join(machine(12));
    world
      .submit("job-1", cores(1, 4, 12))
      .submit("job-2", cores(1, 4, 4), 10)
      .run(50);
    expect(world.starts).toHaveLength(2);
    expect(sizesIn(world.run(200))).toEqual({ "job-1": 8, "job-2": 4 });
  });

  it("starts a job at once on cores that were idle and those that others have given up for it", () => {
    const world = worldOf("max-prop").join(machine(6));
    world.submit("job-1", cores(1, 4, 4)).submit("job-2", cores(1, 4, 4), 10);
    expect(sizesIn(world.run(10))).toEqual({ "job-1": 3, "job-2": 3 });
  });
});

describe("a job without GPUs that makes room", () => {
  const world = (): World =>
    new World({
      policy: "srjf",
      durations: { "job-1": 1000, "job-2": 100 },
      costs: { start: 0, stop: 0 },
    }).join(aServer("a", 0, { cores: 4, memoryMiB: 1000 }));
  const spec = (seconds: number, memoryMiB: number): JobSpec =>
    cores(2, 4, 4, { estimate: { seconds, epochs: null, steps: null }, memoryMiB });

  it("is paused with its memory kept, and goes on where it was, in the same run", () => {
    const w = world();
    w.submit("job-1", spec(4000, 400)).submit("job-2", spec(400, 400), 100).run(150);
    expect(w.job("job-1").state).toMatchObject({ status: "paused", by: "policy", on: [{ memoryMiB: 400, cores: [] }] });
    w.run();
    expect(w.job("job-1")).toMatchObject({ attempt: 1, preemptions: 0, state: { status: "completed" } });
    expect(w.endOf("job-1")).toBe(1100);
  });

  it("makes none for a job for which there is no memory beside it", () => {
    const w = world();
    w.submit("job-1", spec(4000, 600)).submit("job-2", spec(400, 600), 100).run(150);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["running", "pending"]);
  });
});

it("cores are given and taken back within the cool-down too, since that costs nothing", () => {
  const guards = { ...NO_GUARDS, cooldownMillis: FOREVER, planSpacingMillis: FOREVER };
  const world = worldOf("strict", {}, { scheduler: { guards } }).join(machine(8));
  world.submit("job-1", cores(1, 2, 8)).submit("job-2", cores(1, 3, 3), 10);
  expect(sizesIn(world.run(5))).toEqual({ "job-1": 8 });
  expect(sizesIn(world.run(20))).toEqual({ "job-1": 5, "job-2": 3 });
});

describe("the choice of how cores are shared", () => {
  it("is an option of every policy: elastic ones go their own way unless told otherwise, others are strict", () => {
    for (const { key, isElastic, options } of policies) {
      const option = options.find(({ name }) => name === "coreAllocation");
      expect({ key, default: option?.default, choices: option?.choices }).toEqual({
        key,
        default: isElastic ? "own" : "strict",
        choices: [...(isElastic ? ["own"] : []), "strict", "max-prop", "always-attend"],
      });
    }
  });

  it("leaves GPUs to the policy", () => {
    for (const coreAllocation of ["strict", "max-prop", "always-attend"]) {
      const world = worldOf(coreAllocation).join(aServer("a", 8));
      world.submit("job-1", aSpec({ gpus: { ...gpus(2), min: 1, max: 8 } })).run(5);
      expect(sizesIn(world)).toEqual({ "job-1": 2 });
    }
  });
});

describe.each(["strict", "always-attend", "max-prop"])("%s, with any jobs on any machines", (coreAllocation) => {
  const jobs = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      min: fc.integer({ min: 1, max: 3 }),
      more: fc.integer({ min: 0, max: 4 }),
      most: fc.integer({ min: 0, max: 4 }),
      millis: fc.constantFrom(10, 30, FOREVER),
      isFixed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const machines = fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 1, maxLength: 2 });

  it("gives no core twice, each job between its least and its most, and leaves nobody waiting for whom there is room", () => {
    fc.assert(
      fc.property(jobs, machines, (specs, sizes) => {
        const world = worldOf(
          coreAllocation,
          Object.fromEntries(specs.map(({ millis }, i) => [`job-${i + 1}`, millis])),
        ).join(...sizes.map((size, i) => aServer(`s${i}`, 0, { cores: size })));
        for (const [i, { at, min, more, most, isFixed }] of specs.entries())
          world.submit(
            `job-${i + 1}`,
            cores(min, min + more, min + more + most, isFixed ? { elasticity: "none" } : {}),
            at,
          );
        for (let now = 5; now < 120; now += 9) {
          world.run(now);
          check([...world.scheduler.jobs.values()], sizes, coreAllocation);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Counts for itself what each server has and who could start there. */
function check(jobs: readonly Job[], sizes: readonly number[], rule: string): void {
  for (const [i, size] of sizes.entries()) {
    const here = jobs.flatMap(({ state, spec }) =>
      state.status === "running" && state.on[0]?.server === `s${i}` ? [{ spec, cores: state.on[0].cores }] : [],
    );
    const taken = here.flatMap(({ cores: held }) => held);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBeLessThanOrEqual(size);
    let kept = 0;
    for (const { spec, cores: held } of here) {
      expect(held.length).toBeGreaterThanOrEqual(spec.cores.min);
      expect(held.length).toBeLessThanOrEqual(spec.cores.max);
      const isFixed = spec.elasticity === "none" || spec.cores.min === spec.cores.max;
      kept += isFixed
        ? held.length
        : Math.min(held.length, rule === "max-prop" ? spec.cores.min : spec.cores.preferred);
    }
    const hungry = here.some(({ spec, cores: held }) => spec.elasticity !== "none" && held.length < spec.cores.max);
    if (hungry) expect(taken.length).toBe(size);
    for (const { state, spec } of jobs)
      if (state.status === "pending")
        expect(size - kept).toBeLessThan(
          rule === "strict" ? Math.min(Math.max(...sizes), spec.cores.preferred) : spec.cores.min,
        );
  }
}
