import { createHash, randomBytes } from "node:crypto";
import type { PolicySetting } from "../core/policy.ts";
import { SettingRow, TokenRow } from "./rows.ts";
import type { Store } from "./store.ts";

const TOKEN_BYTES = 24;

/** The name under which this database's containers are known; made once. Two databases never touch each other's containers. */
export async function clusterId(store: Store): Promise<string> {
  const known = await read(store, "cluster");
  if (typeof known === "string") return known;
  const id = `sl${randomBytes(4).toString("hex")}`;
  await store.fork().insert(SettingRow, { key: "cluster", value: id });
  return id;
}

/** What keys of runs are made from; made once, and told to nobody. */
export async function runSecret(store: Store): Promise<string> {
  const known = await read(store, "runSecret");
  if (typeof known === "string") return known;
  const secret = randomBytes(32).toString("hex");
  await store.fork().insert(SettingRow, { key: "runSecret", value: secret });
  return secret;
}

export const policySetting = async (store: Store): Promise<PolicySetting | null> =>
  (await read(store, "policy")) as PolicySetting | null;

/** The greatest job number ever given: numbers of deleted jobs are not given again. */
export const lastJobNumber = async (store: Store): Promise<number> =>
  ((await read(store, "lastJob")) as number | null) ?? 0;

async function read(store: Store, key: string): Promise<unknown> {
  return (await store.fork().findOne(SettingRow, { key }, { disableIdentityMap: true }))?.value ?? null;
}

/** An access token as it is known here: never its text. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** The token's text is told this once. */
export async function createToken(store: Store, name: string, now: number): Promise<Token & { secret: string }> {
  const secret = `slt_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  const token = { id: randomBytes(4).toString("hex"), name, createdAt: now };
  await store.fork().insert(TokenRow, { ...token, hash: hashOf(secret) });
  return { ...token, secret };
}

export async function listTokens(store: Store): Promise<Token[]> {
  const rows = await store.fork().find(TokenRow, {}, { orderBy: { createdAt: "asc" }, disableIdentityMap: true });
  return rows.map(({ id, name, createdAt }) => ({ id, name, createdAt }));
}

export const revokeToken = async (store: Store, id: string): Promise<boolean> =>
  (await store.fork().nativeDelete(TokenRow, { id })) > 0;

/** The token of that text, or null. Compared by hash: nothing about a near miss can be learned from the time it takes. */
export async function findToken(store: Store, secret: string): Promise<Token | null> {
  const row = await store.fork().findOne(TokenRow, { hash: hashOf(secret) }, { disableIdentityMap: true });
  return row && { id: row.id, name: row.name, createdAt: row.createdAt };
}

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
