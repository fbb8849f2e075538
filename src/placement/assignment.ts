import { InvariantError } from "../core/errors.ts";

/** An assignment in the making. Whoever has a column pays least for it: nothing of its row is cheaper at cost minus price. */
interface Draft {
  readonly costs: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** They only ever fall. A column without a row costs 0, unless all columns will have one. */
  readonly prices: Float64Array;
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
}

const NONE = -1;
const { POSITIVE_INFINITY: FORBIDDEN, NEGATIVE_INFINITY: UNKNOWN } = Number;

/**
 * Linear sum assignment: each row gets a column of its own (each column a row, where there are more rows) so that the sum of
 * the costs is least; exact. Reductions and shortest augmenting paths of Jonker and Volgenant (1987); since prices only fall,
 * a short list of a row's cheapest columns is good for many steps.
 *
 * @param costs row by row; Infinity forbids a pair
 * @returns the column of each row, -1 for a row that is left over; null when what is forbidden leaves no assignment
 * @throws InvariantError for costs that are NaN or -Infinity, or not `rows` × `columns`
 */
export function assign(costs: Float64Array, rows: number, columns: number): Int32Array | null {
  if (costs.length !== rows * columns) throw new InvariantError(`${costs.length} costs are not ${rows} × ${columns}`);
  if (rows > columns) return inverse(assign(transposed(costs, rows, columns), columns, rows), rows);
  const draft: Draft = {
    costs,
    rows,
    columns,
    prices: new Float64Array(columns),
    columnOf: new Int32Array(rows).fill(NONE),
    rowOf: new Int32Array(columns).fill(NONE),
  };
  check(costs);
  if (rows === columns) reduceColumns(draft);
  const free = reduceRows(draft);
  return augment(draft, free) ? draft.columnOf : null;
}

function check(costs: Float64Array): void {
  let sum = 0;
  for (let at = 0; at < costs.length; at++) sum += costs[at] as number;
  if (Number.isNaN(sum) || sum === Number.NEGATIVE_INFINITY) throw new InvariantError("a cost is no number");
}

/** Each column's price is its least cost; rows take columns that are then free of charge. */
function reduceColumns({ costs, rows, columns, prices, columnOf, rowOf }: Draft): void {
  const cheapest = new Int32Array(columns);
  prices.set(costs.subarray(0, columns));
  // Row by row, as the costs lie in memory.
  for (let row = 1, at = columns; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) {
      const cost = costs[at] as number;
      if (cost >= (prices[column] as number)) continue;
      prices[column] = cost;
      cheapest[column] = row;
    }
  for (let column = 0; column < columns; column++) {
    const row = cheapest[column] as number;
    if (prices[column] === FORBIDDEN) prices[column] = 0;
    else if (columnOf[row] === NONE) {
      columnOf[row] = column;
      rowOf[column] = row;
    }
  }
  // Where many costs are equal, most rows find another one.
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns && columnOf[row] === NONE; column++)
      if (rowOf[column] === NONE && costs[row * columns + column] === prices[column]) {
        columnOf[row] = column;
        rowOf[column] = row;
      }
}

/** How many columns a row's short list has. */
const LISTED = 8;
/** Steps per row before the paths take over: rows that outbid each other by little could go on for long. */
const PATIENCE = 40;

/**
 * Each free row takes its cheapest column, from another if need be, and lowers its price until the second cheapest is as good.
 * @returns the rows that are still free
 */
function reduceRows({ costs, rows, columns, prices, columnOf, rowOf }: Draft): number[] {
  const lists = shortLists(costs, rows, columns, prices);
  const left: number[] = [];
  const waiting: number[] = [];
  for (let row = rows - 1; row >= 0; row--) if (columnOf[row] === NONE) waiting.push(row);
  let steps = PATIENCE * rows;
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    const choice = lists.choose(row);
    if (choice.second === FORBIDDEN || steps-- <= 0) {
      left.push(row);
      continue;
    }
    let column = choice.column;
    const before = prices[column] as number;
    prices[column] = before - (choice.second - choice.first);
    const outbids = (prices[column] as number) < before;
    if (!outbids && rowOf[column] !== NONE) column = choice.other;
    const loser = rowOf[column] as number;
    columnOf[row] = column;
    rowOf[column] = row;
    if (loser === NONE) continue;
    columnOf[loser] = NONE;
    (outbids ? waiting : left).push(loser);
  }
  return left;
}

interface Choice {
  column: number;
  first: number;
  other: number;
  second: number;
}

/** The two cheapest columns of a row, from a list of its cheapest that is made anew when prices have fallen too far for it. */
function shortLists(costs: Float64Array, rows: number, columns: number, prices: Float64Array) {
  const listed = new Int32Array(rows * LISTED);
  const listedCosts = new Float64Array(rows * LISTED);
  /** What the columns that are not on the list cost at least. */
  const bounds = new Float64Array(rows).fill(UNKNOWN);
  const reduced = new Float64Array(LISTED);
  const choice: Choice = { column: NONE, first: FORBIDDEN, other: NONE, second: FORBIDDEN };

  function make(row: number): void {
    reduced.fill(FORBIDDEN);
    const list = row * LISTED;
    listedCosts.fill(FORBIDDEN, list, list + LISTED);
    let bound = FORBIDDEN;
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      const cost = (costs[at] as number) - (prices[column] as number);
      if (cost >= bound) continue;
      let place = LISTED - 1;
      for (; place > 0 && (reduced[place - 1] as number) > cost; place--) {
        reduced[place] = reduced[place - 1] as number;
        listed[list + place] = listed[list + place - 1] as number;
        listedCosts[list + place] = listedCosts[list + place - 1] as number;
      }
      reduced[place] = cost;
      listed[list + place] = column;
      listedCosts[list + place] = costs[at] as number;
      bound = reduced[LISTED - 1] as number;
    }
    bounds[row] = bound;
  }

  function look(row: number): void {
    choice.first = choice.second = FORBIDDEN;
    for (let at = row * LISTED, end = at + LISTED; at < end; at++) {
      const column = listed[at] as number;
      const cost = (listedCosts[at] as number) - (prices[column] as number);
      if (cost >= choice.second) continue;
      if (cost < choice.first) {
        choice.second = choice.first;
        choice.other = choice.column;
        choice.first = cost;
        choice.column = column;
      } else {
        choice.second = cost;
        choice.other = column;
      }
    }
  }

  return {
    choose(row: number): Choice {
      if (bounds[row] !== UNKNOWN) look(row);
      if (bounds[row] === UNKNOWN || choice.second > (bounds[row] as number)) {
        make(row);
        look(row);
      }
      return choice;
    },
  };
}

/** Finds each free row a column, along the cheapest path of columns that change hands. False when there is none. */
function augment({ costs, columns, prices, columnOf, rowOf }: Draft, free: readonly number[]): boolean {
  const distance = new Float64Array(columns);
  const via = new Int32Array(columns);
  /** First the columns to which no cheapest path is known yet, then, backwards, the others as they were reached. */
  const order = Int32Array.from({ length: columns }, (_, column) => column);
  for (const start of free) {
    distance.fill(FORBIDDEN);
    let open = columns;
    let least = 0;
    let end = NONE;
    for (let row = start, paid = 0; ; ) {
      const base = row * columns;
      const offset = least - paid;
      let next = NONE;
      least = FORBIDDEN;
      for (let at = 0; at < open; at++) {
        const column = order[at] as number;
        const through = (costs[base + column] as number) - (prices[column] as number) + offset;
        let far = distance[column] as number;
        if (through < far) {
          distance[column] = far = through;
          via[column] = row;
        }
        if (far > least || (far === least && rowOf[column] !== NONE)) continue;
        least = far;
        next = at;
      }
      if (least === FORBIDDEN) return false;
      end = order[next] as number;
      order[next] = order[--open] as number;
      order[open] = end;
      if (rowOf[end] === NONE) break;
      row = rowOf[end] as number;
      paid = (costs[row * columns + end] as number) - (prices[end] as number);
    }
    for (let at = open + 1; at < columns; at++) {
      const column = order[at] as number;
      prices[column] = (prices[column] as number) + (distance[column] as number) - least;
    }
    for (let row = NONE; row !== start; ) {
      row = via[end] as number;
      const given = columnOf[row] as number;
      columnOf[row] = end;
      rowOf[end] = row;
      end = given;
    }
  }
  return true;
}

function transposed(costs: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(costs.length);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) turned[column * rows + row] = costs[at] as number;
  return turned;
}

function inverse(rowOf: Int32Array | null, rows: number): Int32Array | null {
  const columnOf = new Int32Array(rows).fill(NONE);
  rowOf?.forEach((row, column) => {
    columnOf[row] = column;
  });
  return rowOf && columnOf;
}
