import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_GUARDS, NO_GUARDS } from "../../src/core/guards.ts";
import { aServer, aSpec, between, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const LINEAR = [1, 2, 3, 4, 5, 6, 7, 8];
/** Hardly faster with more. */
const FLAT = [1, 1.1, 1.15, 1.18, 1.2, 1.21, 1.215, 1.218];

function cluster(count: number, known: Record<string, Known>, options: Record<string, unknown> = {}) {
  return new World({
    policy: "goodput",
    options,
    durations: Object.fromEntries(Object.keys(known).map((id) => [id, 1e8])),
    scheduler: { learner: knowing(known) },
  }).join(aServer("a", count));
}

describe("goodput", () => {
  it("gives more to the job that makes more of it", () => {
    const world = cluster(8, {
      "job-1": { remaining: 1_000, curve: LINEAR },
      "job-2": { remaining: 1_000, curve: FLAT },
    });
    world.submit("job-1", aSpec({ gpus: between(1, 8) })).submit("job-2", aSpec({ gpus: between(1, 8) }));
    world.run(1_000);
    expect(sizesIn(world)).toEqual({ "job-1": 7, "job-2": 1 });
  });

  it("lets jobs of like length all run with the least before any has more", () => {
    const known = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`job-${i + 1}`, { remaining: 1_000 * (i + 1), curve: LINEAR }]),
    );
    const world = cluster(5, known);
    for (const id of Object.keys(known)) world.submit(id, aSpec({ gpus: between(1, 8) }));
    world.run(1_000);
    expect(Object.values(sizesIn(world))).toEqual([1, 1, 1, 1, 1]);
  });

  it("lets a long job wait where a short one makes much of its place", () => {
    const shortest = (curve: readonly number[]) => {
      const world = cluster(2, { "job-1": { remaining: 100_000 }, "job-2": { remaining: 100, curve } });
      for (const id of ["job-1", "job-2"]) world.submit(id, aSpec({ gpus: between(1, 2) }));
      world.run(1_000);
      return sizesIn(world);
    };
    expect(shortest(LINEAR)).toEqual({ "job-2": 2 });
    expect(shortest([1, 1.001])).toEqual({ "job-1": 1, "job-2": 1 });
  });

  it("lets those run first that can end soonest for what they take, when not all fit", () => {
    const world = cluster(2, {
      "job-1": { remaining: 5_000 },
      "job-2": { remaining: 100 },
      "job-3": { remaining: 300 },
    });
    for (const id of ["job-1", "job-2", "job-3"]) world.submit(id, aSpec());
    world.run(1_000);
    expect(sizesIn(world)).toEqual({ "job-2": 1, "job-3": 1 });
  });

  it("stops a long job for a short one that comes, and never when that gains less than the restart costs", () => {
    const long = (restartSeconds: number): Known => ({ remaining: 400, restartSeconds });
    for (const [restartSeconds, status] of [
      [1, "running"],
      [10_000, "pending"],
    ] as const) {
      const guards = { ...NO_GUARDS, restartFactor: 1 };
      const guarded = new World({
        policy: "goodput",
        durations: { "job-1": 1e8, "job-2": 1e8 },
        scheduler: { guards, learner: knowing({ "job-1": long(restartSeconds), "job-2": { remaining: 50 } }) },
      }).join(aServer("a", 1));
      guarded.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 500).run(2_000);
      expect(guarded.status("job-2")).toBe(status);
    }
  });

  it("never gives a job more than twice the largest size at which it or its like was measured, nor what is left over", () => {
    const known = { "job-1": { remaining: 1_000, curve: [1, 2] } }; // measured with 2
    const world = cluster(8, known).submit("job-1", aSpec({ gpus: between(1, 8) }));
    world.run(1_000);
    expect(sizesIn(world)).toEqual({ "job-1": 2 }); // and 3 would not be faster
    const linear = { "job-1": { remaining: 1_000 } }; // never measured
    const asked = cluster(8, linear).submit("job-1", aSpec({ gpus: between(1, 8, 3) }));
    asked.run(1_000);
    expect(sizesIn(asked)).toEqual({ "job-1": 3 });
  });

  it("does not take a job from its place again and again for one of the same worth", () => {
    const world = cluster(1, { "job-1": { remaining: 1_000 }, "job-2": { remaining: 1_000 } });
    world.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 10).run(100_000);
    expect(world.job("job-1").preemptions).toBe(0);
  });

  it("leaves runs alone as the guards say, and still uses what is free", () => {
    const world = new World({
      policy: "goodput",
      durations: { "job-1": 1e8, "job-2": 1e8 },
      scheduler: {
        guards: DEFAULT_GUARDS,
        learner: knowing({ "job-1": { remaining: 1e6 }, "job-2": { remaining: 10 } }),
      },
    }).join(aServer("a", 3));
    world
      .submit("job-1", aSpec({ gpus: gpus(2) }), 0)
      .submit("job-2", aSpec(), 500)
      .run(5_000);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 1 });
  });

  it("comes to rest at one instant, whatever runs and waits and however long it is", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            remaining: fc.integer({ min: 1, max: 1e5 }),
            size: fc.integer({ min: 1, max: 6 }),
            at: fc.nat(50),
          }),
          { minLength: 1, maxLength: 14 },
        ),
        fc.integer({ min: 1, max: 9 }),
        (jobs, count) => {
          const known = Object.fromEntries(jobs.map(({ remaining }, i) => [`job-${i + 1}`, { remaining }]));
          const world = new World({
            policy: "goodput",
            durations: Object.fromEntries(Object.keys(known).map((id) => [id, 1e8])),
            costs: { start: 0, stop: 0 },
            scheduler: { learner: knowing(known) },
          }).join(aServer("a", count));
          for (const [i, { size, at }] of jobs.entries()) world.submit(`job-${i + 1}`, aSpec({ gpus: gpus(size) }), at);
          world.run(100);
          const placed = world.log.filter(({ type }) => type === "JobPlaced").length;
          expect(placed).toBeLessThan(20 * jobs.length);
          expect(world.scheduler.round(world.now)).toMatchObject({ events: [] });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does not start and stop a job by turns when what was meant for another's growth lies on another server", () => {
    const fixed = [11, 1, 1, 1, 10, 10, 10].map((remaining) => ({ remaining, most: 1 }));
    expectRest([...fixed, { remaining: 1, most: 2 }], [1, 4]);
  });

  it("comes to rest at one instant, however jobs can grow and however small the servers are", () => {
    const job = fc.record({ remaining: fc.integer({ min: 1, max: 1000 }), most: fc.integer({ min: 1, max: 4 }) });
    const servers = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 });
    fc.assert(fc.property(fc.array(job, { minLength: 1, maxLength: 14 }), servers, expectRest), { numRuns: 300 });
  });
});

/** One job after the other comes and never ends: after few rounds nothing is left to do. */
function expectRest(jobs: readonly { remaining: number; most: number }[], servers: readonly number[]): void {
  const curve = Array.from({ length: 9 }, (_, n) => (n + 1) ** 0.9);
  const known = Object.fromEntries(jobs.map(({ remaining }, i) => [`job-${i + 1}`, { remaining, curve }]));
  const world = new World({
    policy: "goodput",
    durations: Object.fromEntries(Object.keys(known).map((id) => [id, 1e8])),
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing(known) },
  }).join(...servers.map((count, i) => aServer(`s${i}`, count)));
  for (const [i, { most }] of jobs.entries())
    world.submit(`job-${i + 1}`, aSpec({ gpus: between(1, most), elasticity: "restart" }), i);
  const round = world.round.bind(world);
  let rounds = 0;
  world.round = () => {
    if (++rounds > 20 * jobs.length) throw new Error(`it does not come to rest at ${world.now}`);
    round();
  };
  world.run(100);
}
