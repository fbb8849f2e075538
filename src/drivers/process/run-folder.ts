import { access, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunOrder } from "../../core/command.ts";
import type { ProcessIdentity } from "./processes.ts";

/** Written by the driver. `order.json` says that the run was told to start, `prepared.json` only that it may be. */
export interface StoredOrder {
  readonly cluster: string;
  readonly order: RunOrder;
}

/** Written by the driver, obeyed by the supervisor. */
export interface Wanted {
  readonly paused: boolean;
  readonly stop: { readonly signal: string; readonly graceMillis: number } | null;
  /** Its present grant, where that has changed since it started; `cpus` by the kernel's numbers, none for any. */
  readonly grant: {
    readonly generation: number;
    readonly cpus: readonly number[];
    readonly signal: string | null;
  } | null;
}

/** Written by the supervisor when the job has that grant. */
export interface Granted {
  readonly generation: number;
}

/** Written by the supervisor when the job's process is there. */
export interface Started extends ProcessIdentity {
  readonly at: number;
}

/** Written by the supervisor when the job, its group and its output are over; by the driver when the supervisor is gone. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started. */
  readonly error: { readonly code: string | null; readonly message: string } | null;
  /** It was asked to stop before it ended. */
  readonly stopped: boolean;
  /** How many processes of this machine the kernel killed meanwhile for want of memory; not given where it does not count them. */
  readonly oomKills?: number;
  /** Nobody saw its end. */
  readonly lost?: boolean;
  readonly at: number;
}

/** Written by the driver: where the job runs. */
export interface Workplace {
  readonly cwd: string;
}

interface Files {
  "workplace.json": Workplace;
  "prepared.json": StoredOrder;
  "order.json": StoredOrder;
  "wanted.json": Wanted;
  "granted.json": Granted;
  "supervisor.json": ProcessIdentity;
  "started.json": Started;
  "exit.json": Exit;
}

/** What there is of one run on disk: all that is needed to find it again. Files are replaced whole, never half. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Where the job starts when its spec names no folder. */
  get work(): string {
    return join(this.path, "work");
  }

  /** What a container finds as `/schedulearn`. */
  get schedulearn(): string {
    return join(this.path, "schedulearn");
  }

  async make(): Promise<void> {
    await mkdir(this.work, { recursive: true, mode: 0o700 });
    await mkdir(this.schedulearn, { recursive: true, mode: 0o700 });
  }

  async write<Name extends keyof Files>(name: Name, value: Files[Name]): Promise<void> {
    await this.writeText(name, JSON.stringify(value));
  }

  /** @param name relative to the folder @param mode Unix permissions */
  async writeText(name: string, text: string, mode = 0o600): Promise<void> {
    const path = join(this.path, name);
    await writeFile(`${path}.part`, text, { mode });
    await rename(`${path}.part`, path);
  }

  /** Null when it is not there. */
  async read<Name extends keyof Files>(name: Name): Promise<Files[Name] | null> {
    try {
      return JSON.parse(await readFile(join(this.path, name), "utf8")) as Files[Name];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  isThere(): Promise<boolean> {
    return isThere(this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
    await removeIfEmpty(dirname(this.path));
  }
}

/** The folder of a job goes with the last of its runs or checkpoints. */
export async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST" && error.code !== "ENOENT") throw error;
  });
}

/** What is in a folder; nothing is in one that is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
