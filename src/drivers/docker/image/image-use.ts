import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fullName } from "../../../core/image-name.ts";

/** What is on record of one image: an engine cannot be told. */
export interface Use {
  /** When a container was last made of it. */
  readonly usedAt: number;
  /** We fetched it: what came by another way may not be had again. */
  readonly pulled: boolean;
}

/** Which images of one engine jobs have used. Kept in a file, replaced whole; without one in memory only. */
export class ImageUses {
  readonly #file: string | null;
  readonly #uses: Map<string, Use>;

  constructor(file: string | null) {
    this.#file = file;
    this.#uses = new Map(Object.entries(file === null ? {} : stored(file)));
  }

  get all(): ReadonlyMap<string, Use> {
    return this.#uses;
  }

  /** A job's container is made of it now. */
  note(image: string, now: number, pulled: boolean): void {
    const name = fullName(image);
    this.#uses.set(name, { usedAt: now, pulled: pulled || (this.#uses.get(name)?.pulled ?? false) });
    this.#store();
  }

  forget(name: string): void {
    if (this.#uses.delete(name)) this.#store();
  }

  #store(): void {
    if (this.#file === null) return;
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#file}.part`, JSON.stringify(Object.fromEntries(this.#uses)), { mode: 0o600 });
    renameSync(`${this.#file}.part`, this.#file);
  }
}

/** What cannot be read is as good as unknown: then no image is removed. */
function stored(file: string): Record<string, Use> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, Use>;
  } catch {
    return {};
  }
}
