import type { Schema } from "../input/index.ts";

/** Which copies of checkpoints the server keeps in its data folder, and for how long folders stay on the servers. */
export interface CheckpointsConfig {
  /** Between two copies of one job's checkpoint; 0: none are made. */
  readonly backupSeconds: number;
  /** How many copies of a job are kept. */
  readonly backupsKept: number;
  /** What all copies may take. */
  readonly vaultGiB: number;
  /** How long folders and copies of a job that is over are kept; 0: until its record is deleted. */
  readonly keepDays: number;
}

export const checkpointsSchema = {
  type: "object",
  properties: {
    backupSeconds: { type: "number", minimum: 0, maximum: 31_536_000, default: 600 },
    backupsKept: { type: "integer", minimum: 1, maximum: 1000, default: 2 },
    vaultGiB: { type: "number", minimum: 0, maximum: 1_000_000, default: 100 },
    keepDays: { type: "number", minimum: 0, maximum: 36_500, default: 0 },
  },
  additionalProperties: false,
  default: {},
} as const satisfies Schema;
