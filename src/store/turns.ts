import type { Instant } from "../core/time.ts";
import { type Boot, TurnRow } from "./rows.ts";
import type { Store } from "./store.ts";

export type Turn = Required<TurnRow>;

/** The server has taken the state in, which is that of the log up to `seq`. */
export async function recordBoot(store: Store, seq: number, at: Instant, boot: Boot): Promise<void> {
  const copy = structuredClone(boot); // MikroORM writes into what it is given, and settings are frozen
  await store.fork().insert(TurnRow, { seq, at, decided: null, cuts: null, boot: copy });
}

/** Turns behind that number, oldest first. */
export async function readTurns(store: Store, after: number, limit: number): Promise<Turn[]> {
  const rows = await store
    .fork()
    .find(TurnRow, { number: { $gt: after } }, { orderBy: { number: "asc" }, limit, disableIdentityMap: true });
  return rows.map((row) => ({ ...row, boot: row.boot && withInfinity(row.boot) }) as Turn);
}

/** A guard without a limit is null in JSON. */
const withInfinity = ({ guards, ...boot }: Boot): Boot => ({
  ...boot,
  guards: Object.fromEntries(
    Object.entries(guards).map(([name, value]) => [name, value ?? Number.POSITIVE_INFINITY]),
  ) as unknown as Boot["guards"],
});
