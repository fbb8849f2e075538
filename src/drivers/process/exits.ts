import type { Cause, Outcome } from "../../core/outcome.ts";
import { exitWords } from "../exit-words.ts";
import type { Exit } from "./run-folder.ts";

/** Shells answer 128 + n when signal n killed their command. */
const KILLED_IN_SHELL = 137;

/** @param command for the message only */
export function outcomeOf(exit: Exit, command: readonly string[]): Outcome {
  if (exit.stopped) return { kind: "stopped" };
  if (exit.lost) {
    return failed({ origin: "infrastructure", code: "server-lost", message: "its supervisor was killed" });
  }
  if (exit.error) return failed(startFault(exit.error, command[0] ?? ""));
  if (exit.code === 0) return { kind: "succeeded" };
  const killed = exit.signal === "SIGKILL" || exit.code === KILLED_IN_SHELL;
  if (killed && exit.oomKills) {
    const message = `killed by SIGKILL; meanwhile the machine ran out of memory, and its kernel killed so many processes: ${exit.oomKills}`;
    return failed({ origin: "infrastructure", code: "host-oom", message });
  }
  const code = exit.signal === null ? "exit" : "signal";
  return failed({ origin: "application", code, message: exitWords(exit.code, exit.signal) });
}

function startFault({ code, message }: { code: string | null; message: string }, command: string): Cause {
  switch (code) {
    case "ENOENT":
      return { origin: "application", code: "command-not-found", message: `command not found: ${command}` };
    case "EACCES":
    case "ENOTDIR":
    case "EPERM":
    case "ENOEXEC":
    case "E2BIG":
    case "ERR_INVALID_ARG_VALUE":
      return {
        origin: "application",
        code: "command-not-found",
        message: `command cannot be executed: ${command} (${code})`,
      };
    default:
      return infrastructureFault(message, code);
  }
}

/** @param fault what went wrong on our side before the job ran */
export function infrastructureFault(message: string, errno: string | null): Cause {
  if (errno === "ENODEV") return { origin: "infrastructure", code: "gpu-lost", message };
  const full = errno === "ENOSPC" || errno === "EDQUOT";
  return { origin: "infrastructure", code: full ? "disk-full" : "daemon-error", message };
}

export const failed = (cause: Cause): Outcome => ({ kind: "failed", cause });
