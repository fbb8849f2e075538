import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_GUARDS, NO_GUARDS } from "../../src/core/guards.ts";
import { placementOf, sizeOf } from "../../src/core/job.ts";
import type { Elasticity } from "../../src/core/job-spec.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "../core/world.ts";
import { type Known, knowing, sizesIn } from "./learner.ts";

const FOREVER = 1e9;
const durations = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`job-${i + 1}`, FOREVER]));
const elastic = (min: number, max: number) => aSpec({ gpus: between(min, max), elasticity: "live" });
const aWorld = (ends: Record<string, number> = {}, guards = NO_GUARDS): World =>
  new World({
    policy: "elastic-fifo",
    durations: { ...durations, ...ends },
    costs: { start: 0, stop: 0 },
    scheduler: { guards },
  });

describe("sizes that a policy has decided", () => {
  it("leave a job whose size stays on its very GPUs, whoever else shrinks or starts beside it", () => {
    const world = aWorld().join(aServer("a", 8));
    world.submit("job-1", elastic(1, 2), 0).submit("job-2", elastic(1, 8), 1).run(10);
    const before = world.job("job-1").state;
    world.submit("job-3", elastic(1, 8), 20).run(30);
    expect(sizesIn(world)).toEqual({ "job-1": 2, "job-2": 3, "job-3": 3 });
    expect(world.job("job-1").state).toEqual(before);
    expect(world.job("job-1").resizes).toBe(0);
  });

  it("give a waiting job its least where servers are too small for the shares, at the cost of the latest", () => {
    const world = aWorld({}, { ...NO_GUARDS, maxMigrations: 0 }).join(aServer("a", 4), aServer("b", 4));
    world.submit("job-1", elastic(1, 4), 0).submit("job-2", elastic(1, 4), 1).submit("job-3", elastic(3, 4), 20);
    expect(sizesIn(world.run(10))).toEqual({ "job-1": 4, "job-2": 4 });
    expect(sizesIn(world.run(30))).toEqual({ "job-1": 4, "job-2": 1, "job-3": 3 });
  });

  it("send a job that cannot grow where it is to where it has its share", () => {
    const world = aWorld({ "job-1": 100 }).join(aServer("a", 2), aServer("b", 4));
    world.submit("job-1", aSpec({ gpus: gpus(4) }), 0).submit("job-2", elastic(1, 4), 1);
    expect(sizesIn(world.run(50))).toEqual({ "job-1": 4, "job-2": 2 });
    expect(sizesIn(world.run(200))).toEqual({ "job-2": 4 });
    expect(world.job("job-2").migrations).toBe(1);
  });

  it("send nobody elsewhere before the guards allow it", () => {
    const world = aWorld({ "job-1": 100 }, DEFAULT_GUARDS).join(aServer("a", 2), aServer("b", 4));
    world.submit("job-1", aSpec({ gpus: gpus(4) }), 0).submit("job-2", elastic(1, 4), 1);
    expect(sizesIn(world.run(DEFAULT_GUARDS.migrationRestMillis / 2))).toEqual({ "job-2": 2 });
  });

  it("stop nobody for a job that finds no server in the end", () => {
    const known = { "job-1": { remaining: 900 }, "job-2": { remaining: 900 }, "job-3": { remaining: 1 } };
    const world = new World({
      policy: "elastic-srjf",
      durations,
      costs: { start: 0, stop: 0 },
      scheduler: { learner: knowing(known) },
    }).join(aServer("a", 1), aServer("b", 1));
    world.submit("job-1", elastic(1, 2)).submit("job-2", elastic(1, 2)).submit("job-3", elastic(2, 2), 10).run(100);
    expect(sizesIn(world)).toEqual({ "job-1": 1, "job-2": 1 });
    expect([world.job("job-1").preemptions, world.job("job-2").preemptions]).toEqual([0, 0]);
  });

  it("leave a gang on its servers, and who is beside it, when a job finds no server in the end", () => {
    const known = {
      ...{ "job-1": { remaining: 1 }, "job-2": { remaining: 2 }, "job-3": { remaining: 800 } },
      ...{ "job-4": { remaining: 900 }, "job-5": { remaining: 1 } },
    };
    const world = new World({
      policy: "elastic-srjf",
      placement: "spread",
      durations: { ...durations, "job-1": 50, "job-2": 50 },
      costs: { start: 0, stop: 0 },
      scheduler: { learner: knowing(known) },
    }).join(aServer("a", 2), aServer("b", 2));
    world.submit("job-1", aSpec()).submit("job-2", aSpec());
    world.submit("job-3", aSpec({ gpus: between(1, 2), elasticity: "restart", servers: { min: 1, max: 2 } }), 10);
    const before = world.submit("job-4", aSpec(), 60).run(70).log.length;
    expect(sizesIn(world)).toEqual({ "job-3": 2, "job-4": 1 });
    expect(placementOf(world.job("job-3"))?.map(({ server }) => server)).toEqual(["a", "b"]);
    world.submit("job-5", aSpec({ gpus: gpus(3) }), 80).run(100);
    expect(world.log.slice(before).map(({ type }) => type)).toEqual(["JobSubmitted"]);
  });

  it("start a job that wants none of what is divided, however full the servers are", () => {
    const world = aWorld().join(aServer("a", 1, { cores: 1 }));
    const cores = (count: number) =>
      aSpec({ gpus: gpus(0), cores: { min: count, max: count, preferred: count }, elasticity: "none" });
    world.submit("job-1", cores(1)).submit("job-2", cores(1)).submit("job-3", cores(0)).run(10);
    expect(["job-1", "job-2", "job-3"].map((id) => world.status(id))).toEqual(["running", "pending", "running"]);
  });
});

interface Crowd {
  readonly servers: readonly number[];
  readonly jobs: readonly {
    readonly onCores: boolean;
    readonly at: number;
    readonly min: number;
    readonly more: number;
    readonly elasticity: Elasticity;
    readonly remaining: number;
    readonly loss: number;
  }[];
}

const crowds: fc.Arbitrary<Crowd> = fc.record({
  servers: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  jobs: fc.array(
    fc.record({
      onCores: fc.constantFrom(false, false, true),
      at: fc.integer({ min: 0, max: 5 }),
      min: fc.integer({ min: 1, max: 4 }),
      more: fc.integer({ min: 0, max: 5 }),
      elasticity: fc.constantFrom("none", "restart", "live"),
      remaining: fc.integer({ min: 1, max: 1000 }),
      loss: fc.constantFrom(0, 0.1, 0.5, 1),
    }),
    { minLength: 1, maxLength: 9 },
  ),
});

type Choice = readonly [policy: string, options: Record<string, unknown>];

/** A crowd of jobs that never end, when all that follows from their coming has long happened. */
function settled([policy, options]: Choice, { servers, jobs }: Crowd): World {
  const curveOf = (loss: number) => Array.from({ length: 9 }, (_, n) => (n + 1) ** (1 - loss));
  const known: Record<string, Known> = {};
  for (const [i, { remaining, loss }] of jobs.entries()) known[`job-${i + 1}`] = { remaining, curve: curveOf(loss) };
  const world = new World({ policy, options, durations, scheduler: { learner: knowing(known) } });
  world.join(...servers.map((count, i) => aServer(`s${i}`, count, { cores: count })));
  for (const [i, { at, min, more, elasticity, onCores }] of jobs.entries()) {
    const most = elasticity === "none" ? min : min + more;
    const units = onCores ? coresOnly(min, most) : { gpus: between(min, most) };
    world.submit(`job-${i + 1}`, aSpec({ ...units, elasticity }), at);
  }
  return world.run(SETTLED + 1000);
}
const SETTLED = 1500;

function isAtRest(world: World): boolean {
  const { events, commands } = world.scheduler.round(world.now + 1000);
  return events.length === 0 && commands.length === 0 && world.log.every(({ at }) => at < SETTLED);
}

const label = ([policy, options]: Choice): string => [policy, ...Object.keys(options)].join(" ");

for (const choice of [
  ["elastic-fifo", {}],
  ["elastic-srjf", {}],
  ["elastic-tiresias", {}],
  ["elastic-tiresias", { compactionPending: 0 }],
  ["ffdl", {}],
  ["optimus", {}],
] as const)
  it(`${label(choice)} moves nothing more once all jobs have come`, () => {
    fc.assert(
      fc.property(crowds, (crowd) => isAtRest(settled(choice, crowd))),
      { numRuns: 60 },
    );
  });

// Who is in the middle of a move takes no part in what they decide; so it can happen that two jobs move by turns.
for (const choice of [
  ["afs-l", {}],
  ["ffdl", { mayWait: true }],
] as const)
  it(`${label(choice)} moves nothing more once all jobs have come, but for one crowd in a hundred`, () => {
    const some = fc.sample(crowds, { numRuns: 100, seed: 1 });
    expect(some.filter((crowd) => !isAtRest(settled(choice, crowd))).length).toBeLessThanOrEqual(1);
  });

for (const choice of [
  ["elastic-fifo", {}],
  ["elastic-srjf", {}],
  ["elastic-tiresias", {}],
  ["ffdl", {}],
  ["optimus", {}],
] as const)
  it(`${label(choice)} leaves nothing idle that somebody could use`, () => {
    fc.assert(
      fc.property(crowds, (crowd) => {
        const world = settled(choice, crowd);
        const jobs = crowd.jobs.map((given, i) => ({ ...given, job: world.job(`job-${i + 1}`) }));
        for (const { id, gpus: all, cores } of world.scheduler.servers.values())
          for (const onCores of [false, true]) {
            const mine = jobs.filter((each) => each.onCores === onCores);
            const here = mine.filter(({ job: { state } }) => state.status === "running" && state.on[0]?.server === id);
            const idle = here.reduce((sum, { job }) => sum - sizeOf(job), onCores ? cores : all.length);
            for (const { min, job } of mine) if (job.state.status === "pending") expect(min).toBeGreaterThan(idle);
            for (const { min, more, elasticity, loss, job } of here)
              if (idle > 0 && elasticity !== "none" && loss < 1) expect(sizeOf(job)).toBe(min + more);
          }
      }),
      { numRuns: 60 },
    );
  });
