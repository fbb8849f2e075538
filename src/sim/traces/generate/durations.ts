import { exponential, normal, quantile, type Random } from "./draw.ts";
import { exp, ln } from "./elementary.ts";
import type { Form } from "./forms.ts";

/**
 * Of one virtual cluster of Microsoft's Philly trace (M. Jeon et al., "Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training
 * Workloads", USENIX ATC 2019), rounded: half of the jobs take less than 21 minutes, one in a hundred more than three days.
 */
const PHILLY = [
  [0, 10],
  [0.05, 75],
  [0.1, 130],
  [0.25, 600],
  [0.5, 1_250],
  [0.75, 5_200],
  [0.9, 22_000],
  [0.95, 67_000],
  [0.99, 270_000],
  [0.999, 1_150_000],
  [1, 2_200_000],
] as const;

/** In seconds: what each distribution is called, and its numbers. */
export const DURATIONS = {
  fixed: ["seconds"],
  exponential: ["mean"],
  lognormal: ["median", "sigma"],
  pareto: ["least", "alpha"],
  philly: [],
} as const;

export function drawDuration(random: Random, { kind, numbers }: Form<keyof typeof DURATIONS>): number {
  const [first = 0, second = 0] = numbers;
  switch (kind) {
    case "fixed":
      return first;
    case "exponential":
      return exponential(random, first);
    case "lognormal":
      return first * exp(second * normal(random));
    case "pareto":
      return first * exp(-ln(1 - random()) / second);
    case "philly":
      return quantile(PHILLY, random());
  }
}
