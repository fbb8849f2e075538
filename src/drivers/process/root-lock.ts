import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./processes.ts";

/** The holder, or null once it let go. */
type Holder = ProcessIdentity | null;

/**
 * One server at a time works in a folder. Each holder makes the next of a row of numbered files, which only one of several can
 * make; so a holder that died is followed without ever taking down a lock that someone else has just made.
 */
export class RootLock {
  readonly #folder: string;
  #file: string | null = null;

  constructor(root: string) {
    this.#folder = join(root, "lock");
  }

  /** Rejects when another server, or another driver of this one, holds it. */
  async take(): Promise<void> {
    if (this.#file) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (;;) {
      const last = Math.max(0, ...(await this.#numbers()));
      const holder = last === 0 ? null : await this.#holder(last);
      if (holder && isAlive(holder)) {
        throw new Error(`${this.#folder} is held by another server (process ${holder.pid})`);
      }
      if (await this.#make(last + 1)) return;
    }
  }

  async release(): Promise<void> {
    if (!this.#file) return;
    await this.#write(this.#file, null);
    this.#file = null;
  }

  async #make(number: number): Promise<boolean> {
    const file = this.#path(number);
    const draft = join(this.#folder, `draft-${randomUUID()}`); // its own: two of this process may be at it
    await writeFile(draft, JSON.stringify(identify(process.pid)), { mode: 0o600 });
    try {
      await link(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
    const numbers = await this.#numbers();
    if (Math.max(...numbers) > number) {
      await rm(file, { force: true }); // the row went on while we looked at its old end
      return false;
    }
    for (const old of numbers.filter((other) => other < number)) await rm(this.#path(old), { force: true });
    this.#file = file;
    return true;
  }

  async #numbers(): Promise<number[]> {
    return (await readdir(this.#folder)).filter((name) => /^\d+$/.test(name)).map(Number);
  }

  async #holder(number: number): Promise<Holder> {
    try {
      return JSON.parse(await readFile(this.#path(number), "utf8")) as Holder;
    } catch {
      return null; // its follower is there already: making the next one will tell
    }
  }

  async #write(file: string, holder: Holder): Promise<void> {
    await writeFile(`${file}.part`, JSON.stringify(holder), { mode: 0o600 });
    await rename(`${file}.part`, file);
  }

  #path(number: number): string {
    return join(this.#folder, String(number));
  }
}
