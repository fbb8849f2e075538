import { basename } from "node:path";
import { type Average, averageOf } from "../sim/average.ts";
import { jobsIn } from "../sim/experiment.ts";
import type { Metrics } from "../sim/metrics.ts";
import { metricsTable } from "../sim/table.ts";
import type { Arguments } from "./arguments.ts";
import type { World } from "./conditions.ts";
import { runWatched, tellFailures } from "./run-all.ts";
import type { Failure, Outcome, Trial } from "./trial.ts";

/** Runs every policy with every seed and tells the mean of each metric, with how far off it may be. Returns the exit code. */
export async function runSeeds(worlds: readonly World[], options: Arguments, signal: AbortSignal): Promise<number> {
  const { experiments, cluster, columns, threads, quiet } = options;
  const trials = experiments.flatMap((experiment) =>
    worlds.map(
      ({ seed, conditions }): Trial => ({ ...experiment, name: `${experiment.name} with seed ${seed}`, conditions }),
    ),
  );
  const outcomes = await runWatched(trials, { threads, isQuiet: quiet, signal });
  if (!outcomes) return 130;
  const averages: Record<string, Average> = {};
  const failures = new Map<string, readonly string[]>();
  for (const [i, { name }] of experiments.entries()) {
    const own = outcomes.slice(i * worlds.length, (i + 1) * worlds.length);
    const faults = own.flatMap((each, k) => faultsOf(each).map((fault) => `with seed ${worlds[k]?.seed}: ${fault}`));
    if (faults.length > 0) failures.set(name, faults);
    else averages[name] = averageOf(own.map((each) => (each as Outcome).metrics));
  }
  tellFailures(failures, experiments.length);
  if (failures.size === experiments.length) return 1;
  const [means, confidence] = [partOf(averages, "mean"), partOf(averages, "halfWidth")];
  const { conditions } = worlds[0] as World;
  const seeds = worlds.map(({ seed }) => seed);
  const of = { trace: basename(conditions.file), cluster, jobs: jobsIn(conditions), seeds };
  const summary = { ...of, policies: means, confidence };
  process.stdout.write(
    options.json ? `${JSON.stringify(summary, null, 2)}\n` : metricsTable(means, columns, confidence),
  );
  return failures.size > 0 ? 1 : 0;
}

const faultsOf = (outcome: Outcome | Failure): readonly string[] => ("faults" in outcome ? outcome.faults : []);

const partOf = (averages: Readonly<Record<string, Average>>, part: keyof Average): Record<string, Metrics> =>
  Object.fromEntries(Object.entries(averages).map(([name, average]) => [name, average[part]]));
