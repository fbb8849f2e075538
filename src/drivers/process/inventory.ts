import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { promisify } from "node:util";
import { type DeclaredGpu, declaredGpus, type Gpu } from "../../core/server.ts";
import type { Inventory } from "../driver.ts";

/** `auto` asks nvidia-smi; a number declares that many; a list names them. */
export type GpuSetting = "auto" | number | readonly DeclaredGpu[];

const SMI_MILLIS = 10_000;
const MIB = 1024 * 1024;

/** @param declared what the configuration says in place of what the machine has */
export async function takeInventory(
  server: string,
  declared: { readonly gpus: GpuSetting; readonly cores?: number; readonly memoryMiB?: number },
  signal: AbortSignal,
): Promise<Inventory> {
  return {
    gpus: await gpusOf(server, declared.gpus, signal),
    cores: declared.cores ?? allowedCpus().length,
    memoryMiB: declared.memoryMiB ?? Math.floor(totalmem() / MIB),
  };
}

async function gpusOf(server: string, setting: GpuSetting, signal: AbortSignal): Promise<Gpu[]> {
  return declaredGpus(server, setting === "auto" ? await askSmi(signal) : setting);
}

/** Without nvidia-smi there are no GPUs; with one that fails or hangs the machine is not fit, and that is said. */
async function askSmi(signal: AbortSignal): Promise<DeclaredGpu[]> {
  const query = ["--query-gpu=index,uuid,name,memory.total", "--format=csv,noheader,nounits"];
  const either = AbortSignal.any([signal, AbortSignal.timeout(SMI_MILLIS)]);
  // By signal alone: a timeout of its own would wait for a process that does not heed it.
  const asked = promisify(execFile)("nvidia-smi", query, { signal: either });
  try {
    const { stdout } = await asked;
    return stdout.split("\n").flatMap(parseGpu);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    asked.child.kill("SIGKILL");
    const reason = either.aborted ? "it did not answer in time" : (error as Error).message;
    throw new Error(`nvidia-smi failed: ${reason}`, { cause: error });
  }
}

function parseGpu(line: string): DeclaredGpu[] {
  const [index, uuid, ...rest] = line.split(",").map((part) => part.trim());
  if (index === undefined || uuid === undefined || !/^\d+$/.test(index)) return [];
  const memoryMiB = Number.parseInt(rest.pop() ?? "", 10);
  return [
    { index: Number(index), uuid, model: rest.join(", "), memoryMiB: Number.isNaN(memoryMiB) ? null : memoryMiB },
  ];
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
