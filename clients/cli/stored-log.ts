import type { LogBatch, LogLine, SchedulearnClient } from "../sdk/index.ts";
import { filterOf, type LogWish } from "./log-wish.ts";

/** The server gives no more at once. */
const PAGE = 1_000;

/** What is stored now of what is wanted, page by page: of a long log never more than that is held. */
export async function* storedLog(
  client: SchedulearnClient,
  id: string,
  wish: LogWish,
  signal: AbortSignal,
): AsyncGenerator<LogBatch, void, undefined> {
  const { tail, attempt } = wish;
  const only = attempt === undefined ? {} : { attempt };
  const filter = filterOf(wish);
  if (tail === undefined) return yield* pages(client, id, { ...only, filter }, null, signal);
  if (filter === null && tail <= PAGE) {
    const batch = await client.logs(id, { ...only, last: Math.max(1, tail) }, { signal });
    return yield tail === 0 ? { ...batch, lines: [] } : batch;
  }
  if (filter === null && attempt === undefined) {
    const { linesToCursor: all } = await client.logPage(id, { last: 1 }, { signal });
    const first = await client.logPage(id, { line: Math.max(1, all - tail + 1), first: PAGE }, { signal });
    yield { ...first, lines: first.lines.map(({ number: _, ...line }) => line) };
    if (first.hasMore) yield* pages(client, id, {}, first.cursor, signal);
    return;
  }
  yield* lastOf(pages(client, id, { ...only, filter }, null, signal), tail);
}

async function* pages(
  client: SchedulearnClient,
  id: string,
  only: Pick<Parameters<SchedulearnClient["logs"]>[1] & object, "attempt" | "filter">,
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<LogBatch, void, undefined> {
  for (let after = from; ; ) {
    const batch: LogBatch = await client.logs(id, { ...only, first: PAGE, after }, { signal });
    yield batch;
    if (!batch.hasMore) return;
    after = batch.cursor;
  }
}

/** One batch of the last lines of all. */
async function* lastOf(batches: AsyncIterable<LogBatch>, count: number): AsyncGenerator<LogBatch, void, undefined> {
  let lines: LogLine[] = [];
  let last: LogBatch | null = null;
  for await (const batch of batches) {
    lines = [...lines, ...batch.lines].slice(-count || Number.POSITIVE_INFINITY);
    last = batch;
  }
  if (last) yield { ...last, lines: count === 0 ? [] : lines };
}
