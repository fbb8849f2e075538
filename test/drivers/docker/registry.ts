import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { busyboxImage, type LabHost } from "../../lab/docker-lab.ts";
import type { SharedLab } from "../../lab/shared-lab.ts";

/** A registry beside the host's engine, with one image made of busybox. @param login `user:password`, if it wants one */
export async function startRegistry(
  { lab }: SharedLab,
  { docker, name }: LabHost,
  login?: string,
): Promise<{ readonly registry: ChildProcess; readonly address: string }> {
  const container = await docker.createContainer({ Image: busyboxImage, Cmd: ["true"] });
  const rootfs = join(lab.dir, "rootfs.tar");
  await pipeline(await container.export(), createWriteStream(rootfs));
  await container.remove();
  const script = [join(import.meta.dirname, "registry.mjs"), rootfs, ...(login === undefined ? [] : [login])];
  const registry = spawn("nsenter", [`--net=${join(lab.dir, "net", name)}`, process.execPath, ...script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(registry.stdout as NodeJS.ReadableStream, "data");
  return { registry, address: `127.0.0.1:${String(port).trim()}` };
}
