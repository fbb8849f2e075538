import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COLD, type Coefficients, speedupOf } from "../../src/estimator/curve.ts";
import { type Cell, fitted } from "../../src/estimator/fit.ts";

const cells: fc.Arbitrary<Cell> = fc.record({
  job: fc.constantFrom("job-1", "job-2", "job-3"),
  model: fc.constantFrom(null, "A100", "V100"),
  unit: fc.constantFrom("epoch" as const, "step" as const, "fraction" as const),
  size: fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 10_000 })),
  servers: fc.integer({ min: 1, max: 4 }),
  seconds: fc.oneof(
    fc.double({ min: 0.01, max: 100, noNaN: true }),
    fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
  ),
  windows: fc.integer({ min: 0, max: 50 }),
});
/** Of whatever was measured, sense or not. */
const fits = fc
  .record({
    cells: fc.array(cells, { maxLength: 30 }),
    model: fc.constantFrom(null, "A100"),
    kinship: fc.constantFrom(0.3, 1),
  })
  .map(({ cells, model, kinship }) => fitted(cells, COLD, model, kinship).coefficients);

const expectCurve = (coefficients: Coefficients, sizes: readonly number[]): void => {
  const speedup = speedupOf(coefficients);
  expect(speedup(0)).toBe(0);
  expect(speedup(1)).toBe(1);
  const values = sizes.map((size) => speedup(size));
  expect(values.every(Number.isFinite)).toBe(true);
  for (let i = 1; i < values.length; i++)
    expect(values[i]).toBeGreaterThanOrEqual((values[i - 1] as number) * (1 - 1e-12));
  for (let i = 2; i < values.length; i++) {
    const slope = (j: number) =>
      ((values[j] as number) - (values[j - 1] as number)) / ((sizes[j] as number) - (sizes[j - 1] as number));
    expect(slope(i)).toBeLessThanOrEqual(slope(i - 1) + 1e-9);
  }
};

describe("the speed-up of any measurements", () => {
  it("is 0 for nothing, 1 for one unit, and never falls, and each unit more gives no more than the one before", () => {
    fc.assert(
      fc.property(fits, (fit) =>
        expectCurve(
          fit,
          Array.from({ length: 129 }, (_, size) => size),
        ),
      ),
      { numRuns: 200 },
    );
  });

  it("is concave between whole sizes too", () => {
    fc.assert(
      fc.property(fits, (fit) =>
        expectCurve(
          fit,
          Array.from({ length: 65 }, (_, i) => i / 4),
        ),
      ),
      { numRuns: 200 },
    );
  });

  it("is a number for any size and any servers, and several servers are no faster than one", () => {
    const odd = fc.oneof(fc.double(), fc.constantFrom(Number.POSITIVE_INFINITY, Number.NaN, -1, 1e308, 0.5, 2.5));
    fc.assert(
      fc.property(fits, odd, fc.integer({ min: 1, max: 100 }), (fit, size, servers) => {
        const speedup = speedupOf(fit);
        expect(Number.isFinite(speedup(size, servers))).toBe(true);
        expect(speedup(size, servers)).toBeGreaterThanOrEqual(0);
        expect(speedup(size, servers)).toBeLessThanOrEqual(speedup(size));
      }),
      { numRuns: 200 },
    );
  });

  it("has no negative coefficient, and one unit takes the time one", () => {
    fc.assert(
      fc.property(fits, (fit) => {
        expect(fit.every((coefficient) => Number.isFinite(coefficient) && coefficient >= 0)).toBe(true);
        expect(fit[0] + fit[1]).toBeCloseTo(1, 9);
      }),
    );
  });
});

it("of what was never measured is nearly linear, and several servers cost something", () => {
  const speedup = speedupOf(COLD);
  expect(speedup(4)).toBeGreaterThan(3.5);
  expect(speedup(8)).toBeGreaterThan(6.5);
  expect(speedup(8)).toBeLessThan(7.5);
  expect(speedup(8, 2)).toBeLessThan(speedup(8));
});

it("stays level where more units would be slower", () => {
  const speedup = speedupOf([0, 1, 0.04, 0]); // the fastest size is 5
  expect(speedup(5)).toBeCloseTo(1 / (0.2 + 0.16), 9);
  expect(speedup(50)).toBe(speedup(5));
});
