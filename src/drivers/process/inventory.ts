import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { text } from "node:stream/consumers";
import { type DeclaredGpu, declaredGpus, type Gpu } from "../../core/server.ts";
import type { Inventory } from "../driver.ts";
import { foundGpus } from "../found-gpus.ts";
import { parseSmi, SMI_SCRIPT, type SmiReport } from "../nvidia-smi.ts";

/** `auto` asks nvidia-smi; a number declares that many; a list names them. */
export type GpuSetting = "auto" | number | readonly DeclaredGpu[];

const SMI_MILLIS = 10_000;
const MIB = 1024 * 1024;

/**
 * @param declared what the configuration says in place of what the machine has
 * @param known the GPUs that it had when they were last found: while nvidia-smi fails, they are there still
 */
export async function takeInventory(
  server: string,
  declared: { readonly gpus: GpuSetting; readonly cores?: number; readonly memoryMiB?: number },
  known: readonly Gpu[],
  signal: AbortSignal,
): Promise<Inventory> {
  return {
    ...(declared.gpus === "auto"
      ? await findGpus(server, known, signal)
      : { gpus: declaredGpus(server, declared.gpus) }),
    cores: declared.cores ?? allowedCpus().length,
    memoryMiB: declared.memoryMiB ?? Math.floor(totalmem() / MIB),
  };
}

async function findGpus(
  server: string,
  known: readonly Gpu[],
  signal: AbortSignal,
): Promise<Pick<Inventory, "gpus" | "notice">> {
  const { gpus, trouble } = await askSmi([], signal);
  return foundGpus(server, gpus, known, trouble);
}

/**
 * Asks nvidia-smi about this machine. Rejects when it hangs: then the machine is not fit, and that is said.
 * @param names of the GPUs to be asked for one by one where not all can be had at once
 */
export async function askSmi(names: readonly string[], signal: AbortSignal): Promise<SmiReport> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(SMI_MILLIS)]);
  either.throwIfAborted();
  // A group of its own, so that a hanging nvidia-smi does not outlive the shell that asks it.
  const asked = spawn("/bin/sh", ["-c", SMI_SCRIPT], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, KNOWN_GPUS: names.join(" ") },
  });
  asked.on("error", () => undefined); // then there is no output either
  const giveUp = (): void => {
    try {
      if (asked.pid !== undefined) process.kill(-asked.pid, "SIGKILL");
    } catch {
      // it has ended
    }
  };
  either.addEventListener("abort", giveUp, { once: true });
  try {
    const answer = await text(asked.stdout);
    if (either.aborted) throw new Error("nvidia-smi failed: it did not answer in time");
    return parseSmi(answer);
  } finally {
    either.removeEventListener("abort", giveUp);
  }
}

/** The processors that this process may use, by the kernel's numbers: core n of the inventory is the n-th of them. */
export function allowedCpus(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "";
    return list.split(",").flatMap((range) => {
      const [first, last = first] = range.split("-").map(Number);
      if (first === undefined || last === undefined) return [];
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  } catch {
    return cpus().map((_, index) => index);
  }
}
