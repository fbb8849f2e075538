import type { Fault } from "../core/errors.ts";
import { faultAt } from "../input/index.ts";
import { repeats } from "./servers.ts";
import type { WebhookConfig } from "./webhooks.ts";

/** What the schema does not see. */
export const webhookFaults = (webhooks: readonly WebhookConfig[]): Fault[] => [
  ...repeats(webhooks, ["name"], ["webhooks"]),
  ...webhooks.flatMap(({ url, secret, secretFile, secretEnv }, i): Fault[] => {
    const path = ["webhooks", String(i)];
    const secrets = [secret, secretFile, secretEnv].filter((one) => one !== undefined);
    const several = secrets.length > 1 ? [faultAt(path, "give one of secret, secretFile and secretEnv")] : [];
    const problem = urlProblem(url);
    return problem === null ? several : [...several, faultAt([...path, "url"], problem)];
  }),
];

function urlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    return "must be an address such as https://hooks.example.org/schedulearn";
  if (url.username || url.password) return "must have no user and password: what is sent is signed with the secret";
  return null;
}
