import type { JobSpec } from "../core/job-spec.ts";
import type { Costs } from "../drivers/simulated.ts";
import type { CostSettings, CostSheet } from "./settings.ts";

/** What the drivers are told of the costs: for all jobs alike, or by the job's model where a model differs. */
export function driverCosts(sheet: CostSheet): Costs | ((run: { readonly spec: JobSpec }) => Costs) {
  const general = toMillis(sheet);
  const models = new Map(Object.entries(sheet.models).map(([model, own]) => [model, toMillis(own)]));
  return models.size === 0 ? general : ({ spec }) => models.get(spec.name) ?? general;
}

function toMillis(costs: CostSettings): Costs {
  const { prepare, start, stop, carry, resize, checkpoint, transfer } = costs;
  const size = costs["checkpoint-mib"];
  return {
    prepareMillis: prepare * 1000,
    startMillis: start * 1000,
    stopMillis: (stop + checkpoint) * 1000,
    carryMillis: Math.round((carry + (transfer > 0 ? size / transfer : 0)) * 1000),
    resizeMillis: resize * 1000,
    checkpointEveryMillis: costs["checkpoint-every"] * 1000,
    checkpointMillis: costs["checkpoint-every"] > 0 ? checkpoint * 1000 : 0,
    checkpointBytes: size * 2 ** 20,
  };
}

/** Of its model, or the general ones. */
export const costsOf = (sheet: CostSheet, model: string): CostSettings =>
  Object.hasOwn(sheet.models, model) ? (sheet.models[model] as CostSettings) : sheet;

/** The part of its speed that a gang of this model keeps on so many servers, two or more. */
export const spreadSpeed =
  (sheet: CostSheet) =>
  (model: string, servers: number): number => {
    const costs = costsOf(sheet, model);
    return costs.spread * costs["spread-more"] ** (servers - 2);
  };

/** What any job may need to stop, in seconds. */
export const longestStop = (sheet: CostSheet): number =>
  Math.max(...[sheet, ...Object.values(sheet.models)].map(({ stop, checkpoint }) => stop + checkpoint));

/** Whether something holds of all costs on the sheet. */
export const every = (sheet: CostSheet, holds: (costs: CostSettings) => boolean): boolean =>
  [sheet, ...Object.values(sheet.models)].every(holds);
