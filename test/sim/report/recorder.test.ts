import fc from "fast-check";
import { expect, test } from "vitest";
import type { Recording } from "../../../src/sim/report/index.ts";
import { LargestStretches, type Stretch } from "../../../src/sim/report/stretches.ts";
import { TimeBins } from "../../../src/sim/report/time-bins.ts";
import { manyRows, recorded, type Scene } from "./recorded.ts";

const THREE: Scene = { cluster: "2x2", rows: ["a,0,2,100,ann,vgg", "b,10,4,50,bob,vgg", "c,20,2,30,ann,lstm"] };
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** A mean in each bin, times what each bin lasts. */
function integral({ begin, end, binMillis }: Recording, means: Float64Array): number {
  return sum(means.map((mean, i) => mean * Math.min(binMillis, end - begin - i * binMillis)));
}

test("a recording tells which job had which GPUs when, and what it did there", () => {
  const { recording } = recorded("fifo", { ...THREE, costs: "start=5,stop=0" });
  expect(recording).toMatchObject({ unit: "GPU", begin: 0, end: 200_000 - 5_000, stretchesLeftOut: 0 });
  expect(recording.servers).toEqual([
    { server: "server-1", first: 0, rows: 2 },
    { server: "server-2", first: 2, rows: 2 },
  ]);
  expect(recording.stretches).toEqual([
    { from: 0, to: 5_000, row: 0, rows: 2, job: 0, phase: "start" },
    { from: 5_000, to: 105_000, row: 0, rows: 2, job: 0, phase: "train" },
    { from: 105_000, to: 110_000, row: 0, rows: 4, job: 1, phase: "start" },
    { from: 110_000, to: 160_000, row: 0, rows: 4, job: 1, phase: "train" },
    { from: 160_000, to: 165_000, row: 0, rows: 2, job: 2, phase: "start" },
    { from: 165_000, to: 195_000, row: 0, rows: 2, job: 2, phase: "train" },
  ]);
});

const policies = ["fifo", "srtf", "tiresias", "elastic-tiresias", "round-robin", "goodput"];
test.each(policies)("what is recorded of %s agrees with what became of the jobs", (policy) => {
  const { results, recording } = recorded(policy, { cluster: "2x4", rows: manyRows(60), costs: "start=20,stop=7" });
  const { course, stretches } = recording;
  expect(integral(recording, course.training)).toBeCloseTo(sum(results.map(({ gpuMillis }) => gpuMillis)), -1);
  for (const name of ["preemptions", "migrations", "resizes"] as const)
    expect(sum(course[name]), name).toBe(sum(results.map((result) => result[name])));
  expect(integral(recording, course.held)).toBeCloseTo(
    sum(stretches.map(({ from, to, rows }) => (to - from) * rows)),
    -1,
  );
  const inSystem = sum(results.map(({ submittedAt, endedAt }) => endedAt! - submittedAt));
  expect(integral(recording, course.waiting) + integral(recording, course.running)).toBeCloseTo(inSystem, -1);
});

test.each(policies)("under %s no GPU is drawn with two jobs at once", (policy) => {
  const { recording } = recorded(policy, { cluster: "2x4", rows: manyRows(40), costs: "start=20,stop=7" });
  const rows = Array.from({ length: 8 }, (_, row) =>
    recording.stretches.filter((each) => each.row <= row && row < each.row + each.rows),
  );
  for (const stretches of rows)
    for (const [i, { from }] of stretches.entries())
      if (i > 0) expect(from).toBeGreaterThanOrEqual(stretches[i - 1]!.to);
});

test("how busy each band of GPUs was is told of all stretches, also of those that are not kept", () => {
  const { results, recording } = recorded("fifo", { cluster: "2x4", rows: manyRows(50) });
  const { bands, rowsPerBand, binMillis } = recording.busy;
  expect([bands.length, rowsPerBand]).toEqual([8, 1]);
  const busy = sum(bands.map((band) => integral({ ...recording, binMillis }, band)));
  expect(busy).toBeCloseTo(sum(results.map(({ gpuMillis }) => gpuMillis)), -1);
});

test("sums over time are the same however far the time reaches", () => {
  const spans = fc.array(
    fc.record({ from: fc.nat(5_000_000), length: fc.nat(3_000_000), value: fc.integer({ min: 1, max: 64 }) }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(spans, fc.nat(1_000_000_000), (list, begin) => {
      const bins = new TimeBins(begin, 1);
      for (const { from, length, value } of list) bins.addSpan(0, begin + from, begin + from + length, value);
      const end = begin + Math.max(...list.map(({ from, length }) => from + length));
      const total = sum(list.map(({ length, value }) => length * value));
      expect(sum(bins.sums(0, end))).toBeCloseTo(total, 3);
      // What overlaps the first half, by another way of counting.
      const half = bins.width * Math.floor(bins.sums(0, end).length / 2);
      const before = sum(list.map(({ from, length, value }) => value * Math.max(0, Math.min(length, half - from))));
      expect(sum(bins.sums(0, end).subarray(0, half / bins.width))).toBeCloseTo(before, 3);
    }),
  );
});

test("the largest stretches are kept, whichever came first", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 200 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 20 }), (list, most) => {
      const largest = new LargestStretches(most);
      for (const [i, length] of list.entries()) {
        const stretch: Stretch = { from: i, to: i + length, row: 0, rows: 1 + (i % 3), job: i, phase: "train" };
        largest.add(stretch);
      }
      const { kept, left } = largest.taken();
      const areas = list.map((length, i) => length * (1 + (i % 3))).sort((a, b) => b - a);
      const areasKept = kept.map(({ from, to, rows }) => (to - from) * rows).sort((a, b) => b - a);
      expect(areasKept).toEqual(areas.slice(0, most));
      expect(kept.length + left).toBe(list.length);
    }),
  );
});
