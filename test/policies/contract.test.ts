import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide as decideBy } from "../../src/core/check-decision.ts";
import { isOver } from "../../src/core/job.ts";
import { placements } from "../../src/placement/index.ts";
import { policies } from "../../src/policies/index.ts";
import { aServer, aSpec, gpus, resolve, World } from "../core/world.ts";

interface Trace {
  readonly servers: readonly number[];
  readonly jobs: readonly { at: number; gpus: number; cores: number; millis: number }[];
  readonly stopAt: number;
}

const traces: fc.Arbitrary<Trace> = fc.record({
  servers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  jobs: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 3000 }),
      gpus: fc.integer({ min: 0, max: 5 }),
      cores: fc.integer({ min: 0, max: 3 }),
      millis: fc.integer({ min: 1, max: 5000 }),
    }),
    { maxLength: 10 },
  ),
  stopAt: fc.integer({ min: 0, max: 6000 }),
});

/** Options that make time slices short enough to matter in a trace of seconds. */
const brisk: Record<string, Record<string, unknown>> = { "round-robin": { quantumSeconds: 1 } };

function worldOf(policy: string, placement: string, { servers, jobs }: Trace): World {
  const world = new World({
    policy,
    placement,
    options: brisk[policy] ?? {},
    durations: Object.fromEntries(jobs.map(({ millis }, i) => [`job-${i + 1}`, millis])),
    costs: { start: 7, stop: 13 },
  }).join(...servers.map((count, i) => aServer(`s${i}`, count, { cores: 3 })));
  const largest = Math.max(...servers);
  jobs.forEach((job, i) => {
    const spec = aSpec({
      gpus: gpus(Math.min(job.gpus, largest)),
      cores: { min: job.cores, max: job.cores, preferred: job.cores },
    });
    world.submit(`job-${i + 1}`, spec, job.at);
  });
  return world;
}

for (const { key } of policies)
  for (const { key: placement } of placements)
    describe(`${key} with ${placement}`, () => {
      const decide = (world: World) => {
        const { scheduler } = world;
        const snapshot = scheduler.snapshot(world.now);
        return decideBy(resolve(scheduler.setting).policy, snapshot, scheduler.packer(snapshot));
      };

      it("decides what can be: gangs whole, nothing given twice, nothing where there is no server", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run(trace.stopAt);
            decide(world);
          }),
          { numRuns: 80 },
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
          { numRuns: 40 },
        );
      });

      it("wants nothing more in a second round at the same instant", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run(trace.stopAt);
            world.round();
            expect(world.scheduler.round(world.now)).toMatchObject({ events: [], commands: [] });
          }),
          { numRuns: 40 },
        );
      });

      it("ends every finite trace with every job completed", () => {
        fc.assert(
          fc.property(traces, (trace) => {
            const world = worldOf(key, placement, trace).run();
            for (const i of trace.jobs.keys()) expect(world.status(`job-${i + 1}`)).toBe("completed");
            expect([...world.scheduler.jobs.values()].every(isOver)).toBe(true);
          }),
          { numRuns: 60 },
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
    });
