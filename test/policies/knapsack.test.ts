import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, type Choice } from "../../src/policies/knapsack.ts";

interface Given {
  readonly least: number;
  readonly size: number;
  readonly mayWait: boolean;
  /** Worth by size, from 0 on. */
  readonly worth: readonly number[];
}

const choiceOf = ({ worth, ...rest }: Given): Choice => ({
  ...rest,
  most: worth.length - 1,
  value: (size) => worth[size] as number,
});

const givens: fc.Arbitrary<readonly Given[]> = fc.array(
  fc.integer({ min: 1, max: 3 }).chain((least) =>
    fc.record({
      least: fc.constant(least),
      size: fc.integer({ min: 0, max: 4 }),
      mayWait: fc.boolean(),
      // Small quarters, so that ties are frequent and exact.
      worth: fc.array(
        fc.integer({ min: -2, max: 8 }).map((n) => n / 4),
        { minLength: least + 1, maxLength: least + 4 },
      ),
    }),
  ),
  { maxLength: 4 },
);

interface Plan {
  readonly sizes: readonly number[];
  readonly worth: number;
  readonly changes: number;
}

/** Every way to choose, one by one. */
function plansOf(given: readonly Given[], units: number): Plan[] {
  const [first, ...rest] = given;
  if (!first) return [{ sizes: [], worth: 0, changes: 0 }];
  const sizes = first.worth.map((_, size) => size).filter((size) => (size === 0 ? first.mayWait : size >= first.least));
  return sizes
    .filter((size) => size <= units)
    .flatMap((size) =>
      plansOf(rest, units - size).map((plan) => ({
        sizes: [size, ...plan.sizes],
        worth: plan.worth + (first.worth[size] as number),
        changes: plan.changes + (size === first.size ? 0 : 1),
      })),
    );
}

/** The greatest worth, then the fewest changes, then most to the first, to the second, … */
function isBetter(a: Plan, b: Plan): boolean {
  if (a.worth !== b.worth) return a.worth > b.worth;
  if (a.changes !== b.changes) return a.changes < b.changes;
  const at = a.sizes.findIndex((size, i) => size !== b.sizes[i]);
  return at >= 0 && (a.sizes[at] as number) > (b.sizes[at] as number);
}

describe("the knapsack", () => {
  it("is as good as trying everything, and breaks ties by the fewest changes, then for the earlier job", () => {
    fc.assert(
      fc.property(givens, fc.integer({ min: 0, max: 10 }), (given, units) => {
        const plans = plansOf(given, units);
        const found = allocate(given.map(choiceOf), units);
        const [first, ...others] = plans;
        const best = others.reduce((a, b) => (a && isBetter(b, a) ? b : a), first);
        expect(found && [...found]).toEqual(best?.sizes ?? null);
      }),
      { numRuns: 600 },
    );
  });

  it("copes with no units, and with worths that are all nothing", () => {
    const flat = choiceOf({ least: 1, size: 0, mayWait: true, worth: [0, 0, 0] });
    expect([...(allocate([flat, flat], 0) ?? [])]).toEqual([0, 0]);
    expect([...(allocate([flat, flat], 4) ?? [])]).toEqual([0, 0]); // nothing gained, nothing changed
    expect([...(allocate([], 4) ?? [])]).toEqual([]);
  });

  it("says so when those that must run do not fit", () => {
    const must = choiceOf({ least: 3, size: 0, mayWait: false, worth: [0, 0, 0, 1] });
    expect(allocate([must, must], 5)).toBeNull();
  });

  it("loses no more than one step of one job when there is too much to try", () => {
    fc.assert(
      fc.property(givens, fc.integer({ min: 0, max: 10 }), (given, units) => {
        const exact = allocate(given.map(choiceOf), units);
        const quick = allocate(given.map(choiceOf), units, 0);
        expect(quick === null).toBe(exact === null);
        if (!exact || !quick) return;
        const worthOf = (sizes: Uint32Array): number =>
          given.reduce((sum, { worth }, i) => sum + (worth[sizes[i] as number] as number), 0);
        for (const [i, { least, mayWait, worth }] of given.entries()) {
          const size = quick[i] as number;
          expect(size === 0 ? mayWait : size >= least && size < worth.length).toBe(true);
        }
        expect(quick.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(units);
        const range = Math.max(0, ...given.map(({ worth }) => Math.max(...worth) - Math.min(...worth)));
        expect(worthOf(quick)).toBeGreaterThanOrEqual(worthOf(exact) - range);
      }),
      { numRuns: 600 },
    );
  });
});
