import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Contender } from "../../src/core/pool.ts";
import { byKey } from "../../src/policies/order.ts";
import { aServer, aSpec, World } from "../core/world.ts";

/** Waiting jobs in the order of submission. */
function contenders(count: number): readonly Contender[] {
  const world = new World({}).join(aServer("a", 1));
  for (let i = 1; i <= count; i++)
    world.observe({ type: "JobSubmitted", job: `job-${i}`, spec: aSpec(), blockedBy: [], key: null, at: i });
  return world.scheduler.snapshot(count).pools[0]?.contenders ?? [];
}

describe("an order by keys", () => {
  it("is that of the keys one after the other, and of submission among equals", () => {
    const some = contenders(40);
    const key = fc.oneof(
      fc.constantFrom(0, -0, 1, 2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      fc.double({ noNaN: true }),
    );
    const rows = fc.array(fc.tuple(key, key), { maxLength: some.length });
    fc.assert(
      fc.property(rows, (keys) => {
        const given = some.slice(0, keys.length);
        const expected = keys
          .map(([first, second], i) => ({ first, second, i }))
          .sort((a, b) => compare(a.first, b.first) || compare(a.second, b.second) || a.i - b.i);
        const order = byKey(
          given,
          (_, i) => keys[i]![0],
          (_, i) => keys[i]![1],
        );
        expect(order).toEqual(expected.map(({ i }) => given[i]));
      }),
    );
  });

  it("without keys is that of submission", () => {
    const some = contenders(5);
    expect(byKey(some)).toEqual(some);
  });
});

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
