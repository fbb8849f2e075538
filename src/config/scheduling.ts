import { DEFAULT_GUARDS, type Guards } from "../core/guards.ts";
import type { Schema } from "../input/index.ts";
import type { SchedulingConfig } from "./config.ts";

const DAY = 86_400;

const seconds = (millis: number, minimum = 0) =>
  ({ type: "number", minimum, maximum: 365 * DAY, default: millis / 1000 }) as const;
const factor = (value: number, maximum: number) => ({ type: "number", minimum: 0, maximum, default: value }) as const;
const count = (value: number, minimum = 0) =>
  ({ type: "integer", minimum, maximum: 1_000_000, default: value }) as const;

/** The guards as the file has them; `schedulearn.example.yaml` says what they mean. */
export const schedulingSchema = {
  type: "object",
  properties: {
    planSpacingSeconds: seconds(DEFAULT_GUARDS.planSpacingMillis),
    cooldownSeconds: seconds(DEFAULT_GUARDS.cooldownMillis),
    horizonSeconds: seconds(DEFAULT_GUARDS.horizonMillis, 1),
    restartFactor: factor(DEFAULT_GUARDS.restartFactor, 1000),
    endFactor: factor(DEFAULT_GUARDS.endFactor, 1000),
    migrationRestSeconds: seconds(DEFAULT_GUARDS.migrationRestMillis),
    migrationGainSeconds: seconds(DEFAULT_GUARDS.migrationGainMillis),
    migrationGainFraction: factor(DEFAULT_GUARDS.migrationGainFraction, 1),
    maxMigrations: count(DEFAULT_GUARDS.maxMigrations),
    maxConcurrentMigrations: count(DEFAULT_GUARDS.maxConcurrentMigrations),
    maxTransitions: count(DEFAULT_GUARDS.maxTransitions, 1),
    corePreemption: { type: "string", enum: ["pause", "stop"], default: DEFAULT_GUARDS.pauseCores ? "pause" : "stop" },
    defragment: { type: "string", enum: ["off", "placement", "on"], default: DEFAULT_GUARDS.defragment ?? "placement" },
  },
  additionalProperties: false,
  default: {},
} as const satisfies Schema;

export function guardsFrom(scheduling: SchedulingConfig): Guards {
  const { planSpacingSeconds, cooldownSeconds, horizonSeconds, migrationRestSeconds, migrationGainSeconds, ...rest } =
    scheduling;
  const { corePreemption, ...same } = rest;
  return {
    ...same,
    planSpacingMillis: planSpacingSeconds * 1000,
    cooldownMillis: cooldownSeconds * 1000,
    horizonMillis: horizonSeconds * 1000,
    migrationRestMillis: migrationRestSeconds * 1000,
    migrationGainMillis: migrationGainSeconds * 1000,
    pauseCores: corePreemption === "pause",
  };
}
