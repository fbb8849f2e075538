import fc from "fast-check";
import { expect, it } from "vitest";
import { Search } from "../../src/placement/search.ts";
import { better, costOf, prepare } from "../../src/placement/task.ts";
import { aBin, aGang, enough, leastByBruteForce, problems } from "./packings.ts";

it.each([
  { bins: 6, gangs: 5, gpus: 4, span: 1 },
  { bins: 4, gangs: 3, gpus: 5, span: 4 },
  { bins: 3, gangs: 4, gpus: 3, span: 3 },
])("finds the least cost for $gangs jobs on $bins servers from the worst start", (sizes) => {
  fc.assert(
    fc.property(problems(sizes), (problem) => {
      const task = prepare(problem);
      const places = task.gangs.map(() => null);
      const search = new Search(task, { places, cost: costOf(task, places) });
      expect(search.run(enough)).toBe(true);
      expect(search.best.cost).toEqual(leastByBruteForce(problem));
    }),
    { numRuns: 300 },
  );
});

it("takes for better, of packings that cost the same, the one that places the more important job", () => {
  const bins = [aBin("a", 2)];
  const task = prepare({ bins, gangs: [1, 2, 3].map((n) => aGang(bins, `job-${n}`, 1)) });
  const place = [{ bin: 0, gpus: 1 }];
  const [first, second] = [
    [place, null, place],
    [null, place, place],
  ].map((places) => ({
    places,
    cost: costOf(task, places),
  }));
  expect(better(first!, second!)).toBe(first);
  expect(better(second!, first!)).toBe(first);
  expect(better(second!, { ...second! })).toBe(second);
});
