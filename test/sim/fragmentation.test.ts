import fc from "fast-check";
import { expect, test } from "vitest";
import type { Scheduler } from "../../src/core/scheduler.ts";
import { parseCluster } from "../../src/sim/cluster.ts";
import { type Conditions, experimentsOf, simulationOf } from "../../src/sim/experiment.ts";
import { Fragmentation } from "../../src/sim/fragmentation.ts";
import { parseCosts, parseGuards } from "../../src/sim/settings.ts";
import { readTrace } from "../../src/sim/traces/read.ts";

/** From the scheduler's own books: GPUs that are free although somebody who waits asks for no more, and has no room. */
function inPieces({ jobs, ledger }: Scheduler): number {
  const free = [...ledger.rooms.values()].map(({ idleGpus }) => idleGpus).sort((a, b) => b - a);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const isStuck = [...jobs.values()].some(
    ({ state, spec }) =>
      state.status === "pending" && spec.gpus.min <= sum(free) && spec.gpus.min > sum(free.slice(0, spec.servers.max)),
  );
  return isStuck ? sum(free) : 0;
}

const jobs = fc.array(
  fc.record({ at: fc.nat(400), gpus: fc.integer({ min: 1, max: 8 }), seconds: fc.integer({ min: 1, max: 300 }) }),
  { minLength: 1, maxLength: 30 },
);

test("what is free in pieces is what the scheduler's books say after each instant, whatever the policy", () => {
  let seen = 0;
  fc.assert(
    fc.property(
      jobs,
      fc.constantFrom("fifo", "srtf", "goodput"),
      fc.constantFrom("spread", "hungarian"),
      (all, policy, rule) => {
        const rows = all.map(({ at, gpus, seconds }, i) => `${i},${at},${gpus},${seconds}`);
        const { jobs: trace } = readTrace("t.csv", `job_id,submit_time_s,num_gpus,duration_s\n${rows.join("\n")}\n`);
        const conditions: Conditions = {
          ...{ file: "t.csv", trace, servers: parseCluster("3x4"), costs: parseCosts("start=5,stop=3") },
          ...{ guards: parseGuards("none"), speedups: null, exponent: 0.9, elastic: null, knowledge: null },
        };
        const [experiment] = experimentsOf([policy], [], [rule]);
        const fragmentation = new Fragmentation();
        let [expected, pieces, since] = [0, 0, 0];
        const simulation = simulationOf(experiment!, conditions, (event, scheduler) => {
          expected += pieces * (event.at - since);
          [pieces, since] = [inPieces(scheduler), event.at];
          fragmentation.observe(event, scheduler);
        });
        while (simulation.run(1_000)) {}
        expect(fragmentation.gpuMillis).toBeCloseTo(expected, 3);
        seen += expected;
      },
    ),
    { numRuns: 40 },
  );
  expect(seen).toBeGreaterThan(0);
});
