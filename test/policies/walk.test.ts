import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listed } from "../../src/policies/line.ts";
import { byKey } from "../../src/policies/order.ts";
import { walk } from "../../src/policies/walk.ts";
import { aServer, aSpec, gpus, World } from "../core/world.ts";

interface Line {
  readonly servers: readonly number[];
  readonly jobs: readonly { readonly gpus: number; readonly runs: boolean; readonly rank: number }[];
}

const lines = (servers: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Line> =>
  fc.record({
    servers,
    jobs: fc.array(
      fc.record({ gpus: fc.integer({ min: 1, max: 5 }), runs: fc.boolean(), rank: fc.integer({ min: 0, max: 9 }) }),
      { maxLength: 14 },
    ),
  });

/** Walks a line in which some run already. Returns it in order, with the servers by the GPUs that each job is to have there. */
function walked({ servers, jobs }: Line, isPreemptive: boolean) {
  const world = new World({ options: { backfill: "fit" }, costs: { start: 0, stop: 0 } });
  world.join(...servers.map((count, i) => aServer(`s${i}`, count)));
  const largest = Math.max(...servers);
  const submit = (runs: boolean): void => {
    for (const [i, { gpus: wanted, runs: does }] of jobs.entries()) {
      if (does !== runs) continue;
      const spec = aSpec({ gpus: gpus(Math.min(wanted, largest)) });
      world.observe({ type: "JobSubmitted", job: `job-${i + 1}`, spec, blockedBy: [], key: null, at: world.now });
    }
  };
  submit(true);
  world.round();
  world.run(0);
  world.now = 1;
  submit(false);
  const snapshot = world.scheduler.snapshot(1);
  const packer = world.scheduler.packer(snapshot);
  const [pool] = snapshot.pools;
  const order = byKey(pool?.contenders ?? [], ({ job }) => jobs[Number(job.id.slice(4)) - 1]!.rank);
  walk(listed(order), packer, { isPreemptive, mayPass: true, units: pool?.capacity ?? 0 });
  return order.map(({ job, preferred, isRunning }) => ({
    size: preferred,
    isRunning,
    server: packer.grants.get(job.id)?.[0]?.server ?? null,
  }));
}

describe("a walk along an order", () => {
  it("runs on one server all that fit, taken greedily from the front, and stops the others", () => {
    fc.assert(
      fc.property(lines(fc.integer({ min: 1, max: 8 }).map((count) => [count])), (line) => {
        let free = line.servers[0]!;
        for (const { size, server } of walked(line, true)) {
          expect(server !== null).toBe(size <= free);
          if (server !== null) free -= size;
        }
      }),
    );
  });

  it("keeps nobody out for the sake of one that comes after it, on any number of servers", () => {
    fc.assert(
      fc.property(lines(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 })), (line) => {
        const places = walked(line, true);
        for (const [rank, { size, server }] of places.entries()) {
          if (server !== null) continue;
          const free = line.servers.map((count, i) =>
            places.slice(0, rank).reduce((left, each) => left - (each.server === `s${i}` ? each.size : 0), count),
          );
          expect(Math.max(...free)).toBeLessThan(size);
        }
      }),
    );
  });

  it("stops nobody without preemption", () => {
    fc.assert(
      fc.property(lines(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })), (line) => {
        for (const { isRunning, server } of walked(line, false)) expect(server !== null || !isRunning).toBe(true);
      }),
    );
  });
});
