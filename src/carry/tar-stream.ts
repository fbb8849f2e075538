import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { canonical, type Entry, type Manifest } from "./manifest.ts";

export interface Sifted {
  /** The entries that are to go on, as a tar stream. Breaks with an error where the source does. */
  readonly stream: NodeJS.ReadableStream & { destroy(error?: Error): void };
  /** What the source held, whether it went on or not, once all of it was read. */
  readonly manifest: Promise<Manifest>;
}

/** A tar stream ends with empty blocks: without them it was cut off, be it between two files. */
const BLOCK_BYTES = 512;
/** So much may be read ahead of what is written, so that neither end waits for each piece of the other. */
const AHEAD_BYTES = 1024 * 1024;

/**
 * Passes a checkpoint folder on, with a manifest made of what was read: a file's hash is that of the bytes which came.
 * @param source its first entry is the folder itself, under a name that all others begin with: `./`, or whatever it is called there
 * @param take whether an entry goes on; what does not is only read. Its hash is not known yet
 */
export function sift(source: NodeJS.ReadableStream, take: (entry: Entry) => boolean, signal: AbortSignal): Sifted {
  const entries: Entry[] = [];
  const extract = tar.extract({ highWaterMark: AHEAD_BYTES });
  const pack = tar.pack({ highWaterMark: AHEAD_BYTES });
  const stream = new Transform({
    highWaterMark: AHEAD_BYTES,
    transform: (chunk, _encoding, done) => done(null, chunk),
  });
  let folder: string | null = null;
  extract.on("entry", (header, content, next) => {
    content.on("error", ignore);
    folder ??= rootOf(header);
    let entry: Entry;
    try {
      entry = entryOf(header, folder);
    } catch (error) {
      return void extract.destroy(error as Error);
    }
    const { path } = entry;
    const isFile = entry.type === "file";
    const goesOn = path === "" || take(entry);
    const hash = isFile ? createHash("sha256") : null;
    const finished = (error?: Error | null): void => {
      if (path !== "" && !error) entries.push(hash ? { ...entry, sha256: hash.digest("hex") } : entry);
      next(error);
    };
    if (hash) content.on("data", (chunk) => void hash.update(chunk as Buffer));
    if (!goesOn) {
      content.once("end", () => finished());
      content.resume();
      return;
    }
    const out = pack.entry(renamed(header, path, entry.type === "link" ? entry.target : null), finished);
    out.on("error", ignore);
    content.pipe(out);
  });
  stream.on("error", ignore);
  const tail = new Tail();
  source.on("data", (chunk: Buffer) => tail.see(chunk)).pause();
  const read = pipeline(source, extract as unknown as NodeJS.WritableStream, { signal })
    .then(() => tail.check())
    .then(
      () => pack.finalize(),
      (error: Error) => {
        pack.destroy(error);
        throw error;
      },
    );
  const written = pipeline(pack as unknown as NodeJS.ReadableStream, stream, { signal }).catch((error: Error) => {
    extract.destroy(error);
    throw error;
  });
  const manifest = Promise.all([read, written]).then(() => canonical(entries));
  manifest.catch(ignore); // whoever asks hears of it
  return { stream, manifest };
}

/** Reads a checkpoint folder to its end and says what it holds. */
export async function readManifest(source: NodeJS.ReadableStream, signal: AbortSignal): Promise<Manifest> {
  const { stream, manifest } = sift(source, () => false, signal);
  stream.resume();
  return await manifest;
}

/** Beyond the bits that a tar holds: it tells a mode of 0 from none. */
export const MODE_IS_SET = 0o100000;

/** One failure ends all parts of a chain, and it is reported once, by the promise of the whole. */
const ignore = (): void => undefined;

/** By which name the first entry of a folder's tar stream calls the folder: all others begin with it. */
export const rootOf = ({ name }: tar.Header): string => name.replace(/^(\.\/)+/, "").replace(/\/*$/, "/");

/** @param folder ends with a slash; nothing but that where names are relative already */
function within(folder: string, name: string): string {
  const whole = `${name.replace(/^(\.\/)+/, "").replace(/\/+$/, "")}/`;
  const path = folder === "/" || folder === "./" ? whole.replace(/^\.?\//, "") : whole.slice(folder.length);
  const isInside = folder === "/" || folder === "./" || whole.startsWith(folder);
  if (!isInside || path.startsWith("/") || path.split("/").includes(".."))
    throw new Error(`${name} would lie outside the checkpoint folder`);
  return path.replace(/\/$/, "");
}

const KNOWN: ReadonlySet<string> = new Set([
  "directory",
  "symlink",
  "link",
  "fifo",
  "character-device",
  "block-device",
]);

/** What a tar says of one path. Throws when a checkpoint cannot hold such a thing, or not there. */
export function entryOf(header: tar.Header, folder: string): Entry {
  const path = within(folder, header.name);
  const type = header.type === "contiguous-file" ? "file" : header.type;
  if (type !== "file" && !KNOWN.has(type as string))
    throw new Error(`${path} is a ${type}, which a checkpoint cannot hold`);
  const link = header.linkname ?? "";
  return {
    path,
    type: type as Entry["type"],
    mode: (header.mode ?? 0) & 0o7777,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    modifiedAt: Math.floor((header.mtime?.getTime() ?? 0) / 1000),
    size: type === "file" ? (header.size ?? 0) : 0,
    sha256: null,
    target: type === "symlink" ? link : type === "link" ? within(folder, link) : null,
  };
}

/** An entry as a tar says it, with names relative to the folder. */
export function headerOf({ path, type, mode, uid, gid, modifiedAt, size, target }: Entry): tar.Header {
  return {
    name: path === "" ? "./" : `./${path}${type === "directory" ? "/" : ""}`,
    type,
    mode: mode | MODE_IS_SET,
    uid,
    gid,
    mtime: new Date(modifiedAt * 1000),
    size,
    ...(target !== null && { linkname: type === "link" ? `./${target}` : target }),
  } as tar.Header;
}

/** Extended headers repeat the old paths and would win; without any right set, the library would set its own. */
function renamed(header: tar.Header, path: string, linkTo: string | null): tar.Header {
  const { path: _path, linkpath: _linkpath, ...pax } = (header.pax ?? {}) as Record<string, string>;
  return {
    ...header,
    mode: (header.mode ?? 0) | MODE_IS_SET,
    name: path === "" ? "./" : `./${path}${header.type === "directory" ? "/" : ""}`,
    linkname: linkTo === null ? header.linkname : `./${linkTo}`,
    pax: Object.keys(pax).length > 0 ? pax : null,
  };
}

/** Passes a tar stream on, and rejects one that was cut off. */
export async function* toItsEnd(source: AsyncIterable<string | Buffer>): AsyncIterable<string | Buffer> {
  const tail = new Tail();
  for await (const chunk of source) {
    tail.see(chunk as Buffer);
    yield chunk;
  }
  tail.check();
}

/** The last block of a tar stream that has passed. */
class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  see(chunk: Buffer): void {
    const isEnough = chunk.length >= BLOCK_BYTES;
    this.#bytes = (isEnough ? chunk : Buffer.concat([this.#bytes, chunk])).subarray(-BLOCK_BYTES);
  }

  check(): void {
    if (this.#bytes.length < BLOCK_BYTES || this.#bytes.some((byte) => byte !== 0))
      throw new Error("the checkpoint's stream broke off");
  }
}
