import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Claim, growByGain } from "../../src/policies/marginal.ts";

/** Worth by size, from 0 on. */
const claim = (least: number, worth: readonly number[]): Claim => ({
  least,
  most: worth.length - 1,
  value: (size) => worth[size] as number,
});

function grown(claims: readonly Claim[], units: number, start: readonly number[] = claims.map(() => 0)): number[] {
  const sizes = Uint32Array.from(start);
  const left = growByGain(claims, sizes, units);
  expect(left + sizes.reduce((sum, size) => sum + size, 0)).toBe(units + start.reduce((sum, size) => sum + size, 0));
  return [...sizes];
}

/** Worth with falling gains, so that greedy is known to be best. */
const concave = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }).map((gains) => {
  const worth = [0];
  for (const gain of gains.sort((a, b) => b - a)) worth.push((worth.at(-1) as number) + gain);
  return worth;
});

function best(worths: readonly (readonly number[])[], units: number): number {
  const [first, ...rest] = worths;
  if (!first) return 0;
  return Math.max(...first.slice(0, units + 1).map((worth, size) => worth + best(rest, units - size)));
}

describe("handing out by gain", () => {
  it("finds the greatest sum when gains fall", () => {
    fc.assert(
      fc.property(fc.array(concave, { maxLength: 4 }), fc.integer({ min: 0, max: 12 }), (worths, units) => {
        const claims = worths.map((worth) => claim(1, worth));
        const sum = grown(claims, units).reduce((total, size, i) => total + (worths[i]?.[size] as number), 0);
        expect(sum).toBe(best(worths, units));
      }),
    );
  });

  it("gives the least at once or nothing, and compares it by the unit", () => {
    expect(grown([claim(3, [0, 0, 0, 6]), claim(1, [0, 3, 4])], 3)).toEqual([0, 2]);
    expect(grown([claim(3, [0, 0, 0, 12]), claim(1, [0, 3, 4])], 3)).toEqual([3, 0]);
    expect(grown([claim(3, [0, 0, 0, 12]), claim(1, [0, 3, 4])], 2)).toEqual([0, 2]);
  });

  it("takes the step over a plateau whole when what is behind it pays, and only when there are units for all of it", () => {
    const jump = claim(1, [0, 1, 1, 1, 8]);
    const slow = claim(1, [0, 1, 2, 3, 4]);
    expect(grown([jump, slow], 4, [1, 1])).toEqual([4, 2]);
    expect(grown([jump, slow], 2, [1, 1])).toEqual([1, 3]);
  });

  it("gives nothing that gains nothing", () => {
    expect(grown([claim(1, [0, 1, 1, 0.5])], 3)).toEqual([1]);
  });

  it("prefers the earlier one where gains are equal", () => {
    expect(grown([claim(1, [0, 1, 2]), claim(1, [0, 1, 2])], 3)).toEqual([2, 1]);
  });
});
