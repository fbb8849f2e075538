import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";
import { canonical, contentOf, type Entry, looksSame, type Manifest } from "../../carry/manifest.ts";
import { entryOf, headerOf, rootOf, toItsEnd } from "../../carry/tar-stream.ts";
import type { Backup, JobId } from "../../core/job.ts";
import type { Instant } from "../../core/time.ts";

/** One copy of a job's checkpoint folder. */
export interface Copy extends Backup {
  readonly job: JobId;
  /** Counts a job's copies. */
  readonly serial: number;
  /** The folder itself: its rights and owner. */
  readonly root: Entry;
  readonly entries: readonly Entry[];
}

export type CopyFacts = Pick<Backup, "generation" | "step" | "savedAt" | "serviceMillis">;

/** There is no room for another copy. */
export class VaultFull extends Error {
  override readonly name = "VaultFull";
}

/** A file did not stay as it was while it was read. */
export class Changing extends Error {
  override readonly name = "Changing";
}

/** The disk that also holds the database is never filled up by copies. */
const LEAST_FREE_BYTES = 1024 ** 3;

/**
 * Copies of checkpoint folders. Files are kept by their SHA-256, so one that is in several copies, or did not change, is there once:
 * `files/<first two digits>/<hash>`. A copy is one list of what it holds, `jobs/<job>/<serial>.json`, written last and renamed: it
 * is there whole or not at all.
 */
export class Vault {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #copies = new Map<JobId, Copy[]>();
  /** How many entries of all copies have this content, and its size. */
  readonly #used = new Map<string, { count: number; readonly size: number }>();
  #usedBytes = 0;

  private constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** Takes up what is there, and removes what a crash left. */
  static async open(folder: string, limitBytes: number): Promise<Vault> {
    const vault = new Vault(folder, limitBytes);
    await rm(join(folder, "new"), { recursive: true, force: true });
    for (const part of ["new", "files", "jobs"]) await mkdir(join(folder, part), { recursive: true, mode: 0o700 });
    for (const job of await readdir(join(folder, "jobs"))) {
      const names = (await readdir(join(folder, "jobs", job))).filter((name) => name.endsWith(".json"));
      const copies = await Promise.all(
        names.map(async (name) => JSON.parse(await readFile(join(folder, "jobs", job, name), "utf8")) as Copy),
      );
      for (const copy of copies.sort((a, b) => a.serial - b.serial)) vault.#add(copy);
    }
    await vault.#sweep();
    return vault;
  }

  /** Bytes of all files kept. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  jobs(): readonly JobId[] {
    return [...this.#copies.keys()];
  }

  /** A job's copies, the newest last. */
  copies(job: JobId): readonly Copy[] {
    return this.#copies.get(job) ?? [];
  }

  /**
   * Takes a copy in. Files that look as in the job's last copy are read, and compared with it by their hash, but not written again.
   * @param settle asked when all is read, with what was: rejects when any of it changed meanwhile, and then there is no copy
   * Rejects with VaultFull or Changing.
   */
  async take(
    job: JobId,
    source: NodeJS.ReadableStream,
    facts: CopyFacts,
    takenAt: Instant,
    settle: (manifest: Manifest) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Copy> {
    const before = new Map(
      this.copies(job)
        .at(-1)
        ?.entries.map((entry) => [entry.path, entry]),
    );
    const fresh = new Map<string, number>();
    try {
      const { root, manifest } = await this.#read(source, before, fresh, signal);
      await settle(manifest);
      return await this.#record(job, { ...facts, takenAt }, root, manifest);
    } catch (error) {
      for (const sha256 of fresh.keys()) if (!this.#used.has(sha256)) await rm(this.#place(sha256), { force: true });
      throw error;
    }
  }

  async #record(job: JobId, facts: CopyFacts & { takenAt: Instant }, root: Entry, manifest: Manifest): Promise<Copy> {
    const { bytes, files } = contentOf(manifest);
    const serial = (this.copies(job).at(-1)?.serial ?? 0) + 1;
    const copy: Copy = { job, serial, ...facts, bytes, files, root, entries: [...manifest.values()] };
    const folder = join(this.#folder, "jobs", job);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#writeWhole(join(folder, `${serial}.json`), JSON.stringify(copy));
    this.#add(copy);
    return copy;
  }

  /** A copy as the tar stream of a folder. */
  read({ root, entries }: Copy, signal: AbortSignal): Readable {
    const tar = pack();
    const write = async (entry: Entry): Promise<void> => {
      await new Promise<void>((done, fail) => {
        const out = tar.entry(headerOf(entry), (error) => (error ? fail(error) : done()));
        if (entry.sha256 === null || entry.size === 0) out.end(null);
        else pipeline(createReadStream(this.#place(entry.sha256)), out as unknown as NodeJS.WritableStream).catch(fail);
      });
    };
    void (async () => {
      for (const entry of [root, ...entries]) await write(entry);
      tar.finalize();
    })().catch((error: Error) => tar.destroy(error));
    const stream = Readable.from(tar, { objectMode: false, signal });
    stream.once("close", () => tar.destroy());
    return stream;
  }

  /** Keeps only the newest copies of a job. */
  async keep(job: JobId, count: number): Promise<void> {
    const copies = this.#copies.get(job) ?? [];
    for (const copy of copies.slice(0, Math.max(0, copies.length - count))) {
      this.#copies.set(
        job,
        this.copies(job).filter((other) => other !== copy),
      );
      await rm(join(this.#folder, "jobs", job, `${copy.serial}.json`), { force: true });
      for (const { sha256 } of copy.entries) if (sha256 !== null) await this.#release(sha256);
    }
    if (this.copies(job).length > 0) return;
    this.#copies.delete(job);
    await rm(join(this.#folder, "jobs", job), { recursive: true, force: true });
  }

  async #read(
    source: NodeJS.ReadableStream,
    before: Manifest,
    fresh: Map<string, number>,
    signal: AbortSignal,
  ): Promise<{ root: Entry; manifest: Manifest }> {
    const entries: Entry[] = [];
    const tar = extract();
    let folder: string | null = null;
    let root: Entry | null = null;
    let broken: unknown = null;
    const feed = pipeline(source, toItsEnd, tar as unknown as NodeJS.WritableStream, { signal }).catch((error) => {
      broken ??= error;
    });
    try {
      for await (const content of tar) {
        folder ??= rootOf(content.header);
        const entry = entryOf(content.header, folder);
        const bytes = content as AsyncIterable<Buffer>;
        if (entry.path === "") root = entry;
        else if (entry.type === "file") entries.push(await this.#store(entry, bytes, before.get(entry.path), fresh));
        else entries.push(entry);
        content.resume();
      }
    } catch (error) {
      broken ??= error;
      tar.destroy();
    }
    await feed;
    if (broken) throw broken;
    if (!root) throw new Error("the checkpoint's stream does not begin with its folder");
    return { root, manifest: canonical(entries) };
  }

  async #store(
    entry: Entry,
    content: AsyncIterable<Buffer>,
    known: Entry | undefined,
    fresh: Map<string, number>,
  ): Promise<Entry> {
    const hash = createHash("sha256");
    if (known?.sha256 && looksSame(entry, known)) {
      for await (const chunk of content) hash.update(chunk);
      const sha256 = hash.digest("hex");
      if (sha256 !== known.sha256) throw new Changing(`${entry.path} was written in the second of the copy before`);
      return { ...entry, sha256 };
    }
    await this.#makeRoom(entry.size, fresh);
    const path = join(this.#folder, "new", randomUUID());
    const file = await open(path, "wx", 0o600);
    try {
      for await (const chunk of content) {
        hash.update(chunk);
        await file.write(chunk);
      }
      await file.datasync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    const sha256 = hash.digest("hex");
    if (this.#used.has(sha256)) await rm(path);
    else {
      await mkdir(dirname(this.#place(sha256)), { recursive: true, mode: 0o700 });
      await rename(path, this.#place(sha256));
      fresh.set(sha256, entry.size);
    }
    return { ...entry, sha256 };
  }

  async #makeRoom(bytes: number, fresh: ReadonlyMap<string, number>): Promise<void> {
    const under = [...fresh.values()].reduce((sum, size) => sum + size, 0);
    const wanted = this.#usedBytes + under + bytes;
    if (wanted > this.#limitBytes)
      throw new VaultFull(`it would take ${gib(wanted)} GiB, and checkpoints.vaultGiB allows ${gib(this.#limitBytes)}`);
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize - bytes < LEAST_FREE_BYTES)
      throw new VaultFull(`the disk of ${this.#folder} would have less than ${gib(LEAST_FREE_BYTES)} GiB left`);
  }

  #add(copy: Copy): void {
    this.#copies.set(copy.job, [...this.copies(copy.job), copy]);
    for (const { sha256, size } of copy.entries) {
      if (sha256 === null) continue;
      const known = this.#used.get(sha256);
      if (known) known.count += 1;
      else {
        this.#used.set(sha256, { count: 1, size });
        this.#usedBytes += size;
      }
    }
  }

  async #release(sha256: string): Promise<void> {
    const known = this.#used.get(sha256);
    if (!known || --known.count > 0) return;
    this.#used.delete(sha256);
    this.#usedBytes -= known.size;
    await rm(this.#place(sha256), { force: true });
  }

  /** Content of which no copy speaks: of one that was not finished. */
  async #sweep(): Promise<void> {
    for (const part of await readdir(join(this.#folder, "files")))
      for (const name of await readdir(join(this.#folder, "files", part)))
        if (!this.#used.has(name)) await rm(join(this.#folder, "files", part, name), { force: true });
  }

  async #writeWhole(path: string, text: string): Promise<void> {
    const beside = join(this.#folder, "new", randomUUID());
    await writeFile(beside, text, { mode: 0o600, flush: true });
    await rename(beside, path);
  }

  #place(sha256: string): string {
    return join(this.#folder, "files", sha256.slice(0, 2), sha256);
  }
}

const gib = (bytes: number): number => Math.round((bytes / 1024 ** 3) * 100) / 100;
