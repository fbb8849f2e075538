import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Player, playForUnits } from "../../src/policies/tournament.ts";

const linear = (length: number, most = 99, least = 1): Player => ({ least, most, length, has: 0, speed: (n) => n });

/** The rule as it is written down, walked in full for each unit: those that have something as they come, then the others by length. */
function naive(players: readonly Player[], units: number): number[] {
  const sizes = players.map(({ has }) => has);
  let left = units - sizes.reduce((sum, size) => sum + size, 0);
  const out = new Set<number>();
  const at = (i: number): Player => players[i] as Player;
  const stepOf = (i: number): number => (sizes[i] === 0 ? at(i).least : 1);
  const endOf = (i: number): number =>
    sizes[i] === 0 ? Number.POSITIVE_INFINITY : at(i).length / at(i).speed(sizes[i]!);
  const gainOf = (i: number): number => (at(i).speed(sizes[i]! + stepOf(i)) - at(i).speed(sizes[i]!)) / stepOf(i);
  const isOut = (i: number): boolean => sizes[i]! + stepOf(i) > at(i).most || stepOf(i) > left || gainOf(i) <= 0;

  const pair = (a: number, b: number): number => {
    if (sizes[a] === 0 && sizes[b] === 0) return at(b).length < at(a).length ? b : a;
    const [shorter, longer] = endOf(b) < endOf(a) ? [b, a] : [a, b];
    const ofNew = gainOf(longer) / at(longer).speed(sizes[longer]! + stepOf(longer));
    const ofOld = gainOf(shorter) / at(shorter).speed(sizes[shorter]!);
    return ofNew > ofOld ? longer : shorter;
  };

  for (const i of players.keys()) if (isOut(i)) out.add(i);
  while (left > 0) {
    const playing = [...players.keys()].filter((i) => !out.has(i));
    if (playing.length === 0) break;
    const [holding, waiting] = [playing.filter((i) => sizes[i] !== 0), playing.filter((i) => sizes[i] === 0)];
    waiting.sort((a, b) => at(a).length - at(b).length || a - b);
    const winner = [...holding, ...waiting].reduce(pair);
    if (stepOf(winner) <= left) {
      const step = stepOf(winner);
      sizes[winner] = sizes[winner]! + step;
      left -= step;
    }
    if (isOut(winner)) out.add(winner);
  }
  return sizes;
}

const players: fc.Arbitrary<Player[]> = fc.array(
  fc
    .record({
      least: fc.integer({ min: 1, max: 3 }),
      more: fc.integer({ min: 0, max: 6 }),
      length: fc.integer({ min: 1, max: 1000 }),
      loss: fc.constantFrom(0, 0.1, 0.3, 0.6, 0.9),
      isBound: fc.boolean(),
    })
    .map(({ least, more, length, loss, isBound }) => ({
      least,
      most: least + more,
      length,
      has: isBound ? least : 0,
      speed: (n: number) => n ** (1 - loss),
    })),
  { maxLength: 7 },
);

describe("the tournament of AFS", () => {
  it("gives what a walk over all pairs for each unit gives", () => {
    fc.assert(
      fc.property(players, fc.integer({ min: 0, max: 30 }), (all, extra) => {
        const units = all.reduce((sum, { has }) => sum + has, 0) + extra;
        expect([...playForUnits(all, units)]).toEqual(naive(all, units));
      }),
      { numRuns: 1000 },
    );
  });

  it("gives two jobs of linear speed what the rule is known to give", () => {
    expect([...playForUnits([linear(10), linear(100)], 4)]).toEqual([3, 1]);
    expect([...playForUnits([linear(10), linear(100)], 8)]).toEqual([5, 3]);
  });

  it("takes lengths with what each has itself: the longer work can be the one that ends sooner", () => {
    const wide = { ...linear(200), has: 4 };
    const narrow = { ...linear(100), has: 1, speed: (n: number) => n ** 0.5 };
    // wide ends after 50 s, narrow after 100 s: narrow is the longer one, and makes less of the unit.
    expect([...playForUnits([narrow, wide], 6)]).toEqual(naive([narrow, wide], 6));
    expect([...playForUnits([narrow, wide], 6)]).toEqual([2, 4]);
  });

  it("makes the longest wait when there are more jobs than units", () => {
    const rush = [900, 10, 500, 20].map((length) => ({
      ...linear(length),
      speed: (n: number) => (n > 0 ? 1 + n / 100 : 0),
    }));
    expect([...playForUnits(rush, 2)]).toEqual([0, 1, 0, 1]);
  });

  it("gives all of the least or nothing, and what does not fit is no obstacle", () => {
    expect([...playForUnits([linear(10, 8, 5), linear(100, 8, 2)], 4)]).toEqual([0, 4]);
  });

  it("gives nothing that makes nobody faster", () => {
    const flat = { ...linear(10), speed: (n: number) => Math.min(n, 2) };
    expect([...playForUnits([flat, flat], 9)]).toEqual([2, 2]);
  });

  it("hands out several units at a time when there are too many pairs, and still hands out all", () => {
    const all = [linear(10, 40), linear(100, 40), linear(1000, 40)];
    const sizes = playForUnits(all, 100, 60);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100);
    expect(sizes[0]).toBeGreaterThanOrEqual(sizes[2] as number);
  });
});
