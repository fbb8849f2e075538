import type { JobForecast } from "../../../src/core/forecast.ts";
import type { PolicySetting } from "../../../src/core/policy.ts";
import { ASKED, forecastOf } from "../../../src/sim/forecast/forecast.ts";
import { type Present, presentOf } from "../../../src/sim/forecast/present.ts";
import type { World } from "../../core/world.ts";

export const setting = (policy: string, options: PolicySetting["options"] = {}): PolicySetting => ({
  policy,
  options,
  placement: "consolidate",
});

/** What is forecast of the world as it is, under the policy that is in force there. */
export const forecastHere = (world: World, runs: number | null = null, seed = 1): ReadonlyMap<string, JobForecast> =>
  forecastNow(presentOf(world.scheduler, world.now), world.scheduler.setting, runs, seed);

export function forecastNow(
  present: Present,
  under: PolicySetting,
  runs: number | null = null,
  seed = 1,
): ReadonlyMap<string, JobForecast> {
  const [forecast] = forecastOf({ present, settings: [under], jobs: null, runs, seed, patience: ASKED }).policies;
  return new Map(forecast?.jobs.map((each) => [each.job, each]));
}
