import type { Schema } from "../input/index.ts";

/** How much of the output of jobs is kept. */
export interface LogsConfig {
  /** Output of attempts that ended longer ago is removed; all is kept unless given. */
  readonly keepDays?: number;
  /** Of all output together; the oldest is removed first. No limit unless given. */
  readonly maxGiB?: number;
  /** Of one attempt so much is stored, and its last lines. */
  readonly maxRunMiB: number;
}

export const logsSchema = {
  type: "object",
  properties: {
    keepDays: { type: "number", exclusiveMinimum: 0, maximum: 100_000 },
    maxGiB: { type: "number", exclusiveMinimum: 0, maximum: 1_000_000 },
    maxRunMiB: { type: "integer", minimum: 1, maximum: 1_000_000_000, default: 10_240 },
  },
  additionalProperties: false,
  default: {},
} as const satisfies Schema;
