import type { Instant, Millis } from "../core/time.ts";
import { EventRow, SettingRow } from "./rows.ts";
import type { Store } from "./store.ts";

/** Progress older than this is thinned. */
export const PROGRESS_KEPT_WHOLE: Millis = 3_600_000;
/** Then one progress event of a run is kept per span of this length. */
const THINNED_TO: Millis = 60_000;

/** Up to which sequence number progress events have been thinned; 0 if never. */
export async function progressThinnedTo(store: Store): Promise<number> {
  const row = await store.fork().findOne(SettingRow, { key: "progressThinnedTo" }, { disableIdentityMap: true });
  return Number(row?.value ?? 0);
}

/**
 * Thins the progress events told before `before`, or the log of a busy cluster would grow by gigabytes a day. The last of each
 * minute stays, and the first of each run: so folding the log still gives the same rows. Returns how far it got.
 */
export async function thinProgress(store: Store, before: Instant): Promise<number> {
  const from = await progressThinnedTo(store);
  return store.fork().transactional(async (em) => {
    const [next] = await em.find(
      EventRow,
      { seq: { $gt: from }, at: { $gte: before } },
      { orderBy: { seq: "asc" }, limit: 1, disableIdentityMap: true },
    );
    const [last] = await em.find(EventRow, {}, { orderBy: { seq: "desc" }, limit: 1, disableIdentityMap: true });
    const to = (next?.seq ?? (last?.seq ?? 0) + 1) - 1;
    if (to <= from) return from;
    const window =
      "from event where type = 'RunProgressed' and seq > ? and seq <= ? group by job, json_extract(body, '$.attempt')";
    await em.execute(
      `delete from event where type = 'RunProgressed' and seq > ? and seq <= ?
         and seq not in (select max(seq) ${window}, at / ${THINNED_TO})
         and seq not in (select min(seq) ${window})`,
      [from, to, from, to, from, to],
    );
    await em.upsert(SettingRow, { key: "progressThinnedTo", value: to }, { disableIdentityMap: true });
    return to;
  });
}
