import type { JobEvent } from "./event.ts";
import type { Job } from "./job.ts";
import { heldBy, isOver } from "./job.ts";
import type { Run } from "./run.ts";

/** News of a run that is past, or that was told before. */
export function isStale(job: Job, run: Run | undefined, event: JobEvent): boolean {
  if (!("attempt" in event) || event.type === "JobPlaced") return false;
  const { state } = job;
  const { status } = state;
  if (event.type === "JobGivenUp") return isOver(job) || (event.attempt !== null && event.attempt !== job.attempt);
  if (event.attempt === job.attempt + 1) return status !== "migrating";
  if (event.attempt !== job.attempt) return true;
  if (event.type === "RunResized")
    return status !== "running" || state.leaving === null || event.generation !== job.generation;
  if (event.type === "RunProgressed" || event.type === "CheckpointSaved" || event.type === "CheckpointBackedUp")
    return false;
  if (event.type === "RunStarted")
    return (status !== "starting" && status !== "cancelling") || (run?.startedAt ?? null) !== null;
  if (event.type === "RunPrepared" || event.type === "RunPreparing") return status !== "starting";
  return heldBy(job).length === 0;
}
