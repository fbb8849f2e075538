import type { Job, JobId, JobState } from "./job.ts";
import type { Placement, Share } from "./server.ts";
import type { Instant } from "./time.ts";

/** What a job does with what it holds: gets ready there, trains, lets go of it, or rests in its memory. */
export type TenureStatus = "starting" | "running" | "stopping" | "frozen";

/** What a job holds, and what it does there. */
export interface Tenure {
  readonly on: Placement;
  readonly status: TenureStatus;
}

/** From this instant on the job holds that, and nothing else. */
export interface TenureChange {
  readonly at: Instant;
  readonly job: JobId;
  readonly attempt: number;
  readonly generation: number;
  readonly holds: readonly Tenure[];
}

/** Two where a job moves or changes its size; a GPU that is in both counts in the first. */
export function tenuresOf(state: JobState): readonly Tenure[] {
  switch (state.status) {
    case "starting":
      return both(state.on, "starting", state.fallback, "stopping");
    case "running":
      return both(state.on, "running", state.leaving, "stopping");
    case "migrating":
      return both(state.on, state.step === "preparing" ? "running" : "stopping", state.to, "starting");
    case "paused":
      return [{ on: state.on, status: "frozen" }];
    case "preempting":
    case "cancelling":
      return [{ on: state.on, status: "stopping" }];
    default:
      return [];
  }
}

/** Null where the job holds what it held, and does there what it did. */
export function tenureChange(before: Job, after: Job, at: Instant): TenureChange | null {
  if (before.state === after.state) return null;
  const holds = tenuresOf(after.state);
  if (isSame(tenuresOf(before.state), holds)) return null;
  return { at, job: after.id, attempt: after.attempt, generation: after.generation, holds };
}

/** What the share has that the other placement has not. */
export function shareWithout(share: Share, other: Placement): Share {
  const there = other.find(({ server }) => server === share.server);
  if (!there) return share;
  const gpus = share.gpus.filter((gpu) => !there.gpus.includes(gpu));
  return { ...share, gpus, cores: share.cores.filter((core) => !there.cores.includes(core)) };
}

const both = (
  on: Placement,
  status: TenureStatus,
  other: Placement | null,
  statusThere: TenureStatus,
): readonly Tenure[] =>
  other
    ? [
        { on, status },
        { on: other, status: statusThere },
      ]
    : [{ on, status }];

const isSame = (a: readonly Tenure[], b: readonly Tenure[]): boolean =>
  a.length === b.length && a.every(({ on, status }, i) => on === b[i]?.on && status === b[i]?.status);
