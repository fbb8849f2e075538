import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proportional, type Request } from "../../src/policies/proportional.ts";

const wants = (wanted: number, min = 1, max = 1000): Request => ({ wanted, min, max });
const sum = (shares: readonly number[]): number => shares.reduce((total, share) => total + share, 0);

const requests = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
    .map(([min, more, most]) => ({ min, wanted: min + more, max: min + more + most })),
  { minLength: 1, maxLength: 5 },
);

/** All factors at which anybody's share changes, as fractions, are tried; in whole numbers, so exactly. */
function byTrying(asked: readonly Request[], total: number): number[] {
  let best = asked.map(({ min }) => min);
  for (const { wanted: below, max } of asked)
    for (let over = 1; over <= max * 12; over++) {
      const shares = asked.map(({ wanted, min, max: most }) =>
        Math.min(most, Math.max(min, Math.floor((wanted * over) / below))),
      );
      if (sum(shares) <= total && sum(shares) > sum(best)) best = shares;
    }
  return best;
}

describe("shares in proportion to requests", () => {
  it("shrink all alike when there is not enough, and grow all alike when there is more", () => {
    expect(proportional([wants(4), wants(4), wants(8)], 8)).toEqual([2, 2, 4]);
    expect(proportional([wants(4), wants(8)], 36)).toEqual([12, 24]);
    expect(proportional([wants(4), wants(8)], 12)).toEqual([4, 8]);
  });

  it("leave to others what a job cannot use beyond its most", () => {
    expect(proportional([wants(4, 1, 6), wants(4)], 20)).toEqual([6, 14]);
  });

  it("take from others what a job needs as its least", () => {
    expect(proportional([wants(6, 5), wants(6)], 8)).toEqual([5, 3]);
  });

  it("are never more than there is, though many are raised to their least", () => {
    expect(proportional([wants(1), wants(1), wants(1), wants(9)], 6)).toEqual([1, 1, 1, 3]);
  });

  it("are the largest that fit, between least and most, as trying every factor finds them", () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 0, max: 60 }), (asked, extra) => {
        const total = sum(asked.map(({ min }) => min)) + extra;
        const shares = proportional(asked, total);
        expect(sum(shares)).toBeLessThanOrEqual(total);
        for (const [i, { min, max }] of asked.entries()) {
          expect(shares[i]).toBeGreaterThanOrEqual(min);
          expect(shares[i]).toBeLessThanOrEqual(max);
        }
        expect(shares).toEqual(byTrying(asked, total));
      }),
      { numRuns: 1000 },
    );
  });

  it("leave over less than one unit for each that could have more", () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 0, max: 60 }), (asked, extra) => {
        const total = sum(asked.map(({ min }) => min)) + extra;
        const shares = proportional(asked, total);
        const hungry = asked.filter(({ max }, i) => (shares[i] as number) < max).length;
        if (hungry > 0) expect(total - sum(shares)).toBeLessThan(hungry);
      }),
      { numRuns: 1000 },
    );
  });
});
