import { constants } from "node:fs";
import { access, cp, lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunOrder } from "../../core/command.ts";
import type { CheckpointFolder, JobId } from "../../core/job.ts";
import type { DriverContext, FoundFolder } from "../driver.ts";
import { type Carried, packFolder, unpackFolder } from "./checkpoint-tar.ts";
import { isThere, namesIn, removeIfEmpty } from "./run-folder.ts";

/** No byte for so long, and a carry is given up. */
const STALL_MILLIS = 60_000;

const PARTIAL = ".partial";

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
        const names = (await namesIn(join(this.#root, job))).map((name) => name.replace(PARTIAL, ""));
        return [...new Set(names)].map((name) => ({ job, generation: Number(name) }));
      }),
    );
    return folders.flat().filter(({ generation }) => Number.isInteger(generation));
  }

  /** Makes the folder that a run was promised. @returns what had to be carried for it, null when it was there or is new */
  async ready(order: RunOrder, signal: AbortSignal): Promise<Carried | null> {
    const { generation, from } = order.checkpoint;
    const path = this.path(order.job, generation);
    if (!from || (await isThere(path))) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      return null;
    }
    const partial = path + PARTIAL;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    const carried = await this.#carry(order, from, partial, signal);
    await rename(partial, path);
    return carried;
  }

  /** Rejects when it is not there. */
  async read(job: JobId, { generation }: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const path = this.path(job, generation);
    await access(path, constants.R_OK);
    signal.throwIfAborted();
    return packFolder(path, signal);
  }

  async discard(job: JobId, { generation }: CheckpointFolder): Promise<void> {
    const path = this.path(job, generation);
    for (const folder of [path, path + PARTIAL]) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await removeIfEmpty(dirname(path));
    await removeIfEmpty(this.#root);
  }

  async #carry({ job, spec }: RunOrder, from: CheckpointFolder, to: string, signal: AbortSignal): Promise<Carried> {
    if (from.server === this.#server) {
      const source = this.path(job, from.generation);
      await cp(source, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
      return await measure(to);
    }
    const { clock } = this.#context;
    const stalled = new AbortController();
    const watch = () =>
      clock.at(clock.now() + STALL_MILLIS, () => stalled.abort(new Error("no data came for a minute")));
    let cancel = watch();
    try {
      const either = AbortSignal.any([signal, stalled.signal]);
      const source = await this.#context.openCheckpoint(job, from, either);
      source.on("data", () => {
        cancel();
        cancel = watch();
      });
      source.pause(); // until the one who unpacks asks
      return await unpackFolder(source, to, spec.checkpoint.path, either);
    } catch (error) {
      throw stalled.signal.aborted ? stalled.signal.reason : error;
    } finally {
      cancel();
    }
  }
}

async function measure(folder: string): Promise<Carried> {
  let [bytes, files] = [0, 0];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += (await lstat(join(entry.parentPath, entry.name))).size;
    files += 1;
  }
  return { bytes, files };
}
