import { constants } from "node:os";
import type { ContainerInspectInfo } from "dockerode";
import type { ApplicationFault, InfrastructureFault, Outcome } from "../../../core/outcome.ts";
import { exitWords } from "../../exit-words.ts";
import { reasonOf, statusOf } from "../engine/engine.ts";

export type ContainerState = ContainerInspectInfo["State"];
export interface Exit {
  readonly outcome: Outcome;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** What is known of an end besides the container's own state. */
export interface Circumstances {
  /** It was told to stop, and that reached it before its end. */
  readonly stopped: boolean;
  /** Its limit; null for none. */
  readonly memoryMiB: number | null;
  /** The engine ended while the run was there, or we cannot say that it did not. */
  readonly engineEnded: boolean;
  /** The engine was ending when the run ended. */
  readonly engineEnding?: boolean;
  /** The signal by which somebody else had the engine stop it; null when nobody did. */
  readonly askedBy: string | null;
  /** The engine does not tell of memory that was used up. */
  readonly hidesOutOfMemory?: boolean;
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

const application = (code: ApplicationFault, message: string): Outcome => ({
  kind: "failed",
  cause: { origin: "application", code, message },
});

const SIGNAL_BASE = 128;
const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number as number, name]));
export const signalName = (number: number): string => SIGNAL_NAMES.get(number) ?? `signal ${number}`;
/** What an engine leaves of the runs that it took along when it ended. */
const ENDED_WITH_ENGINE: ReadonlySet<number> = new Set([137, 143, 255]);

/** How a container that is over ended. */
export function exitOf(state: ContainerState, circumstances: Circumstances): Exit {
  const { ExitCode: exitCode } = state;
  const signal = exitCode > SIGNAL_BASE ? (SIGNAL_NAMES.get(exitCode - SIGNAL_BASE) ?? null) : null;
  return { outcome: judge(state, signal, circumstances), exitCode, signal };
}

function judge(
  { ExitCode: exitCode, OOMKilled: outOfMemory }: ContainerState,
  signal: string | null,
  { stopped, memoryMiB, engineEnded, engineEnding, askedBy, hidesOutOfMemory = false }: Circumstances,
): Outcome {
  if (stopped) return { kind: "stopped" };
  if (outOfMemory && exitCode !== 0) {
    // Without a limit of its own it is the kernel of the server that had no memory left.
    return memoryMiB === null
      ? infrastructure(
          "host-oom",
          `the server ran out of memory, and its kernel killed the run (exit code ${exitCode})`,
        )
      : application("oom", `out of memory (its limit is ${memoryMiB} MiB), exit code ${exitCode}`);
  }
  if (engineEnding || (engineEnded && ENDED_WITH_ENGINE.has(exitCode))) {
    return infrastructure("server-lost", `the Docker engine ended and took the run with it (exit code ${exitCode})`);
  }
  if (askedBy !== null) {
    return infrastructure(
      "interference",
      `somebody else had the Docker engine send ${askedBy} to its container (exit code ${exitCode})`,
    );
  }
  if (exitCode === 0) return { kind: "succeeded" };
  if (hidesOutOfMemory && signal === "SIGKILL" && memoryMiB !== null)
    return application(
      "oom",
      `killed, probably out of memory: its limit is ${memoryMiB} MiB, and Podman does not tell who killed it`,
    );
  return application(signal ? "signal" : "exit", exitWords(exitCode, signal));
}

/** What the runtime says of a program that it cannot start. */
const NO_PROGRAM =
  /exec: ".*": (.*(no such file|not found|permission denied|is a directory)|exec format error)|exec format error/i;
/** What NVIDIA's hook, a device list or CDI say of a device that is not there, or does not answer. */
const NO_DEVICE =
  /nvidia-container-cli: .*error|error gathering device information|failed to (initialize|get handle).*nvml|unresolvable CDI devices/i;

/** What an error of the engine means for a run that has not started. */
export function engineFailure(error: unknown): Outcome {
  if (error instanceof RunFailure) return error.outcome;
  const reason = reasonOf(error);
  if (/no space left|disk quota exceeded/i.test(reason)) {
    return infrastructure("disk-full", `the server's disk is full: ${reason}`);
  }
  if (NO_PROGRAM.test(reason)) return application("command-not-found", `its program cannot be started: ${reason}`);
  if (NO_DEVICE.test(reason)) return infrastructure("gpu-lost", `a device cannot be given to it: ${reason}`);
  // A fault that the engine finds in the order itself stays one however often it is tried.
  const permanent = statusOf(error) === 400;
  return infrastructure("daemon-error", reason, permanent);
}
