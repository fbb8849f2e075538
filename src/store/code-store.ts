import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { domainError } from "../core/errors.ts";
import type { CodeFolder } from "../core/job-spec.ts";

type Content = Omit<CodeFolder, "hash">;

const MIB = 1024 * 1024;
/** Beyond the files' content: names, and what fills blocks up. */
const OVERHEAD = 1.1;

/**
 * The folders that were shipped with jobs, each a tar file under its own SHA-256: what is there is whole and was checked, and
 * the same folder is there once. Nothing in one leads out of it, so it can be unpacked anywhere.
 */
export class CodeStore {
  readonly maxBytes: number;
  readonly #folder: string;

  constructor(folder: string, maxMiB: number) {
    this.#folder = folder;
    this.maxBytes = maxMiB * MIB;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Null when nothing is there under this hash. */
  find(hash: string): Content | null {
    try {
      return JSON.parse(readFileSync(this.#path(hash, "json"), "utf8")) as Content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** The archive. Throws when there is none. */
  open(hash: string): NodeJS.ReadableStream {
    if (!this.find(hash)) throw new Error("nothing is kept under its hash");
    return createReadStream(this.#path(hash, "tar"));
  }

  /** What is there under this hash, which is wanted again: its time to be needed begins anew. */
  async touch(hash: string, now: Date): Promise<Content | null> {
    const found = this.find(hash);
    if (found) await utimes(this.#path(hash, "json"), now, now);
    return found;
  }

  /** Takes an archive in. Throws a DomainError, and keeps nothing, when it is too large, another than its hash says, or not safe. */
  async receive(hash: string, archive: NodeJS.ReadableStream): Promise<Content> {
    const part = this.#path(`${hash}.${randomBytes(4).toString("hex")}`, "part");
    try {
      const digest = createHash("sha256");
      const limit = this.maxBytes * OVERHEAD + MIB;
      let size = 0;
      await pipeline(
        archive,
        async function* (chunks) {
          for await (const chunk of chunks as AsyncIterable<Buffer>) {
            size += chunk.length;
            if (size > limit) throw tooLarge(limit);
            digest.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(part, { mode: 0o600 }),
      );
      const received = digest.digest("hex");
      if (received !== hash) throw refusal(`what came has the hash ${received}: send it again`);
      const content = await contentOf(createReadStream(part));
      if (content.bytes > this.maxBytes) throw tooLarge(this.maxBytes);
      await rename(part, this.#path(hash, "tar"));
      await writeFile(part, JSON.stringify(content), { mode: 0o600 });
      await rename(part, this.#path(hash, "json")); // last: what it speaks of is whole
      return content;
    } finally {
      await rm(part, { force: true });
    }
  }

  /** Removes what is not needed and was last wanted before `before`. @returns the hashes */
  async sweep(needed: ReadonlySet<string>, before: number): Promise<string[]> {
    const removed: string[] = [];
    for (const name of await readdir(this.#folder)) {
      const [hash = "", kind = ""] = name.split(".", 1).concat(posix.extname(name).slice(1));
      if (needed.has(hash) && kind !== "part") continue;
      if (kind === "tar" && this.find(hash)) continue; // it goes with what speaks of it
      const found = await stat(join(this.#folder, name)).catch(() => null);
      if (!found || found.mtimeMs >= before) continue;
      await rm(join(this.#folder, name), { force: true });
      if (kind !== "json") continue;
      await rm(this.#path(hash, "tar"), { force: true });
      removed.push(hash);
    }
    return removed;
  }

  #path(hash: string, kind: string): string {
    return join(this.#folder, `${hash}.${kind}`);
  }
}

const refusal = (message: string) => domainError("INVALID_INPUT", `code: ${message}`, ["code"]);
const tooLarge = (limit: number) =>
  refusal(`it holds more than ${Math.floor(limit / MIB)} MiB, which code.maxMiB of schedulearn.yaml allows`);

/** Counts what an archive holds. Throws a DomainError for one with anything that leads out of its folder. */
async function contentOf(archive: NodeJS.ReadableStream): Promise<Content> {
  const content = { bytes: 0, files: 0 };
  const links = new Set<string>();
  const extract = tar.extract();
  const read = pipeline(archive, extract as unknown as NodeJS.WritableStream);
  read.catch(() => undefined); // told by the iteration
  try {
    for await (const entry of extract) {
      const problem = problemOf(entry.header, links);
      if (problem) throw refusal(`${JSON.stringify(entry.header.name)} ${problem}`);
      if (entry.header.type === "file") {
        content.files += 1;
        content.bytes += entry.header.size ?? 0;
      }
      entry.resume();
    }
    await read;
  } catch (error) {
    throw error instanceof Error && error.name === "DomainError" ? error : refusal("it is no tar archive");
  }
  return content;
}

/**
 * A link may climb at its beginning only, and nothing lies behind a link: so where it leads is where its text says, and a link that
 * does not climb above the folder stays in it, through however many others it goes.
 */
function problemOf({ name, type, linkname }: tar.Header, links: Set<string>): string | null {
  const path = name.replace(/\/$/, "");
  if (path === "" || path.startsWith("/") || path !== posix.normalize(path) || path.split("/").includes(".."))
    return "is no path within the folder";
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    if (links.has(path.slice(0, at))) return "lies behind a link";
  if (type === "file" || type === "directory") return links.has(path) ? "is there twice" : null;
  if (type !== "symlink") return `is a ${type}: only files, folders and links are shipped`;
  links.add(path);
  const target = linkname ?? "";
  const climbs = posix.normalize(posix.join(posix.dirname(path), target));
  const isOutside = target.startsWith("/") || climbs === ".." || climbs.startsWith("../");
  return isOutside || target !== posix.normalize(target) ? "is a link that leads out of the folder" : null;
}
