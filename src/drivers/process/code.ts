import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import tarFs from "tar-fs";
import { CODE_PATH } from "../../core/job-spec.ts";
import type { OpenCode } from "../code.ts";

/** Folders may be entered by their owner, files are for reading. */
const READABLE = 0o444;
const ENTERABLE = 0o755;

/** The folders that were shipped with jobs: each is unpacked once, and what is there is whole. */
export class CodeFolders {
  readonly #root: string;
  readonly #open: OpenCode | undefined;
  readonly #unpacking = new Map<string, Promise<string>>();

  constructor(root: string, open: OpenCode | undefined) {
    this.#root = root;
    this.#open = open;
  }

  path(hash: string): string {
    return join(this.#root, hash);
  }

  /** Its path, with its content in it. Rejects with what is to be told of the run where it cannot be had. */
  provide(hash: string): Promise<string> {
    let unpacking = this.#unpacking.get(hash);
    if (!unpacking) {
      unpacking = this.#unpack(hash).finally(() => this.#unpacking.delete(hash));
      this.#unpacking.set(hash, unpacking);
    }
    return unpacking;
  }

  /** The hashes of those that are there. */
  async found(): Promise<string[]> {
    const names = await readdir(this.#root).catch(() => []);
    return names.filter((name) => !name.includes("."));
  }

  remove(hash: string): Promise<void> {
    return rm(this.path(hash), { recursive: true, force: true, maxRetries: 3 });
  }

  async #unpack(hash: string): Promise<string> {
    const path = this.path(hash);
    if ((await this.found()).includes(hash)) return path;
    if (!this.#open) throw new Error("this server keeps no code");
    const part = `${path}.${randomBytes(4).toString("hex")}`;
    await mkdir(part, { recursive: true, mode: 0o700 });
    try {
      await pipeline(
        this.#open(hash),
        tarFs.extract(part, {
          map: (header) => ({
            ...header,
            mode: header.type === "directory" ? ENTERABLE : READABLE | ((header.mode ?? 0) & 0o111),
          }),
        }),
      );
      await rename(part, path);
    } finally {
      await rm(part, { recursive: true, force: true, maxRetries: 3 });
    }
    return path;
  }
}

/** Where a job with code starts: its `workdir` within the code, which a container finds at `/code`; null where that is elsewhere. */
export function folderInCode(code: string, workdir: string | null): string | null {
  const within = posix.relative(CODE_PATH, posix.resolve(CODE_PATH, workdir ?? "."));
  return within === ".." || within.startsWith("../") ? null : join(code, within);
}
