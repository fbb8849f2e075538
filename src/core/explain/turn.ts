import type { Job, JobId } from "../job.ts";
import { poolOf } from "../job-spec.ts";
import type { Contender } from "../pool.ts";
import type { TurnedAway } from "../witness.ts";
import { type Blocker, blocker } from "./blocker.ts";
import { type Hearing, type Line, lineWith } from "./hearing.ts";
import { counted, named, span } from "./words.ts";

/** At most so many of those ahead are named to whoever asks. */
const MOST_AHEAD = 20;

/** Those that wait before it in the order in which the policy serves, and what that goes by; null where the policy told of no such order. */
export interface Ahead {
  readonly by: string;
  readonly count: number;
  /** The first of them. */
  readonly jobs: readonly Contender[];
  /** The first behind which nobody may pass; null where whatever fits may. */
  readonly head: JobId | null;
  /** The job is so far behind that it was not looked at: there may be more ahead. */
  readonly isBeyond: boolean;
}

export function aheadOf({ id, spec }: Job, hearing: Hearing): Ahead | null {
  const isOfPool = ({ waiting: [first] }: Line): boolean =>
    first !== undefined && poolOf(first.job.spec) === poolOf(spec);
  const line = lineWith(hearing, id) ?? hearing.lines.find(isOfPool);
  if (!line) return null;
  const place = line.placeOf(id);
  const count = place ?? line.waiting.length;
  const head = [...hearing.heads].find((other) => (line.placeOf(other) ?? count) < count) ?? null;
  return {
    by: line.by,
    count,
    jobs: line.waiting.slice(0, Math.min(count, MOST_AHEAD)),
    head,
    isBeyond: place === null,
  };
}

/** `2 jobs ahead by priority: job-3, job-7`. */
export function orderBlocker({ by, count, jobs, head, isBeyond }: Ahead): Blocker | null {
  if (count === 0) return null;
  const ids = jobs.map(({ job }) => job.id);
  const words = `${isBeyond ? "at least " : ""}${counted(count, "job")} ahead by ${by}: ${named(ids, count)}`;
  return blocker("order", head === null ? words : `${words}; nobody may pass ${head}, which does not fit yet`, {
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
