import { expect, it } from "vitest";
import { Draws } from "../../../src/sim/forecast/draws.ts";

const RUNS = 200;
const all = (draws: Draws, job: number, spread: number): number[] =>
  Array.from({ length: draws.runs }, (_, run) => draws.factor(run, job, spread));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it.each([0.1, 0.5, 1])("draws for a spread of %d have the mean 1, and that spread", (spread) => {
  const factors = all(new Draws(1, RUNS), 17, spread);
  expect(mean(factors)).toBeCloseTo(1, 1);
  const deviation = Math.sqrt(mean(factors.map((factor) => (factor - 1) ** 2)));
  expect(deviation / spread).toBeGreaterThan(0.85);
  expect(deviation / spread).toBeLessThan(1.05);
});

it("each job has one draw from each equal part of the distribution, in an order of its own", () => {
  const draws = new Draws(1, RUNS);
  const [one, other] = [all(draws, 17, 0.5), all(draws, 18, 0.5)];
  expect(one).not.toEqual(other);
  const sorted = [...one].sort((a, b) => a - b);
  expect([...other].sort((a, b) => a - b)).toEqual(sorted);
  // Of the lognormal distribution with sigma 0.472: its deciles are exp(sigma z - sigma^2 / 2).
  expect(sorted[RUNS / 2]).toBeCloseTo(0.894, 1);
  expect(sorted[RUNS / 10]).toBeCloseTo(0.894 * Math.exp(-0.472 * 1.2816), 1);
  const correlation = mean(one.map((value, i) => (value - 1) * ((other[i] as number) - 1))) / 0.25;
  expect(Math.abs(correlation)).toBeLessThan(0.2);
});

it("jobs of one kind are in part more or less than believed together, and each as much as any other", () => {
  const draws = new Draws(1, RUNS);
  const of = (job: number, kind: string): number[] =>
    Array.from({ length: RUNS }, (_, run) => Math.log(draws.factor(run, job, 0.5, kind)));
  const correlation = (one: readonly number[], other: readonly number[]): number => {
    const [a, b] = [mean(one), mean(other)];
    const product = (x: readonly number[], y: readonly number[], c: number, d: number): number =>
      mean(x.map((value, i) => (value - c) * ((y[i] as number) - d)));
    return product(one, other, a, b) / Math.sqrt(product(one, one, a, a) * product(other, other, b, b));
  };
  expect(Math.abs(correlation(of(17, "a"), of(18, "a")) - 0.25)).toBeLessThan(0.15);
  expect(Math.abs(correlation(of(17, "a"), of(18, "b")))).toBeLessThan(0.2);
  expect(mean(of(17, "a").map(Math.exp))).toBeCloseTo(1, 1);
});

it("the same seed gives the same draws, and a job of certain work comes to just that", () => {
  expect(all(new Draws(3, 20), 5, 0.4)).toEqual(all(new Draws(3, 20), 5, 0.4));
  expect(all(new Draws(3, 20), 5, 0.4)).not.toEqual(all(new Draws(4, 20), 5, 0.4));
  expect(new Set(all(new Draws(3, 20), 5, 0))).toEqual(new Set([1]));
});
