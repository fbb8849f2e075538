import { createReadStream } from "node:fs";
import { chmod, link, lstat, mkdir, open, readdir, readlink, realpath, rm, symlink, utimes } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header, type Pack, pack } from "tar-stream";
import type { Entry, Target } from "../../carry/carry.ts";
import type { Content } from "../../carry/manifest.ts";
import { MODE_IS_SET, readManifest, toItsEnd } from "../../carry/tar-stream.ts";

const PERMISSIONS = 0o777;
const NOTHING = Buffer.alloc(65_536);

/**
 * A folder on this machine that a checkpoint is carried to.
 * @param home what the folder is called where it comes from
 */
export const folderTarget = (folder: string, home: string): Target => ({
  look: (signal) => readManifest(packFolder(folder, signal), signal),
  async unpack(stream, signal) {
    await unpackFolder(stream, folder, home, signal);
  },
  async remove(paths) {
    for (const path of paths) await rm(insideOf(folder, path), { recursive: true, force: true });
  },
  becomes: (entry: Entry) => ({
    ...entry,
    mode: entry.mode & PERMISSIONS,
    uid: 0,
    gid: 0,
    target:
      entry.type === "symlink" && entry.target !== null
        ? relativeLink(entry.target, dirname(entry.path), home)
        : entry.target,
  }),
});

/** A folder's content as a tar stream, names relative to it (`./…`). Sockets, pipes and devices are left out. */
export function packFolder(folder: string, signal: AbortSignal): Readable {
  const tar = pack();
  addFolder(tar, folder, ".", new Map()).then(
    () => tar.finalize(),
    (error) => tar.destroy(error),
  );
  const stream = Readable.from(tar, { objectMode: false, signal });
  stream.once("close", () => tar.destroy());
  return stream;
}

/** In the order of their names, as engines do it. @param known the first names of files that have several, by device and number */
async function addFolder(tar: Pack, root: string, path: string, known: Map<string, string>): Promise<void> {
  await add(tar, root, path, known);
  const entries = await readdir(join(root, path), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) await addFolder(tar, root, child, known);
    else if (entry.isFile() || entry.isSymbolicLink()) await add(tar, root, child, known);
  }
}

async function add(tar: Pack, root: string, name: string, known: Map<string, string>): Promise<void> {
  const path = join(root, name);
  const found = await lstat(path);
  const mtime = new Date(Math.floor(found.mtimeMs / 1000) * 1000); // `found.mtime` is rounded, at times into the next second
  const header = { name, mode: (found.mode & PERMISSIONS) | MODE_IS_SET, mtime };
  const file = `${found.dev}:${found.ino}`;
  const first = known.get(file);
  if (found.isSymbolicLink()) {
    const linkname = relativeLink(await readlink(path), dirname(name), root);
    await write(tar, { ...header, type: "symlink", linkname });
  } else if (found.isDirectory()) await write(tar, { ...header, name: `${name}/`, type: "directory" });
  else if (first !== undefined) await write(tar, { ...header, type: "link", linkname: first });
  else {
    if (found.nlink > 1) known.set(file, name);
    await write(tar, { ...header, type: "file", size: found.size }, path);
  }
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
 * Unpacks a tar stream over what lies in a folder. Rejects, leaving what came until then, when the stream breaks off or an entry would
 * lie or point outside.
 * @param home what the folder was called where the stream comes from: absolute links into it become relative
 */
export async function unpackFolder(
  source: NodeJS.ReadableStream,
  folder: string,
  home: string,
  signal: AbortSignal,
): Promise<Content> {
  let [bytes, files] = [0, 0];
  const links: string[] = [];
  const folders: [path: string, mode: number][] = [];
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
          await writeSparse(path, entry as AsyncIterable<Buffer>, size);
          await chmod(path, mode & PERMISSIONS);
          await utimes(path, mtime, mtime);
          bytes += size;
          files += 1;
        } else {
          if (type === "symlink") links.push(path);
          if (type === "directory" && path !== folder) folders.push([path, mode & PERMISSIONS]);
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
  for (const [path, mode] of folders.reverse()) await chmod(path, mode); // one that forbids writing is filled first
  return { bytes, files };
}

/** Runs of zeros become holes, which a tar does not tell of. */
async function writeSparse(path: string, content: AsyncIterable<Buffer>, size: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    let at = 0;
    for await (const chunk of content) {
      const isHole = chunk.length <= NOTHING.length && chunk.equals(NOTHING.subarray(0, chunk.length));
      for (let from = 0; !isHole && from < chunk.length; )
        from += (await file.write(chunk, from, chunk.length - from, at + from)).bytesWritten;
      at += chunk.length;
    }
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

/** Where an entry goes: its folder is made, and is a real one; what was there gives way, unless both are folders. */
async function placeOf(folder: string, name: string, isFolder: boolean): Promise<string> {
  const path = insideOf(folder, name);
  const parent = isFolder ? path : dirname(path);
  const there = await lstat(path).catch(() => null);
  if (there && isFolder && !there.isDirectory() && path !== folder) await rm(path);
  await mkdir(parent, { recursive: true });
  if ((await realpath(parent)) !== join(await realpath(folder), relative(folder, parent))) {
    throw refusal(`${name} would be written through a link`);
  }
  if (there && !isFolder) await rm(path, { recursive: true });
  return path;
}

async function makeLink({ type, name, linkname }: Header, folder: string, path: string, home: string): Promise<void> {
  if (type === "symlink") {
    const target = relativeLink(linkname, dirname(name), home);
    if (isAbsolute(target)) throw refusal(`${name} points outside the checkpoint folder`);
    insideOf(folder, join(dirname(name), target));
    await symlink(target, path);
  } else if (type === "link") {
    const target = insideOf(folder, linkname);
    await refuseWayOut(folder, target);
    await link(target, path);
  } else if (type !== "directory") throw refusal(`${name} is a ${type}, which a checkpoint cannot hold`);
}

function insideOf(folder: string, name: string): string {
  const path = resolve(folder, name);
  if (isAbsolute(name) || (path !== folder && !path.startsWith(folder + sep))) {
    throw refusal(`${name} would lie outside the checkpoint folder`);
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

/** It would be the same again. */
const refusal = (message: string): Error => Object.assign(new Error(message), { permanent: true });
