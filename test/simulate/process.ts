import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../setup/clone.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM = join(root, "bin/schedulearn.mjs");

/** The command as it is installed, in a process of its own: only there it has threads. */
export function startSimulate(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return watch(spawn(process.execPath, [PROGRAM, "simulate", ...args], { env: { ...process.env, ...env } }));
}

export const simulateInProcess = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> =>
  startSimulate(args, env).ended;

/** The same where no file can become larger than so many KiB. */
export const simulateWithLittleRoom = (args: readonly string[], kib: number): Promise<Ended> =>
  watch(spawn("bash", ["-c", `ulimit -f ${kib}; exec "$@"`, "bash", process.execPath, PROGRAM, "simulate", ...args]))
    .ended;

function watch(child: ChildProcess) {
  const told = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (chunk) => {
      told[stream] += String(chunk);
    });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...told })));
  return { child, ended };
}
