import type { SqlEntityManager } from "@mikro-orm/sqlite";
import { domainError } from "../core/errors.ts";
import type { Job, JobStatus } from "../core/job.ts";
import type { BatchId } from "../core/job-spec.ts";
import type { ServerId } from "../core/server.ts";
import type { Instant } from "../core/time.ts";
import type { Page } from "./page.ts";

/** Jobs of which all that is given here is true. */
export interface JobFilter {
  readonly statuses?: readonly JobStatus[];
  readonly user?: string;
  readonly type?: string;
  readonly name?: string;
  /** Labels that must all be there. */
  readonly labels?: Readonly<Record<string, string>>;
  /** A part of the name, type or user in any case, or the id or the number in it. */
  readonly search?: string;
  /** They run or have run there. */
  readonly server?: ServerId;
  readonly batch?: BatchId;
  /** Of each batch only the first job that is on record. */
  readonly firstOfBatch?: boolean;
  /** Submitted at this time or later. */
  readonly since?: Instant;
}

export type JobOrder = "newest-first" | "oldest-first" | "name" | "priority" | "last-ended";

export interface JobPageRequest {
  readonly filter: JobFilter;
  readonly order: JobOrder;
  readonly first: number;
  /** The number of the job behind which the page begins. */
  readonly after: number | null;
  /** So many are left out in front. */
  readonly skip?: number;
}

/** What is compared, ascending; the job's number decides between equals, so that an order has no two of one place. */
const orders: Readonly<Record<JobOrder, { readonly key: string; readonly number: "asc" | "desc" }>> = {
  "newest-first": { key: "0", number: "desc" },
  "oldest-first": { key: "0", number: "asc" },
  name: { key: "name collate nocase", number: "desc" },
  priority: { key: "-priority", number: "asc" },
  "last-ended": { key: "-coalesce(ended_at, 0)", number: "desc" },
};

interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** One page of jobs: two statements. @throws DomainError when the job behind which it begins is gone and its place with it */
export async function readJobs(em: SqlEntityManager, request: JobPageRequest): Promise<Page<Job>> {
  const { filter, order, first, skip = 0 } = request;
  const { key, number } = orders[order];
  const wanted = conditions(filter);
  const [{ total } = { total: 0 }] = await em.execute<{ total: number }[]>(
    `select count(*) as total from job ${where(wanted)}`,
    valuesOf(wanted),
  );
  const behind = await placeBehind(em, request);
  const rows = await em.execute<{ body: string }[]>(
    `select body from job ${where([...wanted, ...behind])} order by ${key === "0" ? "" : `${key}, `}number ${number} limit ? offset ?`,
    [...valuesOf([...wanted, ...behind]), first + 1, skip],
  );
  const items = rows.slice(0, first).map(({ body }) => JSON.parse(body) as Job);
  return { items, total, hasMore: rows.length > first };
}

async function placeBehind(em: SqlEntityManager, { order, after }: JobPageRequest): Promise<Condition[]> {
  if (after === null) return [];
  const { key, number } = orders[order];
  const beyond = number === "desc" ? "<" : ">";
  if (key === "0") return [{ sql: `number ${beyond} ?`, values: [after] }];
  const [mark] = await em.execute<{ key: unknown }[]>(`select ${key} as key from job where number = ?`, [after]);
  if (!mark) throw domainError("NOT_FOUND", `job-${after}, behind which the page begins, is gone`, ["after"]);
  return [{ sql: `(${key} > ? or (${key} = ? and number ${beyond} ?))`, values: [mark.key, mark.key, after] }];
}

function conditions({ statuses, user, type, name, labels, search, server, since, ...batches }: JobFilter): Condition[] {
  const found: Condition[] = [];
  const add = (sql: string, ...values: unknown[]): unknown => found.push({ sql, values });
  if (statuses) add("status in (select value from json_each(?))", JSON.stringify(statuses));
  if (user !== undefined) add("user = ?", user);
  if (type !== undefined) add("type = ?", type);
  if (name !== undefined) add("name = ?", name);
  for (const [label, value] of Object.entries(labels ?? {}))
    add("exists (select 1 from json_each(labels) where key = ? and value = ?)", label, value);
  if (server !== undefined) add("id in (select job from run where server = ?)", server);
  if (since !== undefined) add("submitted_at >= ?", since);
  if (batches.batch !== undefined) add("batch = ?", batches.batch);
  if (batches.firstOfBatch)
    add("(batch is null or number in (select min(number) from job where batch is not null group by batch))");
  if (search) {
    const part = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
    const columns = ["name", "type", "user"].map((column) => `${column} like ? escape '\\'`);
    add(`(${columns.join(" or ")} or id = ? or id = 'job-' || ?)`, part, part, part, search, search);
  }
  return found;
}

const where = (all: readonly Condition[]): string =>
  all.length === 0 ? "" : `where ${all.map(({ sql }) => sql).join(" and ")}`;
const valuesOf = (all: readonly Condition[]): unknown[] => all.flatMap(({ values }) => values);
