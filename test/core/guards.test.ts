import { describe, expect, it } from "vitest";
import type { Estimates } from "../../src/core/estimates.ts";
import { DEFAULT_GUARDS, Guard, type Guards } from "../../src/core/guards.ts";
import { aServer, aSpec, World } from "./world.ts";

/** 1,000 s of work are left at one GPU, half of it at two; a restart takes 10 s. */
const estimates = {
  of: () => ({ remainingSeconds: 1_000, restartSeconds: 10, speedup: (size: number) => size }),
} as unknown as Estimates;

describe("a move to another size", () => {
  it.each<[boolean, string, Partial<Guards>]>([
    [true, "gains 490 s, which is enough", {}],
    [false, "gains less than it must", { migrationGainMillis: 500_000 }],
    [false, "gains too small a part of what is left", { migrationGainFraction: 0.5 }],
    [false, "costs more than it gains", { restartFactor: 100 }],
  ])("is worth it (%s) where it %s", (isWorth, _, patch) => {
    const world = new World({ durations: { "job-1": 1_000_000 } }).join(aServer("a", 2));
    world.submit("job-1", aSpec()).run(100);
    const guard = new Guard({ ...DEFAULT_GUARDS, ...patch }, 100, estimates, 0);
    expect(guard.isWorthMigrating(world.job("job-1"), 2)).toBe(isWorth);
  });
});
