import fc from "fast-check";
import { expect, it } from "vitest";
import { nnls } from "../../src/estimator/nnls.ts";

type Matrix = readonly (readonly number[])[];

const at = (values: readonly number[] | undefined, i: number): number => values?.[i] ?? Number.NaN;
const gramOf = (a: Matrix, size: number): number[][] =>
  Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => a.reduce((sum, row) => sum + at(row, i) * at(row, j), 0)),
  );
const momentOf = (a: Matrix, b: readonly number[], size: number): number[] =>
  Array.from({ length: size }, (_, i) => a.reduce((sum, row, r) => sum + at(row, i) * at(b, r), 0));
const errorOf = (a: Matrix, b: readonly number[], x: readonly number[]): number =>
  a.reduce((sum, row, r) => sum + (row.reduce((s, v, i) => s + v * at(x, i), 0) - at(b, r)) ** 2, 0);

/** Gauss and Jordan, with the largest pivot. */
function solved(matrix: Matrix, right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, at(right, i)]);
  for (let column = 0; column < rows.length; column++) {
    const rest = rows.slice(column);
    const pivot = rest.reduce((best, row) => (Math.abs(at(row, column)) > Math.abs(at(best, column)) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = at(row, column) / at(pivot, column);
      for (let i = 0; i < row.length; i++) row[i] = at(row, i) - factor * at(pivot, i);
    }
  }
  return rows.map((row, i) => at(row, rows.length) / at(row, i));
}

/** The best of all choices of variables that are not zero. */
function bruteForce(a: Matrix, b: readonly number[], size: number): number {
  let best = errorOf(a, b, new Array(size).fill(0));
  for (let chosen = 1; chosen < 2 ** size; chosen++) {
    const columns = Array.from({ length: size }, (_, i) => i).filter((i) => (chosen >> i) & 1);
    const part = a.map((row) => columns.map((i) => at(row, i)));
    const solution = solved(gramOf(part, columns.length), momentOf(part, b, columns.length));
    if (solution.some((value) => value < 0)) continue;
    const x = new Array(size).fill(0);
    columns.forEach((column, i) => {
      x[column] = solution[i];
    });
    best = Math.min(best, errorOf(a, b, x));
  }
  return best;
}

const systems = fc.integer({ min: 1, max: 5 }).chain((size) => {
  const value = fc.double({ min: -10, max: 10, noNaN: true });
  const rows = fc.array(fc.array(value, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 6 });
  return fc.record({ size: fc.constant(size), rows, right: fc.array(value, { minLength: 6, maxLength: 6 }) });
});

it("is as good as the best of all choices of variables, and none is negative", () => {
  fc.assert(
    fc.property(systems, ({ size, rows, right }) => {
      const ridge = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 0.5 : 0)));
      const a = [...rows, ...ridge];
      const b = [...right.slice(0, rows.length), ...ridge.map(() => 0)];
      const x = nnls(gramOf(a, size), momentOf(a, b, size));
      expect(x.every((value) => value >= 0)).toBe(true);
      const best = bruteForce(a, b, size);
      expect(errorOf(a, b, x)).toBeLessThanOrEqual(best + 1e-7 * (1 + best));
    }),
    { numRuns: 1000 },
  );
});
