import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lives, oneLife, residualLife, type Tail, tailOf } from "../../src/estimator/residual-life.ts";

const life = (seconds: readonly number[], age: number, wider: Tail | null = null) =>
  residualLife(tailOf([[new Lives(seconds), 1]], age, wider) as Tail);
const many = (seconds: readonly number[], times: number) => Array.from({ length: times }, () => seconds).flat();

describe("lives", () => {
  it("sum up what is left of each at any age", () => {
    const ages = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 }), ages, (seconds, age) => {
        const { alive, first, second } = new Lives(seconds).tail(age);
        const left = seconds.filter((each) => each > age).map((each) => each - age);
        expect(alive).toBe(left.length);
        expect(first).toBeCloseTo(
          left.reduce((sum, each) => sum + each, 0),
          3,
        );
        const squares = left.reduce((sum, each) => sum + each * each, 0);
        expect(Math.abs(second - squares)).toBeLessThanOrEqual(
          1e-9 * (1 + seconds.reduce((sum, each) => sum + each * each, 0)),
        );
      }),
    );
  });

  it("one alone is a list of one", () => {
    for (const age of [0, 3, 7, 9]) expect(oneLife(7).tail(age)).toEqual(new Lives([7]).tail(age));
  });
});

describe("residual life", () => {
  it("is the mean of what is left to those still alive, once many have ended", () => {
    const seconds = many([10, 20, 30, 100, 1000], 40);
    for (const age of [0, 15, 25, 50]) {
      const left = seconds.filter((each) => each > age).map((each) => each - age);
      const mean = left.reduce((sum, each) => sum + each, 0) / left.length;
      expect(life(seconds, age).seconds / mean).toBeCloseTo(1, 1);
    }
  });

  it("is the mean of all for a job that begins, however few there were", () => {
    expect(life([40], 0).seconds).toBeCloseTo(40, 9);
    expect(life([10, 20, 60], 0).seconds).toBeCloseTo(30, 9);
  });

  it("grows with age where most jobs end at once and the rest go on", () => {
    const seconds = many([1, 1, 1, 1, 1000], 10);
    expect(life(seconds, 0).seconds).toBeLessThan(250);
    expect(life(seconds, 2).seconds).toBeGreaterThan(900);
  });

  it("of a job that outlived all others is what a job like those may have, and more the longer it lives", () => {
    const [at200, at2000] = [200, 2000].map((age) => life([100, 100], age));
    expect(at200?.seconds).toBeCloseTo(200, 6); // mean + age / 2
    expect(at2000?.seconds).toBeCloseTo(1100, 6);
    expect(at200?.spread).toBeGreaterThan(1);
  });

  it("spreads as far as the lives differ", () => {
    expect(life(many([100], 50), 0).spread).toBeLessThan(0.25);
    expect(life(many([1, 1000], 25), 0).spread).toBeGreaterThan(0.9);
  });

  it("looks to a wider circle when it knows nobody, and hardly any more once it knows some", () => {
    const wider = tailOf([[new Lives(many([10_000], 20)), 1]], 0, null);
    expect(life([], 0, wider).seconds).toBeCloseTo(10_000, 0);
    expect(life([100], 0, wider).seconds).toBeLessThan(1000);
    expect(life(many([100], 10), 0, wider).seconds).toBeLessThan(120);
    expect(tailOf([], 0, null)).toBeNull();
  });

  it("is a number above 0 at any age, after any lives", () => {
    const seconds = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(seconds, seconds, fc.double({ min: 0, max: 1e9, noNaN: true }), (own, others, age) => {
        const found = life(own, age, tailOf([[new Lives(others), 1]], age, null));
        expect(Number.isFinite(found.seconds) && found.seconds > 0).toBe(true);
        expect(Number.isFinite(found.spread) && found.spread >= 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
