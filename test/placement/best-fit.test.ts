import { expect, it } from "vitest";
import type { Gang } from "../../src/core/packing.ts";
import { bestFit } from "../../src/placement/best-fit.ts";
import { costOf, prepare, toPacking } from "../../src/placement/task.ts";
import { aBin, aGang, faultsOf, told } from "./packings.ts";

const bins = [aBin("a", 4), aBin("b", 4), aBin("c", 4)];

/** Where best fit puts them, one after another as they come here. */
function fitted(...gangs: readonly Gang[]): string[] {
  const task = prepare({ bins, gangs });
  const places = bestFit(task, [...gangs.keys()]);
  const cost = costOf(task, places);
  const packing = toPacking(task, { places, cost }, cost);
  expect(faultsOf(task, packing)).toEqual([]);
  return told(task, packing);
}

it("fills the fullest server that fits", () => {
  expect(fitted(aGang(bins, "job-1", 3), aGang(bins, "job-2", 2), aGang(bins, "job-3", 1))).toEqual([
    "job-1@a",
    "job-2@b",
    "job-3@a",
  ]);
});

it("leaves a job where it is, its parts too", () => {
  const spread = aGang(bins, "job-1", 6, { a: 3, c: 3 }, { maxServers: 2 });
  expect(fitted(spread, aGang(bins, "job-2", 1, { b: 1 }))).toEqual(["job-1@a:3+c:3", "job-2@b"]);
});

it("takes room that nobody has rather than room of jobs that come later, which stay", () => {
  expect(fitted(aGang(bins, "job-1", 3), aGang(bins, "job-2", 2, { a: 2 }), aGang(bins, "job-3", 1, { b: 1 }))).toEqual(
    ["job-1@b", "job-2@a", "job-3@b"],
  );
});

it("where there is no other room, displaces the jobs whose move costs least", () => {
  const ofCost = (job: string, server: string, moveCost: number) => aGang(bins, job, 2, { [server]: 2 }, { moveCost });
  expect(
    fitted(aGang(bins, "job-1", 4), ofCost("job-2", "a", 9), ofCost("job-3", "b", 3), ofCost("job-4", "c", 7)),
  ).toEqual(["job-1@b", "job-2@a", "job-3@a", "job-4@c"]);
});

it("displaces nobody to keep a job together that may be split, unless it then spans fewer servers", () => {
  const split = aGang(bins, "job-1", 4, undefined, { maxServers: 2 });
  const small = (job: string, server: string) => aGang(bins, job, 1, { [server]: 1 });
  expect(fitted(split, small("job-2", "a"), small("job-3", "b"), small("job-4", "c"))[0]).toBe("job-1@a");
  const larger = aGang(bins, "job-1", 6, undefined, { maxServers: 2 });
  expect(fitted(larger, small("job-2", "a"), small("job-3", "b"), small("job-4", "c"))).toEqual([
    "job-1@a:3+b:3",
    "job-2@a",
    "job-3@b",
    "job-4@c",
  ]);
});
