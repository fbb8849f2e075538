import { type Metrics, mean } from "./metrics.ts";

/** Of several runs that differ by the seed alone: each metric's mean, and how far off that may be. */
export interface Average {
  readonly mean: Metrics;
  /** Half the width of the interval of 95 % confidence; 0 for one run. */
  readonly halfWidth: Metrics;
}

export function averageOf(all: readonly Metrics[]): Average {
  const names = Object.keys(all[0] ?? {}) as (keyof Metrics)[];
  const of = (figure: (values: readonly number[]) => number): Metrics =>
    Object.fromEntries(names.map((name) => [name, figure(all.map((metrics) => metrics[name]))])) as unknown as Metrics;
  return { mean: of(mean), halfWidth: of(halfWidth) };
}

function halfWidth(values: readonly number[]): number {
  const count = values.length;
  if (count < 2) return 0;
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (count - 1);
  return studentT(count - 1) * Math.sqrt(variance / count);
}

/** Student's t for 95 % on both sides, by degrees of freedom, from the usual tables. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086,
];

/** Beyond the table, to within 0.005. */
const studentT = (freedom: number): number => T[freedom - 1] ?? 1.96 + 2.45 / freedom;
