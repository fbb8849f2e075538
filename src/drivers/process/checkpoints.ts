import { constants } from "node:fs";
import { access, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Carried, carry } from "../../carry/carry.ts";
import type { RunOrder } from "../../core/command.ts";
import type { CheckpointFolder, JobId } from "../../core/job.ts";
import { CheckpointGone, type CheckpointLook, type DriverContext, type FoundFolder } from "../driver.ts";
import { folderTarget, packFolder } from "./checkpoint-tar.ts";
import { isThere, namesIn, removeIfEmpty } from "./run-folder.ts";

/** Of a folder that is being filled, and of what says which checkpoint one was filled from. */
const PARTIAL = ".partial";
const WHOLE = ".whole";

/** The checkpoint folders of one process server: `<root>/<cluster>/<job>/<generation>`. */
export class Checkpoints {
  readonly #root: string;
  readonly #server: string;
  readonly #context: DriverContext;

  constructor(root: string, server: string, context: DriverContext) {
    this.#root = join(root, context.cluster);
    this.#server = server;
    this.#context = context;
  }

  path(job: JobId, generation: number): string {
    return join(this.#root, job, String(generation));
  }

  /** All that there are, also those whose carrying broke off. */
  async found(): Promise<FoundFolder[]> {
    const jobs = await namesIn(this.#root);
    const folders = await Promise.all(
      jobs.map(async (job) => {
        const names = (await namesIn(join(this.#root, job))).map((name) => name.replace(/\..*$/, ""));
        return [...new Set(names)].map((name) => ({ job, generation: Number(name) }));
      }),
    );
    return folders.flat().filter(({ generation }) => Number.isInteger(generation));
  }

  /**
   * Makes the folder that a run was promised. One that is carried is filled beside, from what an earlier try or an earlier stay
   * of the job left here, and gets its name when it has been read back and is equal.
   * @returns what had to be carried for it, null when it was there or is new
   */
  async ready(order: RunOrder, signal: AbortSignal, onCut: (error: Error) => void): Promise<Carried | null> {
    const { job, attempt, checkpoint, spec } = order;
    const { generation, from } = checkpoint;
    const path = this.path(job, generation);
    if (!from) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      return null;
    }
    const [partial, whole] = [path + PARTIAL, path + WHOLE];
    const origin = JSON.stringify({ attempt, from });
    if (await isThere(path)) {
      if ((await readFile(whole, "utf8").catch(() => null)) === origin) return null;
      await rm(partial, { recursive: true, force: true });
      await rename(path, partial);
    }
    await rm(whole, { force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    const open = (late: AbortSignal) =>
      from.server === this.#server ? this.read(job, from, late) : this.#context.openCheckpoint(job, from, late);
    const carried = await carry(open, folderTarget(partial, spec.checkpoint.path), signal, { onCut });
    await writeFile(whole, origin);
    await rename(partial, path);
    return carried;
  }

  /** Rejects with CheckpointGone when it is not there. */
  async read(job: JobId, { generation }: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const path = this.path(job, generation);
    await access(path, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ENOENT" ? new CheckpointGone(`there is no folder ${path}`) : error;
    });
    signal.throwIfAborted();
    return packFolder(path, signal);
  }

  /** Here it is cheap to see when a file was written, and folders of a carried copy have the time of the carry. */
  async look(job: JobId, { generation }: CheckpointFolder, paths: readonly string[]): Promise<CheckpointLook> {
    const root = this.path(job, generation);
    const stat = (path: string) => lstat(join(root, path));
    const all = await readdir(root, { recursive: true });
    const found = await Promise.all(all.map((path) => stat(path).catch(() => null)));
    const times = found.flatMap((each) => (each?.isFile() ? [each.mtimeMs] : []));
    const files = await Promise.all(
      paths.map((path) =>
        stat(path).then(
          ({ size, mtimeMs }) => ({ size, changedAt: mtimeMs }),
          () => null,
        ),
      ),
    );
    const changedAt = times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null;
    return { now: this.#context.clock.now(), changedAt, files };
  }

  async discard(job: JobId, { generation }: CheckpointFolder): Promise<void> {
    const path = this.path(job, generation);
    for (const folder of [path, path + PARTIAL, path + WHOLE])
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await removeIfEmpty(dirname(path));
    await removeIfEmpty(this.#root);
  }
}
