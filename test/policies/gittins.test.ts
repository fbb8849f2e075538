import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gittins } from "../../src/policies/gittins.ts";

/** Straight from the definition: Pr(S - a <= Δ | S > a) / E[min(S - a, Δ) | S > a]. */
function byDefinition(services: readonly number[], attained: number, quantum: number): number {
  const alive = services.filter((service) => service > attained);
  if (alive.length === 0) return 0;
  const chance = alive.filter((service) => service - attained <= quantum).length / alive.length;
  const served = alive.reduce((sum, service) => sum + Math.min(service - attained, quantum), 0) / alive.length;
  return chance / served;
}

const ascending = (services: readonly number[]): readonly number[] => [...services].sort((a, b) => a - b);

describe("Gittins' index", () => {
  it("is the chance to end within the quantum by the service that takes, of those that lasted as long", () => {
    const service = fc.integer({ min: 1, max: 20_000 });
    const services = fc.array(service, { minLength: 30, maxLength: 200 }).map(ascending);
    fc.assert(
      fc.property(services, fc.integer({ min: 0, max: 25_000 }), service, (samples, attained, quantum) => {
        const expected = byDefinition(samples, attained, quantum);
        expect(gittins(samples)?.(attained, quantum)).toBeCloseTo(expected, 12);
        expect(gittins(samples)?.(attained, quantum)).toBeCloseTo(expected, 12); // sums are kept, and right
      }),
    );
  });

  it("counts what is left of a service, not all of it, so that old jobs are not held for long ones", () => {
    // of those beyond 3000, half are done within 1000 more
    const services = ascending([...Array(20).fill(100), ...Array(10).fill(4000), ...Array(10).fill(9000)]);
    expect(gittins(services)?.(3000, 3250)).toBeCloseTo(0.5 / ((1000 + 3250) / 2), 12);
  });

  it("is higher for those that are sooner done, and 0 for who has outlasted all", () => {
    const index = gittins(ascending(Array.from({ length: 40 }, (_, i) => 100 + 50 * i)));
    expect(index?.(2000, 200)).toBeGreaterThan(index?.(0, 200) as number);
    expect(index?.(1e6, 200)).toBe(0);
  });

  it("says nothing from fewer than 30 jobs", () => {
    expect(gittins(Array(29).fill(5))).toBeNull();
    expect(gittins(Array(30).fill(5))).not.toBeNull();
  });
});
