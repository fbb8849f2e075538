import { type Coefficients, coefficientsShape, features } from "./curve.ts";
import type { Unit } from "./measure.ts";
import { nnls } from "./nnls.ts";
import { amount, fieldsOf, oneOf, orNull, positive, text } from "./shape.ts";

/** What one job took with so many units on so many servers. */
export interface Cell {
  readonly job: string;
  readonly model: string | null;
  readonly unit: Unit;
  readonly size: number;
  readonly servers: number;
  /** For one unit of work. */
  readonly seconds: number;
  readonly windows: number;
}

/** What a circle's cells say of GPUs of one model. */
export interface Fit {
  readonly model: string | null;
  readonly coefficients: Coefficients;
  /** Seconds for one unit of work with one unit of hardware, in the geometric mean; null where never measured. */
  readonly paces: Readonly<Record<Unit, number | null>>;
}

export const cellShape = fieldsOf<Cell>({
  job: text,
  model: orNull(text),
  unit: oneOf("epoch", "step", "fraction"),
  size: positive,
  servers: positive,
  seconds: positive,
  windows: amount,
});
export const fitShape = fieldsOf<Fit>({
  model: orNull(text),
  coefficients: coefficientsShape,
  paces: fieldsOf<Fit["paces"]>({ epoch: orNull(positive), step: orNull(positive), fraction: orNull(positive) }),
});

/** More windows than these make a measurement no surer; one from early samples only counts half a window. */
const MOST_WINDOWS = 8;
const NO_WINDOW = 0.5;
/** How much measurements on GPUs of another model say of the shape. */
const OTHER_MODEL = 0.25;
/** Standard deviation of ln(seconds) in one window. */
const NOISE = 0.2;
const ROUNDS = 4;
/** A factor of a thousand: no size is so much faster or slower than another. */
const WIDEST = Math.log(1000);
const RIDGE = 0.02;
/** What it costs that a coefficient leaves the prior, by how much it matters at usual sizes. */
const STIFFNESS: Coefficients = [1, 1, 256, 1];

/**
 * Fits the shape of the curve and, beside it, how long a unit of work is in each job. The two are found in turn: with a shape, each job's scale
 * is its mean residual, drawn towards its batch (same GPU model, same unit) as far as jobs of one size agree; with the scales, the shape
 * is the non-negative least squares of the relative error, drawn towards the prior. So jobs of different length still tell the shape, and
 * a family of equal jobs, each measured at one size, does too.
 * @param kinship standard deviation of ln(scale) between jobs, until they show another
 */
export function fitted(cells: readonly Cell[], prior: Coefficients, model: string | null, kinship: number): Fit {
  const rows = cells.map(({ size, servers }) => features(size, servers));
  const logs = cells.map(({ seconds }) => Math.log(seconds));
  const weights = cells.map(
    (cell) => Math.max(NO_WINDOW, Math.min(MOST_WINDOWS, cell.windows)) * (cell.model === model ? 1 : OTHER_MODEL),
  );
  const batchOf = numbered(cells.map(({ unit, model: on }) => `${unit} ${on}`));
  const jobOf = numbered(cells.map(({ job }, i) => `${batchOf[i]} ${job}`));
  const scatter = scatterOf(cells, logs, batchOf, kinship);
  const trust = sums(weights, jobOf).map((evidence, job) => {
    const variance = scatter[batchOf[jobOf.indexOf(job)] as number] as number;
    return 1 / (1 + NOISE ** 2 / evidence / variance);
  });
  const residuals = ([fixed, shared, perUnit, across]: Coefficients): number[] =>
    rows.map(([f, s, p, a], i) => (logs[i] as number) - Math.log(fixed * f + shared * s + perUnit * p + across * a));

  let coefficients = prior;
  for (let round = 0; round < ROUNDS; round++) {
    const left = residuals(coefficients);
    const usual = means(left, weights, batchOf);
    const own = means(left, weights, jobOf);
    const scaled = logs.map((log, i) => {
      const [job, batch] = [jobOf[i] as number, usual[batchOf[i] as number] as number];
      const scale = batch + (trust[job] as number) * ((own[job] as number) - batch);
      return Math.exp(Math.min(WIDEST, Math.max(-WIDEST, log - scale)));
    });
    coefficients = shapeOf(rows, scaled, weights, prior);
  }
  const scales = means(residuals(coefficients), weights, batchOf);
  const paceIn = (unit: Unit): number | null => {
    const at = cells.findIndex((cell) => cell.unit === unit && cell.model === model);
    return at < 0 ? null : Math.exp(scales[batchOf[at] as number] as number);
  };
  return { model, coefficients, paces: { epoch: paceIn("epoch"), step: paceIn("step"), fraction: paceIn("fraction") } };
}

/**
 * Variance of ln(scale) between the jobs of each batch, from those measured at the same size. The fraction of a run is no measure between
 * jobs: those that ask for more are often longer too.
 */
function scatterOf(
  cells: readonly Cell[],
  logs: readonly number[],
  batchOf: readonly number[],
  kinship: number,
): number[] {
  const alike = numbered(cells.map(({ size, servers }, i) => `${batchOf[i]} ${size} ${servers > 1}`));
  const ones = cells.map(() => 1);
  const usual = means(logs, ones, alike);
  const squares = sums(
    logs.map((log, i) => (log - (usual[alike[i] as number] as number)) ** 2),
    batchOf,
  );
  const freedom = sums(ones, batchOf);
  for (const group of new Set(alike)) {
    const batch = batchOf[alike.indexOf(group)] as number;
    freedom[batch] = (freedom[batch] as number) - 1;
  }
  return squares.map((sum, batch) => {
    if (cells[batchOf.indexOf(batch)]?.unit === "fraction") return Number.POSITIVE_INFINITY;
    return (kinship ** 2 + sum) / (1 + (freedom[batch] as number));
  });
}

/** @param seconds what each row took, in units of its job's scale */
function shapeOf(
  rows: readonly Coefficients[],
  seconds: readonly number[],
  weights: readonly number[],
  prior: Coefficients,
): Coefficients {
  const gram = STIFFNESS.map((stiffness, j) => prior.map((_, i) => (i === j ? RIDGE * stiffness : 0)));
  const moment = STIFFNESS.map((stiffness, j) => RIDGE * stiffness * (prior[j] as number));
  rows.forEach((row, at) => {
    const [took, weight] = [seconds[at] as number, weights[at] as number];
    for (let j = 0; j < row.length; j++) {
      const left = (weight * (row[j] as number)) / took;
      const products = gram[j] as number[];
      moment[j] = (moment[j] as number) + left;
      for (let i = 0; i < row.length; i++) products[i] = (products[i] as number) + (left * (row[i] as number)) / took;
    }
  });
  const [fixed, shared, perUnit, across] = nnls(gram, moment) as [number, number, number, number];
  const one = fixed + shared;
  return one > 0 ? [fixed / one, shared / one, perUnit / one, across / one] : prior;
}

/** Each key's number, counted from 0 in the order of first appearance. */
function numbered(keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return keys.map((key) => {
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}

/** By group. */
function sums(values: readonly number[], groupOf: readonly number[]): number[] {
  const found: number[] = [];
  values.forEach((value, i) => {
    const group = groupOf[i] as number;
    found[group] = (found[group] ?? 0) + value;
  });
  return found;
}

function means(values: readonly number[], weights: readonly number[], groupOf: readonly number[]): number[] {
  const weight = sums(weights, groupOf);
  return sums(
    values.map((value, i) => value * (weights[i] as number)),
    groupOf,
  ).map((sum, group) => sum / (weight[group] as number));
}
