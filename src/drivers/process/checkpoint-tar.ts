import { createReadStream } from "node:fs";
import { link, lstat, mkdir, readdir, readlink, realpath, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header, type Pack, pack } from "tar-stream";

export interface Carried {
  /** Content of the files, without headers and padding. */
  readonly bytes: number;
  readonly files: number;
}

const PERMISSIONS = 0o777;
const BLOCK_BYTES = 512;

/** A folder's content as a tar stream, names relative to it (`./…`). Sockets, pipes and devices are left out. */
export function packFolder(folder: string, signal: AbortSignal): Readable {
  const tar = pack();
  addFolder(tar, folder, ".").then(
    () => tar.finalize(),
    (error) => tar.destroy(error),
  );
  const stream = Readable.from(tar, { objectMode: false, signal });
  stream.once("close", () => tar.destroy());
  return stream;
}

async function addFolder(tar: Pack, root: string, path: string): Promise<void> {
  await add(tar, root, path);
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) await addFolder(tar, root, child);
    else if (entry.isFile() || entry.isSymbolicLink()) await add(tar, root, child);
  }
}

async function add(tar: Pack, root: string, name: string): Promise<void> {
  const path = join(root, name);
  const found = await lstat(path);
  const header = { name, mode: found.mode & PERMISSIONS, mtime: found.mtime };
  if (found.isSymbolicLink()) {
    const linkname = relativeLink(await readlink(path), dirname(name), root);
    await write(tar, { ...header, type: "symlink", linkname });
  } else if (found.isDirectory()) await write(tar, { ...header, name: `${name}/`, type: "directory" });
  else await write(tar, { ...header, type: "file", size: found.size }, path);
}

function write(tar: Pack, header: Partial<Header> & { name: string }, content?: string): Promise<void> {
  return new Promise((done, fail) => {
    const entry = tar.entry(header, (error) => (error ? fail(error) : done()));
    if (content === undefined || !header.size) entry.end(null);
    else
      pipeline(createReadStream(content, { end: header.size - 1 }), entry as unknown as NodeJS.WritableStream).catch(
        fail,
      );
  });
}

/**
 * Fills an empty folder from a tar stream. Rejects, leaving what came until then, when the stream breaks off or an entry would
 * lie or point outside.
 * @param home what the folder was called where the stream comes from: absolute links into it become relative
 */
export async function unpackFolder(
  source: NodeJS.ReadableStream,
  folder: string,
  home: string,
  signal: AbortSignal,
): Promise<Carried> {
  let [bytes, files] = [0, 0];
  const links: string[] = [];
  const tar = extract();
  let broken: unknown = null;
  const keep = (error: unknown) => {
    broken ??= error; // whichever end breaks takes the other along: the first reason counts
  };
  const feed = pipeline(source, toItsEnd, tar as unknown as NodeJS.WritableStream, { signal }).catch(keep);
  try {
    for await (const entry of tar) {
      try {
        const { type, name, size, mode, mtime } = entry.header;
        const path = await placeOf(folder, name, type === "directory");
        if (type === "file") {
          await writeFile(path, entry as AsyncIterable<Buffer>, { mode: mode & PERMISSIONS, flag: "wx" });
          await utimes(path, mtime, mtime);
          bytes += size;
          files += 1;
        } else {
          if (type === "symlink") links.push(path);
          await makeLink(entry.header, folder, path, home);
          entry.resume();
        }
      } catch (error) {
        keep(error);
        throw error;
      }
    }
  } catch (error) {
    keep(error);
  }
  await feed;
  if (broken) throw broken;
  for (const path of links) await refuseWayOut(folder, path);
  return { bytes, files };
}

/** Where an entry goes; its folder is made, and is a real one. */
async function placeOf(folder: string, name: string, isFolder: boolean): Promise<string> {
  const path = insideOf(folder, name);
  const parent = isFolder ? path : dirname(path);
  await mkdir(parent, { recursive: true });
  if ((await realpath(parent)) !== join(await realpath(folder), relative(folder, parent))) {
    throw new Error(`${name} would be written through a link`);
  }
  return path;
}

async function makeLink({ type, name, linkname }: Header, folder: string, path: string, home: string): Promise<void> {
  if (type === "symlink") {
    const target = relativeLink(linkname, dirname(name), home);
    if (isAbsolute(target)) throw new Error(`${name} points outside the checkpoint folder`);
    insideOf(folder, join(dirname(name), target));
    await symlink(target, path);
  } else if (type === "link") {
    const target = insideOf(folder, linkname);
    await refuseWayOut(folder, target);
    await link(target, path);
  } else if (type !== "directory") throw new Error(`${name} is a ${type}, which a checkpoint cannot hold`);
}

function insideOf(folder: string, name: string): string {
  const path = resolve(folder, name);
  if (isAbsolute(name) || (path !== folder && !path.startsWith(folder + sep))) {
    throw new Error(`${name} would lie outside the checkpoint folder`);
  }
  return path;
}

/** A link can lead out by way of another one: only the kernel knows. A link to nothing leads nowhere. */
async function refuseWayOut(folder: string, path: string): Promise<void> {
  const home = await realpath(folder);
  const target = await realpath(path).catch(() => home);
  insideOf(home, relative(home, target));
}

/** Programs like to link `latest` by an absolute path, which would point nowhere, or elsewhere, after a move. */
function relativeLink(target: string, from: string, home: string): string {
  const inside = isAbsolute(target) && target.startsWith(home + sep);
  return inside ? relative(from, relative(home, target)) : target;
}

/** A tar stream ends with empty blocks; one that ends without them was cut off, be it between two files. */
async function* toItsEnd(source: AsyncIterable<string | Buffer>): AsyncIterable<string | Buffer> {
  let tail = Buffer.alloc(0);
  for await (const chunk of source) {
    tail = Buffer.concat([tail, Buffer.from(chunk.slice(-BLOCK_BYTES))]).subarray(-BLOCK_BYTES);
    yield chunk;
  }
  if (tail.length < BLOCK_BYTES || tail.some((byte) => byte !== 0))
    throw new Error("the checkpoint's stream broke off");
}
