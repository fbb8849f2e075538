import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditGpus } from "../../src/core/audit.ts";
import { decide as decideBy } from "../../src/core/check-decision.ts";
import { NO_GUARDS } from "../../src/core/guards.ts";
import { isOver } from "../../src/core/job.ts";
import type { Elasticity, JobSpec } from "../../src/core/job-spec.ts";
import type { Decision } from "../../src/core/policy.ts";
import { placements } from "../../src/placement/index.ts";
import { policies } from "../../src/policies/index.ts";
import { aServer, aSpec, BRISK_GUARDS, between, coresOnly, gpus, resolve, World } from "../core/world.ts";

interface TraceJob {
  readonly at: number;
  readonly gpus: number;
  /** How much more it could use. */
  readonly more: number;
  readonly cores: number;
  readonly millis: number;
  readonly elasticity: Elasticity;
  readonly priority: number;
  readonly user: string;
  readonly estimate: number | null;
  readonly deadline: number | null;
}
interface Trace {
  readonly servers: readonly number[];
  readonly jobs: readonly TraceJob[];
  readonly stopAt: number;
  readonly isGuarded: boolean;
}

const traces: fc.Arbitrary<Trace> = fc.record({
  servers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  jobs: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 3000 }),
      gpus: fc.integer({ min: 0, max: 5 }),
      more: fc.constantFrom(0, 0, 1, 4),
      cores: fc.integer({ min: 0, max: 3 }),
      millis: fc.integer({ min: 1, max: 5000 }),
      elasticity: fc.constantFrom("none", "restart", "live"),
      priority: fc.integer({ min: 0, max: 2 }),
      user: fc.constantFrom("ann", "bob"),
      estimate: fc.option(fc.integer({ min: 1, max: 20 })),
      deadline: fc.option(fc.integer({ min: 4000, max: 20_000 })),
    }),
    { maxLength: 10 },
  ),
  stopAt: fc.integer({ min: 0, max: 6000 }),
  isGuarded: fc.boolean(),
});

/** What befalls GPUs, and for how long. */
const ailments = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 4000 }),
    millis: fc.integer({ min: 1, max: 3000 }),
    server: fc.nat(2),
    gpu: fc.nat(3),
    isFault: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Options that make time slices and the like short enough to matter in a trace of seconds. */
const brisk: Record<string, Record<string, unknown>> = {
  "round-robin": { quantumSeconds: 1 },
  fifo: { backfill: "easy" },
  priority: { minRunSeconds: 0, ageStepSeconds: 1 },
  edf: { admission: true },
  tiresias: { thresholds: [1, 3], promoteKnob: 1 },
};

function specOf(job: TraceJob, largest: number): JobSpec {
  const size = Math.min(job.gpus, largest);
  const more = job.elasticity === "none" ? 0 : job.more;
  const units =
    size > 0
      ? { gpus: more > 0 ? between(size, size + more, size) : gpus(size), cores: coresOnly(job.cores).cores }
      : coresOnly(Math.max(1, job.cores), Math.max(1, job.cores) + more);
  return aSpec({
    ...units,
    elasticity: job.elasticity,
    priority: job.priority,
    user: job.user,
    deadline: job.deadline,
    estimate: { seconds: job.estimate, epochs: null, steps: null },
  });
}

function worldOf(
  policy: string,
  placement: string,
  { servers, jobs, isGuarded }: Trace,
  order = jobs.map((_, i) => i),
) {
  const world = new World({
    policy,
    placement,
    options: brisk[policy] ?? {},
    durations: Object.fromEntries(jobs.map(({ millis }, i) => [`job-${i + 1}`, millis])),
    costs: { start: 7, stop: 13 },
    scheduler: { guards: isGuarded ? BRISK_GUARDS : NO_GUARDS },
  }).join(...servers.map((count, i) => aServer(`s${i}`, count, { cores: 3 })));
  const largest = Math.max(...servers);
  for (const i of order) {
    const job = jobs[i] as TraceJob;
    world.submit(`job-${i + 1}`, specOf(job, largest), job.at);
  }
  return world;
}

function decide({ scheduler, now }: World): Decision {
  const snapshot = scheduler.snapshot(now);
  return decideBy(resolve(scheduler.setting).policy, snapshot, scheduler.packer(snapshot), scheduler.ledger.rooms);
}

for (const { key } of policies)
  for (const { key: placement } of placements)
    describe(`${key} with ${placement}`, () => {
      const isSearching = placement !== "consolidate" && placement !== "spread";
      const runs = (count: number): { numRuns: number } => ({ numRuns: isSearching ? Math.ceil(count / 4) : count });

      it("decides what can be: gangs whole, nothing given twice, the fixed untouched, nothing where there is no server", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run(trace.stopAt);
            decide(world); // it is checked, and throws
            expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
          }),
          runs(80),
        );
      });

      it("gives the same decision for the same snapshot, and leaves the snapshot as it was", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run(trace.stopAt);
            const before = JSON.stringify([...world.scheduler.jobs]);
            expect(decide(world)).toEqual(decide(world));
            expect(JSON.stringify([...world.scheduler.jobs])).toBe(before);
          }),
          runs(40),
        );
      });

      it("wants nothing more in a second round at the same instant", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run(trace.stopAt);
            world.round();
            expect(world.scheduler.round(world.now)).toMatchObject({ events: [], commands: [] });
          }),
          runs(40),
        );
      });

      it("ends every finite trace with every job completed", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run();
            for (const i of trace.jobs.keys()) expect(world.status(`job-${i + 1}`)).toBe("completed");
            expect([...world.scheduler.jobs.values()].every(isOver)).toBe(true);
          }),
          runs(60),
        );
      });

      it("gives nobody a GPU with a fault or with somebody else's work on it, and all jobs complete when that has passed", () => {
        fc.assert(
          fc.property(traces, ailments, (trace, all) => {
            const world = worldOf(key, placement, trace);
            for (const { at, millis, server, gpu, isFault } of all) {
              const [name, count] = [`s${server % trace.servers.length}`, trace.servers[server % trace.servers.length]];
              const which = { server: name, gpu: `${name}/${gpu % (count as number)}` };
              const tell = (fault: string | null, busy: string | null): void =>
                world.observe({ type: "GpuStateChanged", ...which, fault, busy, at: world.now });
              world.at(at, () => tell(isFault ? "lost" : null, isFault ? null : "not ours: pid 1"));
              world.at(at + millis, () => tell(null, null));
            }
            world.run();
            expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
            expect(auditGpus(world.scheduler.jobs.values(), world.scheduler.ledger.rooms)).toEqual([]);
            for (const i of trace.jobs.keys()) expect(world.status(`job-${i + 1}`)).toBe("completed");
          }),
          runs(24),
        );
      });

      it("copes with no job, no server, one job, and equal times", () => {
        expect(new World({ policy: key, placement }).run().log).toEqual([]);
        const none = new World({ policy: key, placement }).submit("job-1", aSpec()).run();
        expect(none.status("job-1")).toBe("pending");
        const equal = new World({ policy: key, placement, durations: { "job-1": 5, "job-2": 5 } }).join(
          aServer("a", 1),
        );
        equal.submit("job-2", aSpec()).submit("job-1", aSpec()).run();
        expect([equal.status("job-1"), equal.status("job-2")]).toEqual(["completed", "completed"]);
      });

      it("lets what runs go on when the pool shrinks under it, and asks for no more than there is when max is beyond it", () => {
        const world = new World({ policy: key, placement, options: brisk[key] ?? {}, durations: { "job-1": 900 } });
        world
          .join(aServer("a", 2), aServer("b", 2))
          .submit("job-1", aSpec({ gpus: between(1, 64, 1) }))
          .run(100);
        expect(world.status("job-1")).toBe("running");
        for (const server of ["a", "b"])
          world.tell({ type: "ServerHealthChanged", server, health: "down", reason: "gone", at: world.now });
        world.run(200);
        expect(world.status("job-1")).toBe("running");
        world.run();
        expect(world.status("job-1")).toBe("completed");
      });
    });

describe.each(policies.map(({ key }) => key))("%s, whatever the order in which the same jobs are told of", (key) => {
  it("decides the same, in 1,000 random states of the cluster", () => {
    fc.assert(
      fc.property(
        traces.chain((trace) =>
          fc.tuple(fc.constant(trace), fc.shuffledSubarray([...trace.jobs.keys()], { minLength: trace.jobs.length })),
        ),
        ([trace, order]) => {
          // Jobs of one instant may come in any order; those of different ones come when they come.
          const told = worldOf(key, "consolidate", trace).run(trace.stopAt);
          const shuffled = worldOf(key, "consolidate", trace, order).run(trace.stopAt);
          const [a, b] = [decide(told), decide(shuffled)];
          expect([...b.run].sort()).toEqual([...a.run].sort());
          expect(b.wakeAt).toBe(a.wakeAt);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
