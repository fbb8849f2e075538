import type { Instant } from "../core/time.ts";
import { EventRow, SettingRow } from "./rows.ts";
import type { Store } from "./store.ts";

/** How far a webhook was told of what happened. */
export interface WebhookPlace {
  /** The last event that it was told of, or that it is not to be told of. */
  readonly seq: number;
  readonly deliveredAt: Instant | null;
}

const keyOf = (name: string): string => `webhook:${name}`;

export async function webhookPlace(store: Store, name: string): Promise<WebhookPlace | null> {
  const row = await store.fork().findOne(SettingRow, { key: keyOf(name) }, { disableIdentityMap: true });
  return (row?.value as WebhookPlace | undefined) ?? null;
}

export async function keepWebhookPlace(store: Store, name: string, place: WebhookPlace): Promise<void> {
  await store.fork().upsert(SettingRow, { key: keyOf(name), value: { ...place } }, { disableIdentityMap: true });
}

/** How many events of these types lie behind a place; no more than `most` are counted. */
export async function countEvents(
  store: Store,
  after: number,
  types: readonly string[],
  most: number,
): Promise<number> {
  const rows = await store
    .fork()
    .find(
      EventRow,
      { seq: { $gt: after }, type: { $in: [...types] } },
      { fields: ["seq"], limit: most, disableIdentityMap: true },
    );
  return rows.length;
}
