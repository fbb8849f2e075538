import fc from "fast-check";
import { expect, it } from "vitest";
import type { Effort, Packing, PackingProblem } from "../../src/core/packing.ts";
import { findPlacement } from "../../src/placement/index.ts";
import { aBin, aGang, byCost, none, problems } from "./packings.ts";

const by =
  (key: string) =>
  (problem: PackingProblem, effort: Effort): Packing =>
    findPlacement(key).pack?.(problem, effort) as Packing;
const [hungarian, genetic] = [by("hungarian"), by("genetic")];
const anyProblem = problems({ bins: 12, gangs: 24, gpus: 8, span: 3 });

/** Largest first, 4 and 3 go together and leave 1: it takes 4 + 2 + 2 and 3 + 3 + 2. */
function puzzle(): PackingProblem {
  const bins = [aBin("a", 8), aBin("b", 8)];
  return { bins, gangs: [4, 3, 3, 2, 2, 2].map((gpus, i) => aGang(bins, `job-${i}`, gpus)) };
}

it("places a job that hungarian leaves without room", () => {
  expect(hungarian(puzzle(), none).cost.unplaced).toBe(2);
  expect(genetic(puzzle(), { steps: 3000 })).toMatchObject({ cost: { unplaced: 0, spans: 0, moved: 0 }, proven: true });
});

it("is never worse than hungarian, and no worse for more steps", () => {
  fc.assert(
    fc.property(anyProblem, fc.nat({ max: 100 }), fc.nat({ max: 100 }), (problem, steps, more) => {
      const [some, many] = [genetic(problem, { steps }), genetic(problem, { steps: steps + more })];
      expect(byCost(some.cost, hungarian(problem, none).cost)).toBeLessThanOrEqual(0);
      expect(byCost(many.cost, some.cost)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 100 },
  );
});

it("answers at once as hungarian does when it may take no step", () => {
  fc.assert(
    fc.property(anyProblem, (problem) => {
      expect(genetic(problem, none)).toEqual(hungarian(problem, none));
      expect(genetic(problem, { steps: 1e6, expired: () => true })).toEqual(hungarian(problem, none));
    }),
    { numRuns: 100 },
  );
});

it("comes to an end of its generations where nobody stops it", () => {
  const bins = [aBin("a", 8), aBin("b", 8)];
  const gangs = [3, 3, 3, 3].map((gpus, i) => aGang(bins, `job-${i}`, gpus, undefined, { cores: 40 }));
  expect(genetic({ bins, gangs }, { steps: Number.POSITIVE_INFINITY })).toMatchObject({
    cost: { unplaced: 6 },
    proven: false,
  });
});
