import type { ImageInfo } from "dockerode";
import type { ImagesConfig } from "../../../config/index.ts";
import { fullName } from "../../../core/image-name.ts";
import type { KeptImage } from "../../driver.ts";
import type { Engine } from "../engine/engine.ts";
import { accept, statusOf } from "../engine/engine.ts";
import type { ImageUses } from "./image-use.ts";

const HOUR = 3_600_000;
const MIB = 1024 * 1024;

/** The images of an engine that jobs have used: which of them could go, the longest unused first, and why the others stay. */
export class ImageCollection {
  readonly #engine: Engine;
  readonly #uses: ImageUses;
  readonly #rules: ImagesConfig;
  readonly #now: () => number;

  constructor(engine: Engine, uses: ImageUses, rules: ImagesConfig, now: () => number) {
    this.#engine = engine;
    this.#uses = uses;
    this.#rules = rules;
    this.#now = now;
  }

  /** The longest unused first. */
  async list(signal: AbortSignal): Promise<KeptImage[]> {
    const images = await this.#engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
      this.#engine.docker.listImages({ abortSignal }),
    );
    const containers = await this.#engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
      this.#engine.docker.listContainers({ all: true, abortSignal }),
    );
    const inUse = new Set(containers.map(({ ImageID }) => ImageID));
    const byName = new Map(images.flatMap((image) => namesOf(image).map((name) => [name, image] as const)));
    const found = [...this.#uses.all].flatMap(([name, { usedAt, pulled }]): KeptImage[] => {
      const image = byName.get(name);
      if (!image) return [];
      const stays = this.#whyStays(name, usedAt, pulled, inUse.has(image.Id));
      return [{ name, sizeMiB: Math.round(image.Size / MIB), usedAt, stays }];
    });
    return found.sort((a, b) => a.usedAt - b.usedAt);
  }

  /** Removes those that could go until `isEnough`. @returns the names */
  async collect(isEnough: () => Promise<boolean>, signal: AbortSignal): Promise<string[]> {
    const removed: string[] = [];
    for (const { name, stays } of await this.list(signal)) {
      if (stays !== null) continue;
      if (await isEnough()) break;
      try {
        await this.#engine
          .ask({ signal, patienceMillis: 0 }, (abortSignal) =>
            this.#engine.docker.getImage(name).remove({ abortSignal } as object),
          )
          .catch(accept(404));
      } catch (error) {
        if (statusOf(error) === 409) continue; // a container was made of it this very moment
        throw error;
      }
      this.#uses.forget(name);
      removed.push(name);
    }
    return removed;
  }

  #whyStays(name: string, usedAt: number, pulled: boolean, inUse: boolean): string | null {
    const { keep, minAgeHours } = this.#rules;
    if (inUse) return "a container is made of it";
    if (!pulled) return "it was not pulled for a job, and may not be had again";
    if (keep.some((pattern) => matches(pattern, name))) return "images.keep names it";
    return this.#now() - usedAt < minAgeHours * HOUR ? `a job used it within ${minAgeHours} h` : null;
  }
}

/** By tag, and by digest where it has been pulled by one. */
export const namesOf = ({ RepoTags, RepoDigests }: ImageInfo): string[] =>
  [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => !name.startsWith("<none>")).map(fullName);

/** `*` stands for any characters; a pattern without a tag is for all tags. */
export function matches(pattern: string, name: string): boolean {
  const text = fullName(pattern.includes("*") ? `${pattern}:` : pattern).replace(/:$/, "");
  const parts = text.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}${pattern.includes("*") ? "(:.*)?" : ""}$`).test(name);
}
