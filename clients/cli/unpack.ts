import { createWriteStream } from "node:fs";
import { link, lstat, mkdir, readdir, realpath, symlink, utimes } from "node:fs/promises";
import { dirname, join, posix, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as WebStream } from "node:stream/web";
import { extract } from "tar-stream";
import { SchedulearnError } from "../sdk/index.ts";

/**
 * Unpacks a checkpoint folder into a folder that is new or empty. Rejects when something would lie or point outside of it, or the
 * stream breaks off: what came until then stays.
 * @returns what was written
 */
export async function unpackFolder(
  stream: ReadableStream<Uint8Array>,
  folder: string,
): Promise<{ readonly files: number; readonly bytes: number }> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw refusal(`${folder} is not empty`);
  const home = await realpath(folder);
  const written = { files: 0, bytes: 0 };
  const tar = extract();
  let root: string | null = null;
  const feed = pipeline(Readable.fromWeb(stream as WebStream), tar as unknown as NodeJS.WritableStream);
  feed.catch((error: Error) => tar.destroy(error));
  for await (const entry of tar) {
    const { type, name, linkname, mode, mtime, size } = entry.header;
    root ??= posix.normalize(`${name}/`); // the first entry is the folder itself
    const place = (path: string): string => inside(home, within(root as string, path));
    const path = place(name);
    await mkdir(type === "directory" ? path : dirname(path), { recursive: true });
    if (!(await realpath(dirname(path))).startsWith(dirname(home)))
      throw refusal(`${name} would be written through a link`);
    if (type === "file") {
      await refuseLinkedParent(home, path);
      await pipeline(
        entry as unknown as Readable,
        createWriteStream(path, { flags: "wx", mode: (mode ?? 0o644) & 0o777 }),
      );
      if (mtime) await utimes(path, mtime, mtime);
      written.files += 1;
      written.bytes += size ?? 0;
      continue;
    }
    await refuseLinkedParent(home, path);
    if (type === "symlink" && linkname) {
      inside(home, join(dirname(path).slice(home.length + 1), linkname));
      await symlink(linkname, path);
    } else if (type === "link" && linkname) {
      if (!(await lstat(place(linkname))).isFile()) throw refusal(`${name} is another name of no file`);
      await link(place(linkname), path);
    }
    entry.resume();
  }
  await feed;
  return written;
}

const within = (root: string, name: string): string => {
  const path = posix.normalize(name);
  return root === "./" || !`${path}/`.startsWith(root) ? path : path.slice(root.length);
};

function inside(home: string, path: string): string {
  const place = resolve(home, path);
  if (place !== home && !place.startsWith(home + sep)) throw refusal(`${path} would lie outside ${home}`);
  return place;
}

async function refuseLinkedParent(home: string, path: string): Promise<void> {
  const parent = dirname(path);
  if ((await realpath(parent)) !== parent && parent !== home) throw refusal(`${path} would be written through a link`);
}

const refusal = (message: string): SchedulearnError =>
  new SchedulearnError([{ code: "INVALID_INPUT", message, path: null }]);
