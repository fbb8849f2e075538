import type { Schema } from "../input/index.ts";

/** How the GPUs of servers are watched. */
export interface GpuWatchConfig {
  /** They are looked at so often: whether they work, and whether somebody else is at work on them. 0: never. */
  readonly lookSeconds: number;
  /** So often it is checked which containers were given them. 0: never. */
  readonly auditSeconds: number;
  /** Names of containers that may have GPUs without being at work on them: monitors. */
  readonly ignore: readonly string[];
}

const DAY = 86_400;
const text = { type: "string", minLength: 1, maxLength: 255 } as const;

export const gpuWatchSchema = {
  title: "GpuWatch",
  type: "object",
  properties: {
    lookSeconds: { type: "number", minimum: 0, maximum: DAY, default: 30 },
    auditSeconds: { type: "number", minimum: 0, maximum: DAY, default: 5 },
    ignore: { type: "array", maxItems: 1000, items: text, default: [] },
  },
  additionalProperties: false,
  default: {},
} as const satisfies Schema;
