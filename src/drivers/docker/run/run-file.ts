import { posix } from "node:path";
import type { Container } from "dockerode";
import tar from "tar-stream";
import type { FilePart } from "../../driver.ts";
import { accept, type Engine } from "../engine/engine.ts";

const REQUEST_MILLIS = 10_000;
const READ_MILLIS = 120_000;
const STAT_HEADER = "x-docker-container-path-stat";
/** Go's bits of everything that is no plain file. */
const NOT_PLAIN = 0x8f28_0000;

/** A file of a container, running or not, from byte `from` on. Null when it is not there, or no plain file. */
export async function readFile(
  engine: Engine,
  container: Container,
  path: string,
  from: number,
  most: number,
  signal: AbortSignal,
): Promise<FilePart | null> {
  const whole = posix.isAbsolute(path) ? path : posix.resolve(await workdirOf(engine, container, signal), path);
  const stat = await statOf(engine, container, whole, signal);
  if (!stat || (stat.mode & NOT_PLAIN) !== 0) return null;
  if (stat.size <= from) return { data: Buffer.alloc(0), size: stat.size };
  const data = await engine
    .request(signal, READ_MILLIS, async (abortSignal) => {
      const archive = await container.getArchive({ path: whole, abortSignal } as { path: string });
      return await partOf(archive, from, most);
    })
    .catch(accept<Buffer>(404));
  return data ? { data, size: stat.size } : null;
}

async function workdirOf(engine: Engine, container: Container, signal: AbortSignal): Promise<string> {
  const info = await engine.request(signal, REQUEST_MILLIS, (abortSignal) => container.inspect({ abortSignal }));
  return info.Config.WorkingDir || "/";
}

async function statOf(
  engine: Engine,
  container: Container,
  path: string,
  signal: AbortSignal,
): Promise<{ size: number; mode: number } | null> {
  const stat = await engine
    .request(signal, REQUEST_MILLIS, async (abortSignal) => {
      const answer = await container.infoArchive({ path, abortSignal });
      (answer as NodeJS.ReadableStream).resume();
      return String((answer as unknown as { headers: Record<string, string> }).headers[STAT_HEADER]);
    })
    .catch(accept<string>(404));
  return stat ? (JSON.parse(Buffer.from(stat, "base64").toString()) as { size: number; mode: number }) : null;
}

/** Of the one file in the archive; the engine sends it from its beginning, and no more of it is kept than is asked for. */
async function partOf(archive: NodeJS.ReadableStream, from: number, most: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let at = 0;
  const extract = tar.extract();
  archive.once("error", (error) => extract.destroy(error));
  for await (const entry of archive.pipe(extract)) {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      const part = chunk.subarray(Math.max(0, from - at), Math.max(0, from + most - at));
      if (part.length > 0) kept.push(part);
      at += chunk.length;
    }
  }
  return Buffer.concat(kept);
}
