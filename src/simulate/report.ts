import { basename } from "node:path";
import { jobsIn } from "../sim/experiment.ts";
import { type ReportedRun, renderReport } from "../sim/report/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Outcome } from "./trial.ts";

/** More make no title. */
const MOST_NAMES = 6;

/** The page about all policies that came through, by name. */
export function reportOf(
  {
    conditions,
    cluster,
    seed,
    command,
    experiments,
  }: Pick<Arguments, "conditions" | "cluster" | "seed" | "command" | "experiments">,
  outcomes: ReadonlyMap<string, Outcome>,
): string {
  const { file, costs, failures, knowledge } = conditions;
  const { models, ...ofAll } = costs;
  const placements = [...new Set(experiments.map(({ setting }) => setting.placement))];
  const options = experiments.flatMap(({ name, setting }) =>
    Object.entries(setting.options).map(([option, value]) => `${name}.${option}=${value}`),
  );
  const names = [...outcomes.keys()];
  const origin = basename(file).replace(/^--[a-z-]+ /, ""); // `--generate nas`
  const settings = {
    Jobs: `${jobsIn(conditions).toLocaleString("en-US")} of ${origin}`,
    Cluster: cluster,
    Placement: placements.join(", "),
    Options: options.join(" "),
    Costs: `${numbersOf(ofAll) || "none"}${Object.keys(models).length > 0 ? ", and those of models" : ""}`,
    Failures: failures ? numbersOf(failures.settings) : "",
    Estimates: knowledge ?? "",
    Seed: String(seed),
  };
  const runs = [...outcomes].flatMap(([name, { metrics, results, recording }]): ReportedRun[] =>
    recording ? [{ name, metrics, results, recording }] : [],
  );
  return renderReport({
    title: `${names.length > MOST_NAMES ? `${names.length} policies` : names.join(", ")} on ${origin}`,
    command,
    settings: Object.entries(settings).filter(([, value]) => value !== ""),
    runs,
  });
}

/** Those that make a difference. */
const numbersOf = (numbers: object): string =>
  Object.entries(numbers)
    .filter(([name, value]) => value !== (name.startsWith("spread") ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
