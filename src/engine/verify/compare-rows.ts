import { isDeepStrictEqual } from "node:util";
import type { Run } from "../../core/run.ts";
import { toJobRow, toMigrationRow, toRunRow } from "../../store/event-log.ts";
import { Queries } from "../../store/queries.ts";
import { JobRow, MigrationRow, RunRow } from "../../store/rows.ts";
import type { Store } from "../../store/store.ts";
import { type FoldedRows, throughJson } from "./folded-rows.ts";

/** A row that is not as the log makes it. */
export interface RowDifference {
  readonly table: string;
  readonly key: string;
  /** Null where there is none. */
  readonly stored: unknown;
  readonly folded: unknown;
}

export interface RowComparison {
  /** How many rows of each table are as the log makes them. */
  readonly same: Readonly<Record<string, number>>;
  readonly differences: readonly RowDifference[];
}

/** So many differences are told of. */
const MOST = 20;

/**
 * What adds up over the whole log is compared only where it can: versions before the log told of rounds kept no usage and learned nothing,
 * and the estimator had learned from progress that was thinned out since.
 */
export async function compareRows(
  store: Store,
  rows: FoldedRows,
  sums: { readonly usage: boolean; readonly lessons: boolean },
): Promise<RowComparison> {
  const em = store.fork();
  const queries = new Queries(store);
  const all = { disableIdentityMap: true } as const;
  // A key that was sent with the request, so that it is not done twice, goes with the job's event and not with the job.
  const jobs = (await em.find(JobRow, {}, all)).map((row) => ({ ...row, submitKey: null }));
  const runs = await em.find(RunRow, {}, all);
  // Versions that did not note what a run had lost left that out of their rows.
  const silent = new Set(runs.flatMap(({ id, body }) => (body.lostMillis === undefined ? [id] : [])));
  const bare = ({ lostMillis, ...run }: Run): Run =>
    silent.has(run.id) || lostMillis === undefined ? run : { ...run, lostMillis };
  const pairs: [table: string, stored: Map<string, unknown>, folded: Map<string, unknown>][] = [
    [
      "job",
      keyed(jobs, "id"),
      keyed(
        [...rows.jobs.values()].map((job) => toJobRow(job, null)),
        "id",
      ),
    ],
    ["run", keyed(runs, "id"), keyed([...rows.runs.values()].map(bare).map(toRunRow), "id")],
    [
      "migration",
      keyed(await em.find(MigrationRow, {}, all), "id"),
      keyed([...rows.migrations.values()].map(toMigrationRow), "id"),
    ],
    ["server", keyed(await queries.servers(), "id"), rows.servers],
  ];
  if (sums.usage) pairs.push(["usage", keyed(await queries.usage(), "user"), rows.usage]);
  if (sums.lessons) pairs.push(["lesson", keyed(await queries.lessons(), "key"), rows.lessons]);
  const same: Record<string, number> = {};
  const differences: RowDifference[] = [];
  for (const [table, stored, folded] of pairs) {
    same[table] = 0;
    for (const key of new Set([...stored.keys(), ...folded.keys()])) {
      const [a, b] = [throughJson(stored.get(key) ?? null), throughJson(folded.get(key) ?? null)];
      if (isDeepStrictEqual(a, b)) same[table]++;
      else if (differences.length < MOST) differences.push({ table, key, stored: a, folded: b });
    }
  }
  return { same, differences };
}

const keyed = <T extends object>(rows: readonly T[], key: keyof T): Map<string, unknown> =>
  new Map(rows.map((row) => [String(row[key]), { ...row }]));
