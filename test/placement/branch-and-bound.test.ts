import fc from "fast-check";
import { expect, it } from "vitest";
import type { Effort, Packing, PackingProblem } from "../../src/core/packing.ts";
import { findPlacement } from "../../src/placement/index.ts";
import { aBin, aGang, byCost, enough, leastByBruteForce, none, problems } from "./packings.ts";

const by =
  (key: string) =>
  (problem: PackingProblem, effort: Effort): Packing =>
    findPlacement(key).pack?.(problem, effort) as Packing;
const [hungarian, exact] = [by("hungarian"), by("branch-and-bound")];
const anyProblem = problems({ bins: 12, gangs: 24, gpus: 8, span: 3 });

it.each([
  { bins: 6, gangs: 5, gpus: 4, span: 1 },
  { bins: 4, gangs: 3, gpus: 4, span: 4 },
  { bins: 3, gangs: 4, gpus: 3, span: 3 },
])("finds and proves the least cost of all packings of up to $gangs jobs on $bins servers", (sizes) => {
  fc.assert(
    fc.property(problems(sizes), (problem) => {
      const { cost, proven } = exact(problem, enough);
      expect(cost).toEqual(leastByBruteForce(problem));
      expect(proven).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it("finds the same cost whatever the order of servers and jobs", () => {
  const shuffled = <T>(list: readonly T[]) => fc.shuffledSubarray([...list.keys()], { minLength: list.length });
  const drawn = problems({ bins: 6, gangs: 7, gpus: 4, span: 2 }).chain((problem) =>
    fc.tuple(fc.constant(problem), shuffled(problem.bins), shuffled(problem.gangs)),
  );
  fc.assert(
    fc.property(drawn, ([problem, bins, gangs]) => {
      expect(exact(reordered(problem, bins, gangs), enough).cost).toEqual(exact(problem, enough).cost);
    }),
    { numRuns: 200 },
  );
});

function reordered({ bins, gangs }: PackingProblem, binOrder: number[], gangOrder: number[]): PackingProblem {
  const inOrder = <T>(list: readonly T[]): T[] => binOrder.map((bin) => list[bin]!);
  return {
    bins: inOrder(bins),
    gangs: gangOrder.map((at) => {
      const gang = gangs[at]!;
      const { suits, current, currentBin } = gang;
      return {
        ...gang,
        suits: inOrder(suits),
        current: current && inOrder(current),
        currentBin: currentBin < 0 ? -1 : binOrder.indexOf(currentBin),
      };
    }),
  };
}

it("says that nothing is proven when it had to stop, and answers as hungarian does when it may take no step", () => {
  const bins = [aBin("a", 8), aBin("b", 8)];
  const problem = { bins, gangs: [4, 3, 3, 2, 2, 2].map((gpus, i) => aGang(bins, `job-${i}`, gpus)) };
  const first = hungarian(problem, none);
  expect(first).toMatchObject({ cost: { unplaced: 2 }, proven: false });
  expect(exact(problem, none)).toEqual(first);
  expect(exact(problem, { steps: 1e6, expired: () => true })).toEqual(first);
  expect(exact(problem, { steps: 3 }).proven).toBe(false);
  expect(exact(problem, enough)).toMatchObject({ cost: { unplaced: 0 }, proven: true });
});

it("is never worse than hungarian, however few steps it may take", () => {
  fc.assert(
    fc.property(anyProblem, fc.nat({ max: 500 }), (problem, steps) => {
      expect(byCost(exact(problem, { steps }).cost, hungarian(problem, none).cost)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 150 },
  );
});

it("stops in the midst of the ways to divide one job over many servers", () => {
  const bins = Array.from({ length: 40 }, (_, i) => aBin(`s${i}`, 4 + (i % 4)));
  const gangs = [200, 11].map((gpus, i) => aGang(bins, `job-${i}`, gpus, undefined, { maxServers: 40 }));
  const full = Array.from({ length: 10 }, (_, i) => aGang(bins, `full-${i}`, 6, undefined, { maxServers: 1 }));
  expect(exact({ bins, gangs: [...gangs, ...full] }, { steps: 20_000 }).proven).toBe(false);
});

it("looks through thousands of jobs without losing its way back", () => {
  const bins = Array.from({ length: 5 }, (_, i) => aBin(`s${i}`, 7, { cores: 1e6 }));
  const gangs = Array.from({ length: 3000 }, (_, i) => aGang(bins, `job-${i}`, [0, 3, 2][i % 3] as number));
  expect(exact({ bins, gangs }, { steps: 4000 }).places.filter((place) => place !== null).length).toBeGreaterThan(1000);
});
