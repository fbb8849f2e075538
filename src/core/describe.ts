import type { Event } from "./event.ts";
import type { JobProgress } from "./job.ts";
import type { Outcome } from "./outcome.ts";
import type { Placement } from "./server.ts";
import { coreCount, gpuCount } from "./server.ts";

/** What happened, as one plain sentence without a full stop. */
export function describeEvent(event: Event): string {
  switch (event.type) {
    case "JobSubmitted":
      return `${event.job} was submitted by ${event.spec.user}: ${event.spec.name}`;
    case "JobCancelled":
      return `${event.by} ${event.delete ? "deleted" : "cancelled"} ${event.job}${because(event.cause?.message)}`;
    case "JobUpdated":
      return `${event.job} was changed: ${Object.keys(event.patch).join(", ")}`;
    case "JobPaused":
      return event.by === "policy" ? `${event.job} was paused: others have its cores` : `${event.job} was paused`;
    case "JobResumed":
      return event.on ? `${event.job} goes on with ${place(event.on)}` : `${event.job} was resumed`;
    case "JobRetried":
      return `${event.job} was told to try again`;
    case "JobPlaced":
      return `run ${event.attempt} of ${event.job} was placed on ${place(event.on)} (${event.reason})`;
    case "JobPreempted":
      return `${event.job} was preempted: ${event.cause}${event.for ? `: ${event.for.join(", ")}` : ""}`;
    case "JobMigrated":
      return `${event.job} began to move to ${place(event.to)} (${event.cause}${event.live ? ", live" : ""}${event.makesRoomFor ? `: ${event.makesRoomFor} can start` : ""})`;
    case "JobResized":
      return `${event.job} ${event.live ? "was given" : "goes on with"} ${place(event.to)}: ${event.cause}`;
    case "JobRequeued":
      return event.promoted
        ? `${event.job} has waited long and is in queue ${event.level} again`
        : `${event.job} has had its share and is in queue ${event.level} now`;
    case "JobGivenUp":
      return `${event.job} was given up: ${event.cause.message}`;
    case "RetriesRenewed":
      return `${event.job} has trained for long: what the infrastructure did to it before counts no more`;
    case "DependencyMet":
      return `${event.job} need not wait for ${event.on} any more`;
    case "BatchTurnCame":
      return `${event.job} has its turn in its batch`;
    case "JobDeleted":
      return `the record of ${event.job} was deleted`;
    case "RunPreparing":
      return `run ${event.attempt} of ${event.job} is ${event.phase}${percent(event.fraction)}`;
    case "RunPrepared":
      return `run ${event.attempt} of ${event.job} is ready to start`;
    case "CheckpointLost":
      return `${event.job} begins anew: ${event.reason}`;
    case "CheckpointCarried":
      return `the checkpoint of ${event.job} was carried: ${event.bytes} bytes in ${event.millis / 1000} s${there(event.kept)}`;
    case "RunStarted":
      return `run ${event.attempt} of ${event.job} started`;
    case "RunPauseFailed":
      return `${event.job} could not be paused: ${event.reason}`;
    case "RunDumpFailed":
      return `run ${event.attempt} of ${event.job} stays where it is: its memory could not be written: ${event.reason}`;
    case "RunRestoreFailed":
      return `run ${event.attempt} of ${event.job} starts from its checkpoint, not from its memory: ${event.reason}`;
    case "RunResized":
      return `run ${event.attempt} of ${event.job} has taken over its grant`;
    case "RunExited":
      return `run ${event.attempt} of ${event.job} ${ended(event.outcome)}`;
    case "RunProgressed":
      return `${event.job} ${progress(event.progress)}`;
    case "CheckpointSaved":
      return `${event.job} saved a checkpoint${event.step === null ? "" : ` at step ${event.step}`}`;
    case "CheckpointBackedUp":
      return `the checkpoint of ${event.job} was backed up: ${event.bytes} bytes in ${event.files} files`;
    case "CheckpointRestored":
      return `${event.job} goes on with the copy of its checkpoint that was backed up`;
    case "CheckpointDropped":
      return `the checkpoint of ${event.job} was removed: ${event.reason}`;
    case "ServerJoined":
      return `server ${event.server} joined (${event.joined.endpoint})`;
    case "ServerInventoried":
      return `server ${event.server} has ${event.gpus.length} GPUs, ${event.cores} cores, ${event.memoryMiB} MiB`;
    case "GpuStateChanged":
      if (event.fault !== null) return `GPU ${event.gpu} is quarantined: ${event.fault}`;
      return `GPU ${event.gpu} ${event.busy === null ? "can be given to jobs" : `is given to nobody: ${event.busy}`}`;
    case "ServerMeasured":
      return `server ${event.server} has ${event.images.length} images${event.freeDiskMiB === null ? "" : `, and ${event.freeDiskMiB} MiB of free disk`}`;
    case "ServerHealthChanged":
      return `server ${event.server} is ${event.health}${event.reason === null ? "" : `: ${event.reason}`}`;
    case "ServerDrained":
      return `server ${event.server} ${event.draining ? `is draining${because(event.reason)}` : "takes jobs again"}`;
    case "ServerCordoned":
      return `server ${event.server} ${event.cordoned ? `is cordoned${because(event.reason)}` : "is not cordoned any more"}`;
    case "ServerRemoved":
      return `server ${event.server} was removed`;
    case "PolicyChanged":
      return `the policy is ${event.policy} with the placement ${event.placement}`;
    case "RoundFailed":
      return `the policy ${event.policy} failed and nothing was changed: ${event.reason}`;
  }
}

function place(on: Placement): string {
  const [gpus, cores] = [gpuCount(on), coreCount(on)];
  const servers = on.map(({ server }) => server).join(", ");
  if (gpus > 0) return `${gpus} GPU${gpus === 1 ? "" : "s"} of ${servers}`;
  return cores > 0 ? `${cores} core${cores === 1 ? "" : "s"} of ${servers}` : servers;
}

const there = (kept: { bytes: number } | undefined): string =>
  kept && kept.bytes > 0 ? `, ${kept.bytes} bytes were there already` : "";
const because = (reason: string | null | undefined): string => (reason ? `: ${reason}` : "");
const percent = (fraction: number | null): string => (fraction === null ? "" : ` (${Math.floor(fraction * 100)} %)`);

function ended(outcome: Outcome): string {
  if (outcome.kind === "failed") return `failed: ${outcome.cause.message}`;
  return outcome.kind === "succeeded" ? "ended well" : "stopped";
}

function progress({ epoch, epochs, step, steps, fraction }: JobProgress): string {
  const of = (what: string, at?: number, all?: number): string | null =>
    at === undefined ? null : `${what} ${at}${all === undefined ? "" : ` of ${all}`}`;
  const parts = [of("epoch", epoch, epochs), of("step", step, steps)].filter((part) => part !== null);
  if (parts.length > 0) return `is at ${parts.join(", ")}`;
  return fraction === null ? "told new figures" : `is at ${Math.floor(fraction * 100)} %`;
}
