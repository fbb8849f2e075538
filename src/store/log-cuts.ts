import { createReadStream, existsSync, readFileSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobId } from "../core/job.ts";
import type { Instant } from "../core/time.ts";

/** What stands for the output of an attempt that was removed: cursors into it are told, instead of being wrong or silent. */
export interface Cut {
  readonly lines: number;
  readonly bytes: number;
  readonly at: Instant;
}

const NEWLINE = 10;

/** The marks that removed output leaves: `<attempt>.cut` beside where `<attempt>.log` was. */
export class LogCuts {
  readonly #root: string;
  readonly #known = new Map<string, Cut | null>();

  constructor(root: string) {
    this.#root = root;
  }

  of(job: JobId, attempt: number): Cut | null {
    const key = `${job}/${attempt}`;
    let cut = this.#known.get(key);
    if (cut === undefined) {
      const path = this.#path(job, attempt);
      cut = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Cut) : null;
      if (cut) this.#known.set(key, cut); // what was not cut is looked up anew: there are too many to remember
    }
    return cut;
  }

  /** Removes the output. The mark comes first and whole: after a crash there is the output, or the mark, or both, and then the mark counts. */
  async make(job: JobId, attempt: number, at: Instant): Promise<Cut> {
    const log = join(this.#root, job, `${attempt}.log`);
    const known = this.of(job, attempt);
    const cut = known ?? { ...(await measured(log)), at };
    if (!known) {
      const path = this.#path(job, attempt);
      const file = await open(`${path}.part`, "w", 0o600);
      await file.writeFile(JSON.stringify(cut));
      await file.sync();
      await file.close();
      await rename(`${path}.part`, path);
      this.#known.set(`${job}/${attempt}`, cut);
    }
    await rm(log, { force: true });
    return cut;
  }

  forget(job: JobId, attempt: number): void {
    this.#known.delete(`${job}/${attempt}`);
    rmSync(this.#path(job, attempt), { force: true });
  }

  #path(job: JobId, attempt: number): string {
    return join(this.#root, job, `${attempt}.cut`);
  }
}

async function measured(path: string): Promise<{ lines: number; bytes: number }> {
  let [lines, bytes] = [0, 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
    bytes += chunk.length;
  }
  return { lines, bytes };
}
