import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FilePart } from "../driver.ts";

/** A plain file from byte `from` on. Null when it is not there, or something else: a pipe would be waited for. */
export async function readFile(path: string, from: number, most: number): Promise<FilePart | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "ENXIO") return null;
    throw error;
  });
  if (!file) return null;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return null;
    const data = Buffer.alloc(Math.max(0, Math.min(stat.size - from, most)));
    const { bytesRead } = await file.read(data, 0, data.length, from);
    return { data: data.subarray(0, bytesRead), size: stat.size };
  } finally {
    await file.close();
  }
}
