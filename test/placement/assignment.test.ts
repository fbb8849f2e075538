import fc from "fast-check";
import { expect, it } from "vitest";
import { assign } from "../../src/placement/assignment.ts";

const never = Number.POSITIVE_INFINITY;

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly costs: readonly number[];
}

const solve = ({ rows, columns, costs }: Matrix) => assign(Float64Array.from(costs), rows, columns);

/** The sum of an answer; fails when a column is given twice or as many pairs as there can be are not there. */
function sumOf({ rows, columns, costs }: Matrix, columnOf: Int32Array): number {
  const pairs = [...columnOf].map((column, row) => ({ row, column })).filter(({ column }) => column >= 0);
  expect(columnOf).toHaveLength(rows);
  expect(new Set(pairs.map(({ column }) => column)).size).toBe(Math.min(rows, columns));
  expect(pairs).toHaveLength(Math.min(rows, columns));
  return pairs.reduce((sum, { row, column }) => sum + (costs[row * columns + column] as number), 0);
}

/** The least sum over all ways to give rows columns; Infinity where there is none. */
function leastByAllWays({ rows, columns, costs }: Matrix): number {
  const mayStay = Math.max(0, rows - columns);
  const visit = (row: number, taken: number, stayed: number): number => {
    if (row === rows) return 0;
    let least = stayed < mayStay ? visit(row + 1, taken, stayed + 1) : never;
    for (let column = 0; column < columns; column++)
      if (!(taken & (1 << column)))
        least = Math.min(
          least,
          (costs[row * columns + column] as number) + visit(row + 1, taken | (1 << column), stayed),
        );
    return least;
  };
  return visit(0, 0, 0);
}

/** The least sum of a square matrix by another method: while a cycle of rows that hand their columns on gains, turn it. */
function leastByCycles({ rows, costs }: Matrix): number {
  const columnOf = Array.from({ length: rows }, (_, row) => row);
  for (let cycle = gainingCycle(rows, costs, columnOf); cycle; cycle = gainingCycle(rows, costs, columnOf)) {
    const columns = cycle.map((row) => columnOf[row] as number);
    for (const [i, row] of cycle.entries()) columnOf[row] = columns[(i + 1) % columns.length] as number;
  }
  return columnOf.reduce((sum, column, row) => sum + (costs[row * rows + column] as number), 0);
}

/** Rows each of which takes the column of the next, at less cost in all: Bellman and Ford. */
function gainingCycle(rows: number, costs: readonly number[], columnOf: readonly number[]): number[] | null {
  const distance = new Array<number>(rows).fill(0);
  const before = new Array<number>(rows).fill(-1);
  const gain = (row: number, to: number): number =>
    (costs[row * rows + (columnOf[to] as number)] as number) -
    (costs[row * rows + (columnOf[row] as number)] as number);
  let changed = -1;
  for (let round = 0; round <= rows; round++) {
    changed = -1;
    for (let row = 0; row < rows; row++)
      for (let to = 0; to < rows; to++) {
        const far = (distance[row] as number) + gain(row, to);
        if (far >= (distance[to] as number) - 1e-9) continue;
        distance[to] = far;
        before[to] = row;
        changed = to;
      }
    if (changed < 0) return null;
  }
  for (let i = 0; i < rows; i++) changed = before[changed] as number;
  const cycle = [changed];
  for (let row = before[changed] as number; row !== changed; row = before[row] as number) cycle.unshift(row);
  return cycle;
}

const matrices = (cost: fc.Arbitrary<number>, most: number): fc.Arbitrary<Matrix> =>
  fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }))
    .chain(([rows, columns]) =>
      fc
        .array(cost, { minLength: rows * columns, maxLength: rows * columns })
        .map((costs) => ({ rows, columns, costs })),
    );

const few = fc.integer({ min: -2, max: 3 });

it.each([
  ["that often are equal", few],
  ["of every size", fc.double({ min: -1e6, max: 1e6, noNaN: true })],
  ["of which some are forbidden", fc.oneof(few, fc.constant(never))],
  ["of which most are forbidden", fc.oneof(few, fc.constant(never), fc.constant(never), fc.constant(never))],
])("finds the least sum of costs %s, however many rows and columns there are", (_, cost) => {
  fc.assert(
    fc.property(matrices(cost, 6), (matrix) => {
      const columnOf = solve(matrix);
      const least = leastByAllWays(matrix);
      expect(columnOf === null).toBe(least === never);
      if (columnOf) expect(sumOf(matrix, columnOf)).toBeCloseTo(least, 6);
    }),
    { numRuns: 400 },
  );
});

it.each([
  ["small integers", fc.integer({ min: 0, max: 9 })],
  ["fractions", fc.noBias(fc.integer({ min: 0, max: 1e6 })).map((millionths) => millionths / 1e6)],
])("finds the least sum where there are too many ways to try them all: %s", (_, cost) => {
  const drawn = fc.tuple(fc.integer({ min: 10, max: 30 }), fc.nat({ max: 20 }), fc.infiniteStream(cost));
  fc.assert(
    fc.property(drawn, ([rows, popular, stream]) => {
      // All rows want the same few columns; for some it is dear to settle for one that they did not think of at first.
      const surcharges = [...stream.take(rows)].map((each) => 4 * each);
      const surcharge = (at: number): number =>
        at % rows < popular ? 0 : (surcharges[Math.floor(at / rows)] as number);
      const costs = [...stream.take(rows * rows)].map((each, at) => each + surcharge(at));
      const matrix = { rows, columns: rows, costs };
      expect(sumOf(matrix, solve(matrix) as Int32Array)).toBeCloseTo(leastByCycles(matrix), 6);
    }),
    { numRuns: 100 },
  );
});

it("finds the least sum where rows outbid each other for long", () => {
  const rows = 30;
  const costs = Array.from({ length: rows * rows }, (_, at) => (at % rows < 3 ? (at * 7) % 5 : 1e9 + ((at * 31) % 17)));
  const product = Array.from({ length: rows * rows }, (_, at) => (1 + (at % rows)) * (1 + Math.floor(at / rows)));
  for (const matrix of [costs, product].map((costs) => ({ rows, columns: rows, costs })))
    expect(sumOf(matrix, solve(matrix) as Int32Array)).toBe(leastByCycles(matrix));
});

it("finds the same sum whatever the order of rows and columns", () => {
  const shuffled = (count: number) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count });
  const drawn = matrices(few, 8).chain((matrix) =>
    fc.tuple(fc.constant(matrix), shuffled(matrix.rows), shuffled(matrix.columns)),
  );
  fc.assert(
    fc.property(drawn, ([matrix, rowOrder, columnOrder]) => {
      const { columns, costs } = matrix;
      const other = {
        ...matrix,
        costs: rowOrder.flatMap((row) => columnOrder.map((at) => costs[row * columns + at] ?? 0)),
      };
      expect(sumOf(other, solve(other) as Int32Array)).toBe(sumOf(matrix, solve(matrix) as Int32Array));
    }),
  );
});

it("leaves costs as they were", () => {
  const costs = Float64Array.from([3, 1, 2, never, 5, 0]);
  const before = costs.slice();
  assign(costs, 2, 3);
  expect(costs).toEqual(before);
});

it("assigns nothing to nobody, and no row where there are no columns", () => {
  expect(assign(new Float64Array(0), 0, 0)).toEqual(new Int32Array(0));
  expect(assign(new Float64Array(0), 0, 3)).toEqual(new Int32Array(0));
  expect(assign(new Float64Array(0), 2, 0)).toEqual(Int32Array.of(-1, -1));
});

it.each([Number.NaN, Number.NEGATIVE_INFINITY])("refuses %s as a cost", (cost) => {
  expect(() => assign(Float64Array.from([1, never, cost, 2]), 2, 2)).toThrow("a cost is no number");
});

it("refuses costs that are not as many as rows and columns", () => {
  expect(() => assign(new Float64Array(5), 2, 3)).toThrow("5 costs are not 2 × 3");
});
