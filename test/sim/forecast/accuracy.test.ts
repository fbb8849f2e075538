import { expect, it } from "vitest";
import type { PastForecast, TimeRange } from "../../../src/core/forecast.ts";
import { accuracyOf } from "../../../src/sim/forecast/accuracy.ts";

const SECOND = 1_000;
const millis = (seconds: number | null) => (seconds === null ? null : seconds * SECOND);
const range = (p10: number, p50: number, p90: number | null): TimeRange => ({
  p10: p10 * SECOND,
  p50: p50 * SECOND,
  p90: millis(p90),
});
/** @param over with its instants in seconds */
const past = ({ startedAt = 10, endedAt = 100, ...over }: Partial<PastForecast>): PastForecast => ({
  policy: "fifo",
  category: "a",
  startsAt: range(0, 10, 20),
  endsAt: range(50, 100, 200),
  startedAt: millis(startedAt),
  endedAt: endedAt * SECOND,
  ...over,
});

it("past forecasts are judged by policy and category: how far off, which way, and how often within the range", () => {
  const judged = accuracyOf([
    past({ startedAt: 15, endedAt: 90 }),
    past({ startedAt: 30, endedAt: 130 }),
    past({ startedAt: 10, endedAt: 250, category: "b" }),
  ]);
  expect(judged.filter(({ category }) => category === "all")).toEqual([
    {
      policy: "fifo",
      category: "all",
      of: "start",
      forecasts: 3,
      errorMillis: 5 * SECOND,
      biasMillis: 5 * SECOND,
      coverage: 2 / 3,
    },
    {
      policy: "fifo",
      category: "all",
      of: "end",
      forecasts: 3,
      errorMillis: 30 * SECOND,
      biasMillis: 30 * SECOND,
      coverage: 2 / 3,
    },
  ]);
  expect(judged.find(({ category, of }) => category === "a" && of === "end")).toMatchObject({
    forecasts: 2,
    errorMillis: 20 * SECOND,
    biasMillis: 10 * SECOND,
    coverage: 1,
  });
});

it("policies are judged apart, and what was not told is not judged", () => {
  const judged = accuracyOf([
    past({ policy: "srtf", startsAt: null }),
    past({ endsAt: { p10: null, p50: 100 * SECOND, p90: null }, startedAt: null }),
    past({ policy: "srtf", startsAt: null, endsAt: range(50, 60, null), endedAt: 900 }),
  ]);
  expect(judged.filter(({ category }) => category === "all")).toEqual([
    {
      policy: "srtf",
      category: "all",
      of: "end",
      forecasts: 2,
      errorMillis: 420 * SECOND,
      biasMillis: 420 * SECOND,
      coverage: 1,
    },
  ]);
  expect(accuracyOf([])).toEqual([]);
});

it("a job that starts at once, as was told, starts within a range of no width", () => {
  const [start] = accuracyOf([past({ startsAt: range(7, 7, 7), startedAt: 7.14 })]);
  expect(start).toMatchObject({ of: "start", coverage: 1 });
});
