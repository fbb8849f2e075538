import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const FOREVER = 1e9;
const durations = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`job-${i + 1}`, FOREVER]));
const worldOf = (options: object = {}, ends: Record<string, number> = {}, known: Record<string, Known> = {}): World =>
  new World({
    policy: "drf",
    options: { ...options },
    durations: { ...durations, ...ends },
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known) },
  });
const of = (user: string, count = 1): JobSpec => aSpec({ user, gpus: gpus(count) });
const task = (user: string, cores: number, memoryMiB: number): JobSpec =>
  aSpec({ user, memoryMiB, ...coresOnly(cores) });

/** How many jobs of each user run. */
const running = (world: World): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state, spec } of world.scheduler.jobs.values())
    if (state.status === "running") counts[spec.user] = (counts[spec.user] ?? 0) + 1;
  return counts;
};

describe("drf", () => {
  it("gives the paper's example its answer: 3 tasks of <1 core, 4 GB> and 2 of <3 cores, 1 GB> on <9, 18>", () => {
    const world = worldOf().join(aServer("a", 0, { cores: 9, memoryMiB: 18 }));
    for (let i = 1; i <= 5; i++) world.submit(`job-${i}`, task("ann", 1, 4));
    for (let i = 6; i <= 10; i++) world.submit(`job-${i}`, task("bob", 3, 1));
    expect(running(world.run(1))).toEqual({ ann: 3, bob: 2 });
  });

  it("counts GPUs for who uses GPUs most and cores for who uses cores most, over both kinds of jobs at once", () => {
    const world = worldOf().join(aServer("a", 4, { cores: 8 }));
    for (let i = 1; i <= 4; i++)
      world.submit(`job-${i}`, aSpec({ user: "ann", gpus: gpus(1), cores: { min: 1, max: 1, preferred: 1 } }));
    for (let i = 5; i <= 12; i++) world.submit(`job-${i}`, task("bob", 1, 0));
    // Shares of 3/4 (GPUs) and 5/8 (cores): then all cores are taken.
    expect(running(world.run(1))).toEqual({ ann: 3, bob: 5 });
  });

  it("adds up what one user has in both pools", () => {
    const world = worldOf().join(aServer("a", 2, { cores: 8 }));
    world.submit("job-1", aSpec({ user: "ann", gpus: gpus(1), cores: { min: 4, max: 4, preferred: 4 } }));
    world
      .submit("job-2", task("ann", 2, 0), 1)
      .submit("job-3", task("bob", 2, 0), 2)
      .submit("job-4", task("bob", 2, 0), 3);
    expect(running(world.run(5))).toEqual({ ann: 1, bob: 2 });
  });

  it("lets jobs start behind one that does not fit, of the same user and of others", () => {
    const world = worldOf().join(aServer("a", 4));
    world
      .submit("job-1", of("ann", 2))
      .submit("job-2", of("ann", 4))
      .submit("job-3", of("ann"))
      .submit("job-4", of("bob"));
    expect(sizesIn(world.run(1))).toEqual({ "job-1": 2, "job-3": 1, "job-4": 1 });
  });

  it("holds nothing against a user that was had by jobs that are over", () => {
    const world = worldOf({}, { "job-1": 100, "job-2": 100 }).join(aServer("a", 2));
    world.submit("job-1", of("ann")).submit("job-2", of("ann"));
    for (const [i, user] of ["ann", "bob", "ann", "bob"].entries()) world.submit(`job-${i + 3}`, of(user), 110);
    expect(running(world.run(120))).toEqual({ ann: 1, bob: 1 });
  });

  it("starts of equal users the one whose job came first", () => {
    const world = worldOf().join(aServer("a", 1));
    world.submit("job-2", of("bob"), 1).submit("job-1", of("ann"), 2).run(5);
    expect(sizesIn(world)).toEqual({ "job-2": 1 });
  });

  it("lets GPUs of who has more go to who has less, from the job that began last, until both have as much", () => {
    const world = worldOf().join(aServer("a", 4));
    for (let i = 1; i <= 4; i++) world.submit(`job-${i}`, of("ann"), i);
    for (let i = 5; i <= 8; i++) world.submit(`job-${i}`, of("bob"), 100);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 1, "job-2": 1, "job-3": 1, "job-4": 1 });
    expect(sizesIn(world.run(200))).toEqual({ "job-1": 1, "job-2": 1, "job-5": 1, "job-6": 1 });
    expect(world.log.filter(({ type }) => type === "JobPreempted")).toHaveLength(2);
  });

  it("stops nobody for a user who would then have no less than the one who gave had before", () => {
    const world = worldOf().join(aServer("a", 1));
    world.submit("job-1", of("ann")).submit("job-2", of("bob"), 10).submit("job-3", of("cleo"), 20).run(1000);
    expect(sizesIn(world)).toEqual({ "job-1": 1 });
    const gangs = worldOf().join(aServer("a", 4));
    gangs.submit("job-1", of("ann", 4)).submit("job-2", of("bob", 1), 10).run(1000);
    expect(sizesIn(gangs)).toEqual({ "job-1": 4 });
  });

  it("stops nobody at all when not preemptive", () => {
    const world = worldOf({ preemptive: false }, { "job-1": 500 }).join(aServer("a", 2));
    world.submit("job-1", of("ann")).submit("job-2", of("ann")).submit("job-3", of("bob"), 10);
    expect(running(world.run(100))).toEqual({ ann: 2 });
    expect(running(world.run(600))).toEqual({ ann: 1, bob: 1 });
  });

  it("treats each job as a claimant of its own when told so", () => {
    const jobs = (world: World): World => {
      for (let i = 1; i <= 3; i++) world.submit(`job-${i}`, aSpec({ user: "ann", gpus: between(1, 8) }));
      return world.submit("job-4", aSpec({ user: "bob", gpus: between(1, 8) })).run(1);
    };
    const byUser = jobs(worldOf().join(aServer("a", 8)));
    expect(sizesIn(byUser)).toEqual({ "job-1": 2, "job-2": 1, "job-3": 1, "job-4": 4 });
    const byJob = jobs(worldOf({ by: "job" }).join(aServer("a", 8)));
    expect(sizesIn(byJob)).toEqual({ "job-1": 2, "job-2": 2, "job-3": 2, "job-4": 2 });
  });

  it("starts everybody's least before anything grows, and shrinks what has grown for who comes", () => {
    const world = worldOf().join(aServer("a", 8));
    world.submit("job-1", aSpec({ user: "ann", gpus: between(1, 8), elasticity: "live" }));
    expect(sizesIn(world.run(5))).toEqual({ "job-1": 8 });
    world.submit("job-2", aSpec({ user: "bob", gpus: between(2, 8), elasticity: "live" }), 10);
    expect(sizesIn(world.run(20))).toEqual({ "job-1": 4, "job-2": 4 });
    expect(world.job("job-1").preemptions).toBe(0);
  });

  it("gives no GPU to a job that is not faster with it", () => {
    const world = worldOf({}, {}, { "job-1": { curve: [1, 1.5, 1.5] } }).join(aServer("a", 8));
    world.submit("job-1", aSpec({ user: "ann", gpus: between(1, 8) })).run(1);
    expect(sizesIn(world)).toEqual({ "job-1": 2 });
  });

  it("runs, of jobs of fixed size on one machine, those that filling step by step picks", () => {
    const sizes = fc.record({
      user: fc.constantFrom("ann", "bob", "cleo"),
      gpus: fc.integer({ min: 0, max: 3 }),
      cores: fc.integer({ min: 1, max: 4 }),
      memoryMiB: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 12 }), (jobs) => {
        const total = { gpus: 6, cores: 12, memoryMiB: 10 };
        const world = worldOf().join(aServer("a", total.gpus, { cores: total.cores, memoryMiB: total.memoryMiB }));
        for (const [i, job] of jobs.entries()) {
          const cores = { min: job.cores, max: job.cores, preferred: job.cores };
          const { user, memoryMiB } = job;
          world.observe({
            type: "JobSubmitted",
            job: `job-${i + 1}`,
            spec: aSpec({ user, memoryMiB, gpus: gpus(job.gpus), cores }),
            blockedBy: [],
            key: null,
            at: 0,
          });
        }
        world.run(0);
        world.round();
        expect(world.starts.map(({ job }) => job).sort()).toEqual(filled(jobs, total).sort());
      }),
      { numRuns: 300 },
    );
  });
});

type Amounts = Readonly<Record<"gpus" | "cores" | "memoryMiB", number>>;

/** Progressive filling, written out plainly. */
function filled(jobs: readonly (Amounts & { user: string })[], total: Amounts): string[] {
  const kinds = ["gpus", "cores", "memoryMiB"] as const;
  const granted: number[] = [];
  const passed = new Set<number>();
  const used = (user?: string) => (kind: keyof Amounts) =>
    granted.reduce((sum, i) => {
      const job = jobs[i] as (typeof jobs)[number];
      return sum + (user === undefined || job.user === user ? job[kind] : 0);
    }, 0);
  for (;;) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [i, { user }] of jobs.entries()) {
      if (granted.includes(i) || passed.has(i)) continue;
      const share = Math.max(...kinds.map((kind) => used(user)(kind) / total[kind]));
      if (share < least) [best, least] = [i, share];
    }
    const job = jobs[best];
    if (!job) return granted.map((i) => `job-${i + 1}`);
    if (kinds.every((kind) => used()(kind) + job[kind] <= total[kind])) granted.push(best);
    else passed.add(best);
  }
}
