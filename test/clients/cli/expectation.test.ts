import { expect, test } from "vitest";
import { expectedWords } from "../../../clients/cli/expectation.ts";

const range = { p10: "2026-03-01T12:00:05Z", p50: "2026-03-01T12:00:10Z", p90: "2026-03-01T12:00:20Z" };

test("what is foreseen is told with its bounds", () => {
  expect(expectedWords(range, "2026-03-01T12:00:00Z")).toMatch(/^in 10\.0s \(5\.0s to 20\.0s\), 2026-03-01 /);
});

test("what was foreseen and has not come is told as late, not as something to come", () => {
  expect(expectedWords(range, "2026-03-01T12:00:44Z")).toMatch(
    /^34\.0s ago, 2026-03-01 \S+: it takes longer than was foreseen$/,
  );
});
