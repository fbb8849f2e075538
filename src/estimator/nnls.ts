/** A gradient below this part of the largest moment is rounding. */
const ROUNDING = 1e-12;

/**
 * Non-negative least squares: the x >= 0 with the smallest |Ax - b|, by active sets (Lawson and Hanson, Solving Least Squares
 * Problems, 1974, chapter 23), from the normal equations.
 * @param gram AᵀA, positive definite @param moment Aᵀb
 */
export function nnls(gram: readonly (readonly number[])[], moment: readonly number[]): number[] {
  const size = moment.length;
  let free: number[] = [];
  const x = new Array<number>(size).fill(0);
  const least = ROUNDING * Math.max(...moment.map(Math.abs));
  for (let added = 0; added < 3 * size; added++) {
    const next = steepest(gram, moment, x, free);
    if (next.index < 0 || next.slope <= least) return x;
    free.push(next.index);
    for (;;) {
      const wanted = solve(gram, moment, free);
      const steps = free.map((j, i) => stepTo(x[j] as number, wanted[i] as number));
      const step = Math.min(1, ...steps);
      const bound = new Set(free.filter((_, i) => step < 1 && steps[i] === step));
      free.forEach((j, i) => {
        const from = x[j] as number;
        x[j] = bound.has(j) ? 0 : from + step * ((wanted[i] as number) - from);
      });
      if (bound.size === 0) break;
      free = free.filter((j) => !bound.has(j));
    }
  }
  return x;
}

/** How far, 0 to 1, one may go from a value that is not negative towards a wanted one before it would be. */
const stepTo = (from: number, wanted: number): number => (wanted > 0 ? 1 : from / (from - wanted || 1));

/** The bound variable that lowers the error fastest. */
function steepest(
  gram: readonly (readonly number[])[],
  moment: readonly number[],
  x: readonly number[],
  free: readonly number[],
): { index: number; slope: number } {
  let found = { index: -1, slope: Number.NEGATIVE_INFINITY };
  moment.forEach((target, j) => {
    if (free.includes(j)) return;
    const slope = target - (gram[j] as number[]).reduce((sum, g, i) => sum + g * (x[i] as number), 0);
    if (slope > found.slope) found = { index: j, slope };
  });
  return found;
}

/** The unbounded least squares of the chosen variables alone: Gauss's elimination, without pivots since the matrix is positive definite. */
function solve(
  gram: readonly (readonly number[])[],
  moment: readonly number[],
  chosen: readonly number[],
): readonly number[] {
  const rows = chosen.map((j) => [...chosen.map((i) => gram[j]?.[i] as number), moment[j] as number]);
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const top = rows[pivot] as number[];
    for (let below = pivot + 1; below < size; below++) {
      const row = rows[below] as number[];
      const factor = (row[pivot] as number) / (top[pivot] as number);
      for (let column = pivot; column <= size; column++)
        row[column] = (row[column] as number) - factor * (top[column] as number);
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const row = rows[i] as number[];
    let rest = row[size] as number;
    for (let j = i + 1; j < size; j++) rest -= (row[j] as number) * (solution[j] as number);
    solution[i] = rest / (row[i] as number);
  }
  return solution;
}
