import type { RunOrder } from "../core/command.ts";
import type { Cause, InfrastructureFault, Outcome } from "../core/outcome.ts";
import { checkpointKey, type SimulatedWorld } from "./simulated-world.ts";

const infrastructure = (code: InfrastructureFault, message: string): Cause => ({
  origin: "infrastructure",
  code,
  message,
});
const failed = (cause: Cause): Outcome => ({ kind: "failed", cause });

/** Of a run that was to begin on a server that is down. */
export const UNREACHABLE = failed(infrastructure("daemon-error", "the server cannot be reached"));
export const LOST = failed(infrastructure("server-lost", "the server has crashed"));
export const GPU_LOST = failed(infrastructure("gpu-lost", "a GPU has failed"));

/** Why a run cannot have the checkpoint that it is to begin with; null where it can. */
export function carryFault(
  { down, checkpoints }: SimulatedWorld,
  { job, checkpoint: { from } }: RunOrder,
): Cause | null {
  if (!from) return null;
  if (down.has(from.server)) return infrastructure("checkpoint-carry", `${from.server} cannot be reached`);
  if (checkpoints.has(checkpointKey(job, from))) return null;
  return infrastructure("checkpoint-carry", `${from.server} has no checkpoint of ${job}`);
}
