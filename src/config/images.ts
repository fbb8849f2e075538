import type { Schema } from "../input/index.ts";

/** When images that jobs have used are removed from servers that run full. */
export interface ImagesConfig {
  /** Removal begins when this much of an engine's disk is in use, and ends at `lowPercent`. */
  readonly highPercent: number;
  readonly lowPercent: number;
  /** Names that are never removed; `*` stands for any characters. */
  readonly keep: readonly string[];
  /** Only what no job has used for so long. */
  readonly minAgeHours: number;
}

/** Where private images come from. */
export interface RegistryConfig {
  /** As image names begin: `registry.example.org:5000`; `docker.io` for Docker Hub. */
  readonly host: string;
  readonly username: string;
  /** One of both. */
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
}

const percent = (value: number) => ({ type: "integer", minimum: 1, maximum: 100, default: value }) as const;

export const imagesSchema = {
  type: "object",
  properties: {
    highPercent: percent(85),
    lowPercent: percent(70),
    keep: { type: "array", maxItems: 1000, items: { type: "string", minLength: 1, maxLength: 512 }, default: [] },
    minAgeHours: { type: "number", minimum: 0, maximum: 100_000, default: 24 },
  },
  additionalProperties: false,
  default: {},
} as const satisfies Schema;

export const registriesSchema = {
  type: "array",
  maxItems: 1000,
  items: {
    type: "object",
    properties: {
      host: {
        type: "string",
        maxLength: 255,
        pattern: "^[A-Za-z0-9][A-Za-z0-9.-]*(:\\d{1,5})?$",
        patternErrorMessage: "must be a host as image names begin, such as registry.example.org:5000",
      },
      username: { type: "string", minLength: 1, maxLength: 255 },
      passwordFile: { type: "string", minLength: 1, maxLength: 4096 },
      passwordEnv: {
        type: "string",
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        patternErrorMessage: "must be the name of a variable",
      },
    },
    required: ["host", "username"],
    additionalProperties: false,
  },
  default: [],
} as const satisfies Schema;
