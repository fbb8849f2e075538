import { readFileSync } from "node:fs";
import type { WebhookConfig } from "../config/index.ts";
import { domainError } from "../core/errors.ts";
import { Webhook, type WebhookHouse, type WebhookState } from "./webhook.ts";

/** All webhooks of the configuration. */
export class Webhooks {
  readonly #all: readonly Webhook[];

  /** @throws DomainError as `webhookSecrets` does */
  constructor(configs: readonly WebhookConfig[], house: WebhookHouse) {
    const secrets = webhookSecrets(configs);
    this.#all = configs.map((config, i) => new Webhook(config, secrets[i] ?? null, house));
  }

  states(): Promise<readonly WebhookState[]> {
    return Promise.all(this.#all.map((webhook) => webhook.state()));
  }

  /** Null when it took the test, else why not. @throws DomainError when there is none of that name */
  async test(name: string): Promise<string | null> {
    const found = this.#all.find((webhook) => webhook.name === name);
    if (found) return found.test();
    const names = this.#all.map((webhook) => webhook.name).join(", ");
    throw domainError("NOT_FOUND", `there is no webhook ${name}; there are: ${names || "none"}`, ["name"]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((webhook) => webhook.close()));
  }
}

/** @throws DomainError for one that cannot be had */
export const webhookSecrets = (configs: readonly WebhookConfig[]): (string | null)[] => configs.map(secretOf);

function secretOf({ secret, secretFile, secretEnv }: WebhookConfig, index: number): string | null {
  if (secretFile !== undefined) {
    try {
      return readFileSync(secretFile, "utf8").trim();
    } catch (error) {
      throw domainError("INVALID_INPUT", `webhooks.${index}.secretFile cannot be read: ${(error as Error).message}`, [
        "webhooks",
        String(index),
        "secretFile",
      ]);
    }
  }
  if (secretEnv === undefined) return secret ?? null;
  const value = process.env[secretEnv];
  if (value) return value;
  throw domainError("INVALID_INPUT", `webhooks.${index}.secretEnv: the variable ${secretEnv} is not set`, [
    "webhooks",
    String(index),
    "secretEnv",
  ]);
}
