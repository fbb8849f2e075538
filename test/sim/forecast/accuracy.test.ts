import { expect, it } from "vitest";
import type { PastForecast } from "../../../src/core/forecast.ts";
import { accuracyOf } from "../../../src/sim/forecast/accuracy.ts";

const range = (p10: number, p50: number, p90: number | null) => ({ p10, p50, p90 });
const past = (over: Partial<PastForecast>): PastForecast => ({
  policy: "fifo",
  category: "a",
  startsAt: range(0, 10, 20),
  endsAt: range(50, 100, 200),
  startedAt: 10,
  endedAt: 100,
  ...over,
});

it("past forecasts are judged by policy and category: how far off, which way, and how often within the range", () => {
  const judged = accuracyOf([
    past({ startedAt: 15, endedAt: 90 }),
    past({ startedAt: 30, endedAt: 130 }),
    past({ startedAt: 10, endedAt: 250, category: "b" }),
  ]);
  expect(judged.filter(({ category }) => category === "all")).toEqual([
    { policy: "fifo", category: "all", of: "start", forecasts: 3, errorMillis: 5, biasMillis: 5, coverage: 2 / 3 },
    { policy: "fifo", category: "all", of: "end", forecasts: 3, errorMillis: 30, biasMillis: 30, coverage: 2 / 3 },
  ]);
  expect(judged.find(({ category, of }) => category === "a" && of === "end")).toMatchObject({
    forecasts: 2,
    errorMillis: 20,
    biasMillis: 10,
    coverage: 1,
  });
});

it("policies are judged apart, and what was not told is not judged", () => {
  const judged = accuracyOf([
    past({ policy: "srtf", startsAt: null }),
    past({ endsAt: { p10: null, p50: 100, p90: null }, startedAt: null }),
    past({ policy: "srtf", startsAt: null, endsAt: range(50, 60, null), endedAt: 900 }),
  ]);
  expect(judged.filter(({ category }) => category === "all")).toEqual([
    { policy: "srtf", category: "all", of: "end", forecasts: 2, errorMillis: 420, biasMillis: 420, coverage: 1 },
  ]);
  expect(accuracyOf([])).toEqual([]);
});
