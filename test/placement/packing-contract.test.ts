import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PackingProblem } from "../../src/core/packing.ts";
import { placements } from "../../src/placement/index.ts";
import { aBin, aGang, byCost, faultsOf, leastByBruteForce, leftAsItIs, none, problems } from "./packings.ts";

const packers = placements.flatMap(({ key, pack }) => (pack ? [{ key, pack }] : []));
const anyProblem = problems({ bins: 12, gangs: 20, gpus: 8, span: 4 });
const few = { steps: 80 };
/** One server holds both gangs, though half of its GPUs suit each. */
const mixed = [aBin("s0", 1), aBin("s1", 4)];
const ofTwo = { suits: [1, 2], maxServers: 2, moveCost: 0 };
const eachItsOwnModel: PackingProblem = {
  bins: mixed,
  gangs: [aGang(mixed, "job-1", 2, undefined, ofTwo), aGang(mixed, "job-2", 2, { s0: 1, s1: 1 }, ofTwo)],
};

it("three placements pack the cluster anew", () => {
  expect(packers.map(({ key }) => key)).toEqual(["hungarian", "genetic", "branch-and-bound"]);
});

describe.each(packers)("$key", ({ pack }) => {
  it("never gives more than there is, nor what does not suit, nor over more servers than allowed; and tells the cost", () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        expect(faultsOf(problem, pack(problem, few))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("is never worse than leaving everything where it is, with no effort at all", () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        expect(byCost(pack(problem, none).cost, leftAsItIs(problem))).toBeLessThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });

  it("claims a proof only where no packing is cheaper", () => {
    fc.assert(
      fc.property(problems({ bins: 3, gangs: 4, gpus: 4, span: 3 }), (problem) => {
        const packing = pack(problem, few);
        if (packing.proven) expect(packing.cost).toEqual(leastByBruteForce(problem));
      }),
      { numRuns: 150, examples: [[eachItsOwnModel]] },
    );
  });

  it("answers the same question in the same way, and leaves the question as it was", () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        const before = structuredClone(problem);
        expect(pack(problem, few)).toEqual(pack(structuredClone(problem), few));
        expect(problem).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  it("moves nothing of its own answer when it is asked again", () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        const first = pack(problem, few);
        const again = pack(settled(problem, first.places), few);
        if (again.cost.unplaced < first.cost.unplaced || again.cost.spans < first.cost.spans) return; // it went on searching
        expect(again.cost.moved).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it("stops when the time is over", () => {
    const bins = Array.from({ length: 6 }, (_, i) => aBin(`s${i}`, 8));
    const gangs = Array.from({ length: 30 }, (_, i) => aGang(bins, `job-${i}`, [5, 3, 7, 2][i % 4] as number));
    let looks = 0;
    const expired = (): boolean => ++looks > 3;
    expect(pack({ bins, gangs }, { steps: 1e9, expired }).proven).toBe(false);
    expect(looks).toBeLessThan(10);
  });

  it("packs a cluster without servers, without jobs, and with neither", () => {
    const bins = [aBin("a", 8)];
    const nothing = { cost: { unplaced: 0, spans: 0, moved: 0 }, proven: true, places: [] };
    expect(pack({ bins, gangs: [] }, few)).toEqual(nothing);
    expect(pack({ bins: [], gangs: [] }, few)).toEqual(nothing);
    const gangs = [aGang([], "job-1", 3), aGang([], "job-2", 0)];
    expect(pack({ bins: [], gangs }, few)).toMatchObject({ places: [null, null], cost: { unplaced: 4 }, proven: true });
  });
});

/** The same problem once its answer has come true. */
function settled({ bins, gangs }: PackingProblem, places: readonly (readonly number[] | null)[]): PackingProblem {
  return {
    bins,
    gangs: gangs.map((gang, at) => {
      const place = places[at] ?? null;
      return gang.gpus === 0 ? { ...gang, currentBin: place?.indexOf(1) ?? -1 } : { ...gang, current: place };
    }),
  };
}
