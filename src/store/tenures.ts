import type { SqlEntityManager } from "@mikro-orm/sqlite";
import type { JobId } from "../core/job.ts";
import type { GpuId, ServerId, Share } from "../core/server.ts";
import { shareWithout, type TenureChange, type TenureStatus } from "../core/tenure.ts";
import type { Instant } from "../core/time.ts";
import type { Page } from "./page.ts";
import type { TenureRow } from "./rows.ts";
import type { Store } from "./store.ts";

/** A time that a job held a part of a server. */
export interface PastTenure {
  /** Counts up in the order in which they were recorded. */
  readonly number: number;
  readonly job: JobId;
  /** Of the job as it is now; null when it has been deleted. */
  readonly name: string | null;
  readonly user: string | null;
  readonly attempt: number;
  readonly generation: number;
  readonly server: ServerId;
  readonly status: TenureStatus;
  readonly since: Instant;
  /** Null while it lasts. */
  readonly until: Instant | null;
  readonly gpus: readonly GpuId[];
  readonly cores: readonly number[];
  readonly memoryMiB: number;
}

export interface TenuresRequest {
  /** Those that lie at least in part between these. */
  readonly from: Instant;
  readonly to: Instant;
  readonly server?: ServerId | undefined;
  readonly job?: JobId | undefined;
  readonly first: number;
  /** The number behind which the page begins. */
  readonly after: number | null;
}

/** Ends what the jobs held until then, and begins what they hold now. One that lasts no time at all is left out. */
export async function recordTenures(em: SqlEntityManager, changes: readonly TenureChange[]): Promise<TenureRow[]> {
  if (changes.length === 0) return [];
  const firstChange = new Map<JobId, Instant>();
  const open = new Map<JobId, TenureRow[]>();
  const rows: TenureRow[] = [];
  for (const change of changes) {
    const { job, at } = change;
    if (!firstChange.has(job)) firstChange.set(job, at);
    for (const row of open.get(job) ?? []) row.until = Math.max(row.since, at);
    const begun = rowsOf(change);
    open.set(job, begun);
    rows.push(...begun);
  }
  await em.execute(
    `update tenure set until = max(since, ended.at)
       from (select json_extract(value, '$[0]') as job, json_extract(value, '$[1]') as at from json_each(?)) as ended
      where tenure.job = ended.job and tenure.until is null`,
    [JSON.stringify([...firstChange])],
  );
  return rows.filter(({ since, until }) => until === null || until > since);
}

/** One for each server of each. */
function rowsOf({ at, job, attempt, generation, holds }: TenureChange): TenureRow[] {
  const first = holds[0]?.on ?? [];
  return holds.flatMap(({ on, status }, i) => {
    const shares = i === 0 ? on : on.map((share) => shareWithout(share, first)).filter(hasAny);
    return shares.map(
      ({ server, gpus, cores, memoryMiB }): TenureRow => ({
        ...{ job, attempt, generation, server, status, since: at, until: null },
        ...{ gpus: [...gpus], cores: [...cores], memoryMiB },
      }),
    );
  });
}

const hasAny = ({ gpus, cores }: Share): boolean => gpus.length + cores.length > 0;

const FEW = 5_000;

/** In the order in which they were recorded. */
export async function readTenures(store: Store, request: TenuresRequest): Promise<Page<PastTenure>> {
  const { from, to, server, job, first, after } = request;
  const where = [
    "(tenure.until is null or (tenure.until > ? and tenure.until > tenure.since)) and tenure.since < ?",
    ...(server === undefined ? [] : ["tenure.server = ?"]),
    ...(job === undefined ? [] : ["tenure.job = ?"]),
  ].join(" and ");
  const values = [from, to, ...[server, job].filter((value) => value !== undefined)];
  const connection = store.fork().getConnection();
  const [counted] = await connection.execute<{ total: number }[]>(
    `select count(*) as total from tenure where ${where}`,
    values,
  );
  const total = counted?.total ?? 0;
  // With a sign before it the number is no key to go by, and the window is: that is less where it holds only a few.
  const number = total <= FEW ? "+tenure.number" : "tenure.number";
  const rows = await connection.execute<Stored[]>(
    `select tenure.number, tenure.job, job.name, job.user, tenure.attempt, tenure.generation, tenure.server, tenure.status,
            tenure.since, tenure.until, tenure.gpus, tenure.cores, tenure.memory_mi_b as memoryMiB
       from tenure left join job on job.id = tenure.job
      where ${where} and ${number} > ? order by ${number} limit ?`,
    [...values, after ?? 0, first + 1],
  );
  return {
    items: rows.slice(0, first).map(({ gpus, cores, ...row }) => ({
      ...row,
      gpus: JSON.parse(gpus),
      cores: JSON.parse(cores),
    })),
    total,
    hasMore: rows.length > first,
  };
}

type Stored = Omit<PastTenure, "gpus" | "cores"> & { readonly gpus: string; readonly cores: string };
