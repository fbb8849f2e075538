import { constants } from "node:os";
import type { ContainerInspectInfo } from "dockerode";
import type { InfrastructureFault, Outcome } from "../../core/outcome.ts";
import { reasonOf, statusOf } from "./engine.ts";

export type ContainerState = ContainerInspectInfo["State"];
export interface Exit {
  readonly outcome: Outcome;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A failure of which the driver already knows what it means for the run. */
export class RunFailure extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome, options?: ErrorOptions) {
    super(outcome.kind === "failed" ? outcome.cause.message : outcome.kind, options);
    this.outcome = outcome;
  }
}

export const infrastructure = (code: InfrastructureFault, message: string, permanent = false): Outcome => ({
  kind: "failed",
  cause: { origin: "infrastructure", code, message, ...(permanent && { permanent }) },
});

const SIGNAL_BASE = 128;
const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number as number, name]));

/** How a container that is over ended. @param stopped it was told to stop, and that reached it before its end */
export function exitOf(state: ContainerState, stopped: boolean, memoryMiB: number | null): Exit {
  const { ExitCode: exitCode, OOMKilled: outOfMemory } = state;
  const signal = exitCode > SIGNAL_BASE ? (SIGNAL_NAMES.get(exitCode - SIGNAL_BASE) ?? null) : null;
  return { outcome: judge(exitCode, signal, outOfMemory, stopped, memoryMiB), exitCode, signal };
}

function judge(
  exitCode: number,
  signal: string | null,
  outOfMemory: boolean,
  stopped: boolean,
  memoryMiB: number | null,
): Outcome {
  if (stopped) return { kind: "stopped" };
  if (exitCode === 0) return { kind: "succeeded" };
  const failed = (code: "oom" | "signal" | "exit", message: string): Outcome => ({
    kind: "failed",
    cause: { origin: "application", code, message },
  });
  if (outOfMemory) {
    const limit = memoryMiB === null ? "" : ` (its limit is ${memoryMiB} MiB)`;
    return failed("oom", `out of memory${limit}, exit code ${exitCode}`);
  }
  return signal
    ? failed("signal", `ended by ${signal}, exit code ${exitCode}`)
    : failed("exit", `exit code ${exitCode}`);
}

/** What an error of the engine means for a run that has not started. */
export function engineFailure(error: unknown): Outcome {
  if (error instanceof RunFailure) return error.outcome;
  const reason = reasonOf(error);
  if (/no space left|disk quota exceeded/i.test(reason)) {
    return infrastructure("disk-full", `the server's disk is full: ${reason}`);
  }
  // A fault that the engine finds in the order itself stays one however often it is tried.
  const permanent = statusOf(error) === 400;
  return infrastructure("daemon-error", reason, permanent);
}
