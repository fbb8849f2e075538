import { describe, expect, it } from "vitest";
import { COLD, type Coefficients, speedupOf } from "../../src/estimator/curve.ts";
import { type Cell, fitted } from "../../src/estimator/fit.ts";

const cell = (over: Partial<Cell>): Cell => ({
  job: "job-1",
  model: "A100",
  unit: "step",
  size: 1,
  servers: 1,
  seconds: 1,
  windows: 4,
  ...over,
});
const law =
  (fixed: number, shared: number) =>
  (size: number): number =>
    fixed + shared / size;
const speedup = (cells: readonly Cell[], prior: Coefficients = COLD) =>
  speedupOf(fitted(cells, prior, "A100", 0.3).coefficients);
const expectLaw = (found: (size: number) => number, time: (size: number) => number, sizes: readonly number[]): void => {
  for (const size of sizes) expect(Math.abs(Math.log(found(size) / (time(1) / time(size))))).toBeLessThan(0.05);
};

describe("the curve of a family", () => {
  it("is found from one job at three sizes, whatever its unit of work lasts", () => {
    for (const scale of [0.001, 1, 5000]) {
      const time = law(0.3 * scale, 0.7 * scale);
      expectLaw(speedup([1, 2, 4].map((size) => cell({ size, seconds: time(size) }))), time, [2, 3, 4, 8]);
    }
  });

  it("is found when one unit was never measured", () => {
    const time = law(0.4, 0.6);
    expectLaw(speedup([2, 4, 8].map((size) => cell({ size, seconds: time(size) }))), time, [2, 4, 8]);
  });

  it("is found from jobs of different length, each measured at two sizes", () => {
    const time = law(0.5, 0.5);
    const cells = [1, 10, 0.2, 400, 7].flatMap(
      (scale, i) =>
        [
          [1, 2],
          [2, 8],
          [1, 4],
          [4, 8],
          [1, 8],
        ][i]?.map((size) => cell({ job: `job-${i}`, unit: "fraction", size, seconds: scale * time(size) })) ?? [],
    );
    expectLaw(speedup(cells), time, [2, 4, 8]);
  });

  it("is found from equal jobs, each measured at one size only", () => {
    const time = law(0.5, 0.5);
    const cells = Array.from({ length: 24 }, (_, i) => {
      const size = [1, 2, 4, 8][i % 4] as number;
      return cell({ job: `job-${i}`, size, seconds: time(size) * (1 + ((i % 3) - 1) / 50) });
    });
    expectLaw(speedup(cells), time, [2, 4, 8]);
  });

  it("is not made from jobs of which each is long and large, or short and small", () => {
    for (const unit of ["fraction", "step"] as const) {
      const cells = Array.from({ length: 24 }, (_, i) => {
        const size = [1, 8][i % 2] as number;
        return cell({ job: `job-${i}`, unit, size, seconds: (size === 8 ? 100 : 10) * (1 + (i % 5)) });
      });
      expect(speedup(cells)(8)).toBeGreaterThan(4);
    }
  });

  it("of sizes never measured follows those that were: nothing is linear beside what is not", () => {
    const time = law(0.8, 0.2);
    const found = speedup([1, 4].map((size) => cell({ size, seconds: time(size) })));
    expectLaw(found, time, [2, 3, 4, 6, 8]);
    expect(found(3)).toBeLessThan(found(4));
    expect(found(8)).toBeLessThan(1.4);
  });

  it("takes the prior's shape where it was measured at one size only", () => {
    const prior: Coefficients = [0.5, 0.5, 0, 0.1];
    const found = speedup([cell({ size: 4, seconds: 17 })], prior);
    for (const size of [2, 4, 8]) expect(found(size)).toBeCloseTo(speedupOf(prior)(size), 1);
  });

  it("knows what several servers cost when it was measured", () => {
    const cells = [1, 2, 4].map((size) => cell({ size, seconds: 1 / size }));
    const found = speedup([...cells, cell({ size: 8, servers: 2, seconds: 0.5 })]);
    expect(found(8, 2)).toBeCloseTo(2, 1);
    expect(found(8)).toBeGreaterThan(6);
  });

  it("bends little for one measurement far off", () => {
    const good = [1, 2, 4, 8].flatMap((size) =>
      [1, 2, 3].map((i) => cell({ job: `job-${i}`, size, seconds: 1 / size })),
    );
    const bad = cell({ job: "job-4", size: 4, seconds: 2.5, windows: 0 });
    expect(speedup([...good, bad])(4)).toBeGreaterThan(3.2);
  });
});

describe("the pace of a family", () => {
  it("is that of one unit of hardware, by what is counted", () => {
    const cells = [2, 4].map((size) => cell({ size, seconds: 30 / size, unit: "epoch" }));
    const { paces } = fitted(cells, [0, 1, 0, 0], "A100", 0.3);
    expect(paces.epoch).toBeCloseTo(30, 0);
    expect(paces.step).toBeNull();
  });

  it("is kept apart by GPU model, while the shape is shared", () => {
    const slow = [1, 2, 4].map((size) => cell({ job: "job-1", model: "K80", size, seconds: 10 * law(0.5, 0.5)(size) }));
    const fast = [cell({ job: "job-2", size: 1, seconds: 1 })];
    const { paces, coefficients } = fitted([...slow, ...fast], COLD, "A100", 0.3);
    expect(paces.step).toBeCloseTo(1, 1);
    expect(speedupOf(coefficients)(4)).toBeLessThan(2);
  });
});
