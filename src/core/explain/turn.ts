import type { Job, JobId } from "../job.ts";
import type { Contender } from "../pool.ts";
import type { TurnedAway } from "../witness.ts";
import { type Blocker, blocker } from "./blocker.ts";
import { type Hearing, lineWith } from "./hearing.ts";
import { counted, named, span } from "./words.ts";

/** Those that wait before it in the order in which the policy serves, and what that goes by; null where the policy told of no such order. */
export interface Ahead {
  readonly by: string;
  readonly jobs: readonly Contender[];
  /** The first of them behind which nobody may pass; null where whatever fits may. */
  readonly head: JobId | null;
  /** The job is so far behind that it was not looked at: there may be more ahead. */
  readonly isBeyond: boolean;
}

export function aheadOf({ id }: Job, hearing: Hearing): Ahead | null {
  const line = lineWith(hearing, id) ?? lineBefore(id, hearing);
  if (!line) return null;
  const at = line.jobs.findIndex(({ job }) => job.id === id);
  const jobs = (at < 0 ? line.jobs : line.jobs.slice(0, at)).filter(({ isRunning }) => !isRunning);
  const head = jobs.find(({ job }) => hearing.heads.has(job.id))?.job.id ?? null;
  return { by: line.by, jobs, head, isBeyond: at < 0 };
}

/** The line of its pool, where only the first were looked at. */
function lineBefore(id: JobId, { lines, snapshot }: Hearing): Hearing["lines"][number] | null {
  const pool = snapshot.pools.find(({ waiting }) => waiting.all.some(({ job }) => job.id === id));
  const inPool = new Set(pool?.contenders.map(({ job }) => job.id));
  return lines.find(({ jobs }) => jobs.some(({ job }) => inPool.has(job.id))) ?? null;
}

/** `2 jobs ahead by priority: job-3, job-7`. */
export function orderBlocker(ahead: Ahead): Blocker | null {
  const { by, jobs, head, isBeyond } = ahead;
  if (jobs.length === 0) return null;
  const ids = jobs.map(({ job }) => job.id);
  const count = `${isBeyond ? "at least " : ""}${counted(ids.length, "job")} ahead by ${by}: ${named(ids)}`;
  return blocker("order", head === null ? count : `${count}; nobody may pass ${head}, which does not fit yet`, {
    jobs: ids,
  });
}

export function turnedAwayBlocker(why: TurnedAway, now: number): Blocker {
  switch (why.kind) {
    case "quota": {
      const unit = why.pool === "gpus" ? "GPUs" : "cores";
      return blocker("quota", `quota of ${why.user}: ${why.held} of ${why.quota} ${unit} used`);
    }
    case "young":
      return blocker("guard", `runs that would make room for it may go on for another ${span(why.at - now)}`, {
        until: why.at,
      });
    case "reservation": {
      const when = why.at === null ? "" : ` in about ${span(why.at - now)}`;
      return blocker(
        "reservation",
        `room is kept for ${why.of}, which is first in line and can start${when || " later"}`,
        {
          jobs: [why.of],
          until: why.at,
        },
      );
    }
  }
}
