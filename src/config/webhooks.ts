import type { Schema } from "../input/index.ts";

/** What a webhook can be told of. */
export const webhookEvents = [
  "JobSubmitted",
  "JobStarted",
  "JobPreempted",
  "JobMigrated",
  "JobResized",
  "JobPaused",
  "JobResumed",
  "JobRetried",
  "JobCompleted",
  "JobFailed",
  "JobCancelled",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export type WebhookFormat = "json" | "slack" | "text";

/** Somebody who is told by HTTP of what happens to jobs. */
export interface WebhookConfig {
  /** Unique; under it is remembered how far it was told. */
  readonly name: string;
  readonly url: string;
  /** One of these at most; what is sent is signed with it. */
  readonly secret?: string;
  readonly secretFile?: string;
  readonly secretEnv?: string;
  readonly events: readonly WebhookEvent[];
  readonly format: WebhookFormat;
  /** An answer that takes longer is none. */
  readonly timeoutSeconds: number;
}

export const webhooksSchema = {
  type: "array",
  maxItems: 100,
  items: {
    title: "Webhook",
    type: "object",
    properties: {
      name: {
        type: "string",
        pattern: "^[a-z0-9-]{1,40}$",
        patternErrorMessage: "must be 1 to 40 lower-case letters, digits or -",
      },
      url: { type: "string", minLength: 1, maxLength: 2000 },
      secret: { type: "string", minLength: 8, maxLength: 1000 },
      secretFile: { type: "string", minLength: 1, maxLength: 4096 },
      secretEnv: {
        type: "string",
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        patternErrorMessage: "must be the name of a variable",
      },
      events: {
        type: "array",
        minItems: 1,
        maxItems: webhookEvents.length,
        items: { type: "string", enum: webhookEvents },
        default: ["JobCompleted", "JobFailed"],
      },
      format: { type: "string", enum: ["json", "slack", "text"], default: "json" },
      timeoutSeconds: { type: "number", minimum: 1, maximum: 300, default: 10 },
    },
    required: ["name", "url"],
    additionalProperties: false,
  },
  default: [],
} as const satisfies Schema;
