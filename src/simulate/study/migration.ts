import { findPolicy } from "../../policies/index.ts";
import type { Conditions } from "../../sim/experiment.ts";
import { metricRow } from "./metric-row.ts";
import type { Study, StudyTrial } from "./study.ts";

/** Moves running work so that a job finds room; the default placement never does. */
const MOVING = "hungarian";

/** What it brings that running jobs may be moved, and that they may be resized. */
export const migration: Study = {
  about: "the same with and without migrations, and with and without elasticity",
  policies: ["fifo", "tiresias", "elastic-tiresias", "goodput"],
  isOfSameJobs: true,
  trials: (experiments, conditions) =>
    experiments.flatMap(({ name, setting }) => {
      const { isElastic } = findPolicy(setting.policy);
      const placement = setting.placement === "consolidate" ? MOVING : setting.placement;
      return [false, true].flatMap((migrates) =>
        (isElastic ? [false, true] : [false]).map((resizes): StudyTrial => {
          const labels = { policy: name, migrations: yes(migrates), elastic: yes(resizes) };
          return {
            name: `${name}, migrations ${labels.migrations}, elastic ${labels.elastic}`,
            setting: { ...setting, placement },
            conditions: variant(conditions, migrates, resizes),
            labels,
          };
        }),
      );
    }),
  rows: ({ metrics }, labels) => {
    const { migrations, resizes, fragmentation } = metrics;
    return [{ ...labels, ...metricRow(metrics), migrated: migrations, resized: resizes, fragmentation }];
  },
};

const yes = (value: boolean): string => (value ? "yes" : "no");

const variant = (conditions: Conditions, migrates: boolean, resizes: boolean): Conditions => ({
  ...conditions,
  guards: migrates ? conditions.guards : { ...conditions.guards, maxMigrations: 0 },
  elastic: resizes ? conditions.elastic : "fixed",
});
