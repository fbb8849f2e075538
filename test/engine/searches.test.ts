import { expect, test } from "vitest";
import type { Effort } from "../../src/core/packing.ts";
import { Searches, SearchesAgain } from "../../src/engine/searches.ts";

/** A search that asks for the time at each of so many steps; how many it made. */
function search({ steps, expired }: Effort, wanted: number): number {
  for (let step = 0; step < Math.min(wanted, steps); step++) if (expired?.()) return step;
  return wanted;
}

test("a search that the clock cut short is cut short at the same step when it is held again, and others are not", () => {
  let now = 0;
  const searches = new Searches({ now: () => now++, at: () => () => {} });
  const first = search(searches.effort(), 10);
  const second = search(searches.effort(), 10_000);
  const third = search(searches.effort(), 20);
  const cuts = searches.takeCuts();
  expect(first).toBe(10);
  expect(second).toBeLessThan(10_000);
  expect(cuts).toEqual([null, second + 1, null]);

  const again = new SearchesAgain();
  for (let round = 0; round < 2; round++) {
    again.hold(cuts);
    expect([10, 10_000, 20].map((wanted) => search(again.effort(), wanted))).toEqual([first, second, third]);
  }
});

test("where no search was cut short nothing is noted", () => {
  const searches = new Searches({ now: () => 0, at: () => () => {} });
  search(searches.effort(), 1_000);
  expect(searches.takeCuts()).toBeNull();
});
