import { DEFAULT_PORTS } from "../core/ports.ts";
import type { Schema } from "../input/index.ts";
import { checkpointsSchema } from "./checkpoints.ts";
import { containersSchema } from "./containers.ts";
import { gpuWatchSchema } from "./gpus.ts";
import { imagesSchema, registriesSchema } from "./images.ts";
import { logsSchema } from "./logs.ts";
import { schedulingSchema } from "./scheduling.ts";
import { webhooksSchema } from "./webhooks.ts";

const file = { type: "string", minLength: 1, maxLength: 4096 } as const;
const text = { type: "string", minLength: 1, maxLength: 255 } as const;
const count = (minimum: number, maximum: number) => ({ type: "integer", minimum, maximum }) as const;
const lostAfter = { type: "number", minimum: 1, maximum: 31_536_000 } as const;

export const serverName = {
  type: "string",
  pattern: "^[a-z0-9-]{1,40}$",
  patternErrorMessage: "must be 1 to 40 lower-case letters, digits or -",
} as const;

/** One server, in the file and as the API adds it. */
export const serverSchema = {
  title: "Server",
  type: "object",
  properties: {
    name: serverName,
    endpoint: { type: "string", minLength: 1, maxLength: 1000 },
    tls: {
      type: "object",
      properties: { ca: file, cert: file, key: file },
      required: ["ca", "cert", "key"],
      additionalProperties: false,
    },
    insecure: { type: "boolean", default: false },
    gpus: {
      type: ["string", "integer", "array"],
      pattern: "^auto$",
      patternErrorMessage: "must be auto, a whole number or a list",
      minimum: 0,
      maximum: 1024,
      maxItems: 1024,
      items: {
        type: "object",
        properties: { index: count(0, 65_535), uuid: text, model: text, memoryMiB: count(1, 1_000_000_000) },
        required: ["index"],
        additionalProperties: false,
      },
      default: "auto",
    },
    gpuProbeImage: text,
    cores: count(1, 65_536),
    memoryMiB: count(1, 1_000_000_000),
    address: {
      type: "string",
      maxLength: 253,
      pattern: "^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$",
      patternErrorMessage: "must be the IP address or name under which other servers reach it",
    },
    lostAfterSeconds: lostAfter,
  },
  required: ["name", "endpoint"],
  additionalProperties: false,
} as const satisfies Schema;

/** The configuration file; what comes from the environment and from flags takes the same shape. */
export const configSchema = {
  title: "Configuration",
  type: "object",
  properties: {
    listen: {
      type: "object",
      properties: {
        host: { ...text, default: "127.0.0.1" },
        port: { ...count(0, 65_535), default: 4000 },
        tls: {
          type: "object",
          properties: { cert: file, key: file },
          required: ["cert", "key"],
          additionalProperties: false,
        },
      },
      additionalProperties: false,
      default: {},
    },
    dataDir: { ...file, default: "./data" },
    servers: { type: "array", maxItems: 10_000, items: serverSchema },
    policy: {
      type: ["string", "object"],
      minLength: 1,
      maxLength: 255,
      properties: { key: text, options: { type: "object" } },
      required: ["key"],
      additionalProperties: false,
      default: "fifo",
    },
    placement: { ...text, default: "consolidate" },
    scheduling: schedulingSchema,
    containers: containersSchema,
    images: imagesSchema,
    gpuWatch: gpuWatchSchema,
    registries: registriesSchema,
    minFreeDiskMiB: { ...count(0, 1_000_000_000), default: 2048 },
    code: {
      type: "object",
      properties: { maxMiB: { ...count(1, 1_000_000), default: 256 } },
      additionalProperties: false,
      default: {},
    },
    checkpoints: checkpointsSchema,
    lostAfterSeconds: { ...lostAfter, default: 300 },
    portRange: {
      type: "object",
      properties: {
        first: { ...count(1024, 65_535), default: DEFAULT_PORTS.first },
        last: { ...count(1024, 65_535), default: DEFAULT_PORTS.last },
      },
      additionalProperties: false,
      default: {},
    },
    reapGraceSeconds: { type: "number", minimum: 0, maximum: 86_400, default: 60 },
    allowOrigins: {
      type: "array",
      maxItems: 1000,
      items: {
        type: "string",
        pattern: "^https?://[A-Za-z0-9._\\-\\[\\]:]+$",
        patternErrorMessage: "must be an origin, such as https://monitor.example.org",
      },
      default: [],
    },
    webhooks: webhooksSchema,
    logs: logsSchema,
    log: {
      type: "object",
      properties: {
        level: {
          type: "string",
          enum: ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
          default: "info",
        },
      },
      additionalProperties: false,
      default: {},
    },
    limits: {
      type: "object",
      properties: {
        bodyBytes: { ...count(1024, 1024 ** 3), default: 1024 ** 2 },
        depth: { ...count(1, 100), default: 12 },
        aliases: { ...count(0, 10_000), default: 50 },
        requestsPerSecond: { ...count(1, 1_000_000), default: 100 },
      },
      additionalProperties: false,
      default: {},
    },
  },
  additionalProperties: false,
} as const satisfies Schema;
