import type { Coefficients } from "./curve.ts";
import { type Cell, cellShape, type Fit, fitShape, fitted } from "./fit.ts";
import { amount, fieldsOf, listOf, orNull, tupleOf } from "./shape.ts";

/** What is known of jobs that are alike: of a family, a category, or a pool. */
export interface Circle {
  /** Of completed jobs, oldest first: work in seconds on one unit, and what was asked for. */
  readonly lives: readonly (readonly [seconds: number, request: number])[];
  /** Newest last. */
  readonly cells: readonly Cell[];
  /** By GPU model, newest last. */
  readonly fits: readonly Fit[];
  /** Cells that came since the last fit. */
  readonly unfitted: number;
  /** What a restart costs in the running mean. */
  readonly restartSeconds: number | null;
}

export const NOTHING: Circle = { lives: [], cells: [], fits: [], unfitted: 0, restartSeconds: null };

export const circleShape = fieldsOf<Circle>({
  lives: listOf(tupleOf(amount, amount)),
  cells: listOf(cellShape),
  fits: listOf(fitShape),
  unfitted: amount,
  restartSeconds: orNull(amount),
});

const MOST_CELLS = 50;
const MOST_FITS = 8;
/** A fit is made anew when its cells have changed by this part. */
const RENEWED = 1 / 8;
const SMOOTHING = 0.3;

export const withLife = (circle: Circle, seconds: number, request: number, most: number): Circle => ({
  ...circle,
  lives: [...circle.lives, [seconds, request] as const].slice(-most),
});

export const withRestart = (circle: Circle, seconds: number): Circle => {
  const known = circle.restartSeconds ?? seconds;
  return { ...circle, restartSeconds: known + SMOOTHING * (seconds - known) };
};

/** @param prior the curve of the wider circle @param kinship see `fitted` */
export function withCell(circle: Circle, cell: Cell, prior: Coefficients, kinship: number): Circle {
  const isSame = (other: Cell): boolean =>
    other.job === cell.job &&
    other.model === cell.model &&
    other.unit === cell.unit &&
    other.size === cell.size &&
    other.servers === cell.servers;
  const known = circle.cells.find(isSame);
  if (known && known.windows > 0 && cell.windows === 0) return circle; // a glance is no better than a measurement
  const cells = thinned([...circle.cells.filter((other) => other !== known), cell]);
  const unfitted = circle.unfitted + 1;
  const isKnown = circle.fits.some(({ model }) => model === cell.model);
  if (isKnown && unfitted < RENEWED * cells.length) return { ...circle, cells, unfitted };
  const fits = circle.fits.filter(({ model }) => model !== cell.model).slice(1 - MOST_FITS);
  return { ...circle, cells, fits: [...fits, fitted(cells, prior, cell.model, kinship)], unfitted: 0 };
}

/** Without the oldest cell of the size that has the most, when there are too many: a rare size is not forgotten over a common one. */
function thinned(cells: readonly Cell[]): readonly Cell[] {
  if (cells.length <= MOST_CELLS) return cells;
  const keys = cells.map(({ size, servers }) => (servers > 1 ? -size : size));
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const oldest = keys.findIndex((key) => counts.get(key) === most);
  return cells.filter((_, i) => i !== oldest);
}

/** What it knows of that model, else of the model it last learned of. */
export const fitFor = ({ fits }: Circle, model: string | null): Fit | undefined =>
  fits.find((fit) => fit.model === model) ?? fits.at(-1);
