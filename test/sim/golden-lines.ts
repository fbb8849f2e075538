import type { Event } from "../../src/core/event.ts";
import type { Placement } from "../../src/core/server.ts";

/** What happened, in a few words; null for what goes without saying. */
export function lineOf(event: Event): string | null {
  switch (event.type) {
    case "JobSubmitted": {
      const { gpus, cores } = event.spec;
      const { min, max, preferred } = gpus.max > 0 ? gpus : cores;
      const size = min === max ? preferred : `${preferred} (${min} to ${max})`;
      return `is submitted, for ${size} ${gpus.max > 0 ? "GPUs" : "cores"}`;
    }
    case "JobPlaced":
      return `gets ${placed(event.on)}: ${event.reason}`;
    case "JobPreempted":
      return `has to stop: ${event.cause}`;
    case "JobMigrated":
      return `moves to ${placed(event.to)}: ${event.cause}`;
    case "JobResized":
      return `${event.live ? "now has" : "restarts with"} ${placed(event.to)}: ${event.cause}`;
    case "JobRequeued":
      return `${event.promoted ? "is promoted to" : "goes to"} queue ${event.level}`;
    case "JobPaused":
      return `is frozen by the ${event.by}`;
    case "JobResumed":
      return event.on ? `goes on with ${placed(event.on)}` : "goes on";
    case "JobUpdated":
      return `is changed: ${JSON.stringify(event.patch)}`;
    case "JobGivenUp":
      return `is given up: ${event.cause.message}`;
    case "CheckpointCarried":
      return `has its checkpoint of ${event.bytes / 2 ** 20} MiB carried in ${event.millis / 1000} s`;
    case "RunStarted":
      return "runs";
    case "RunResized":
      return "has let go of what it had more";
    case "RunExited":
      if (event.outcome.kind === "failed") return `fails: ${event.outcome.cause.message}`;
      return event.outcome.kind === "stopped" ? "has stopped" : "is done";
    case "ServerHealthChanged":
      return event.health === "up" ? "is back" : `is ${event.health}: ${event.reason}`;
    case "ServerJoined":
    case "RunProgressed":
    case "RunPrepared":
      return null;
    default:
      return event.type;
  }
}

/** `server-1[0,1] server-2[0]`; cores after a semicolon where there are any. */
const placed = (on: Placement): string =>
  on
    .map(({ server, gpus, cores }) => {
      const devices = gpus.map((id) => id.slice(server.length + 1)).join(",");
      return `${server}[${[...(gpus.length > 0 ? [devices] : []), ...(cores.length > 0 ? [`${cores.length} cores`] : [])].join("; ")}]`;
    })
    .join(" ");
