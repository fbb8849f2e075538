import type { ImagesConfig } from "../../../config/index.ts";
import type { Cancel } from "../../../core/time.ts";
import type { DriverContext } from "../../driver.ts";
import type { Engine } from "../engine/engine.ts";
import { reasonOf } from "../engine/engine.ts";
import { type ImageCollection, namesOf } from "../image/image-collection.ts";
import type { Disk, EngineDisk } from "./disk.ts";

/** What costs a container is looked at less often. */
const EVERY_MILLIS = 30_000;
const DEAR_EVERY_MILLIS = 300_000;
/** What changes by less is not told: it would fill the log. */
const NEWS_FRACTION = 0.1;
const MOST_NAMES = 1_000;

interface Told {
  readonly freeDiskMiB: number | null;
  readonly images: readonly string[];
}

/**
 * Looks at an engine's disk and images again and again, tells of them when they have changed, and has images removed when the disk
 * is full.
 */
export class Measures {
  readonly #server: string;
  readonly #engine: Engine;
  readonly #context: DriverContext;
  readonly #disk: EngineDisk;
  readonly #collection: ImageCollection;
  readonly #rules: ImagesConfig;
  readonly #minFreeDiskMiB: number;
  readonly #closing: AbortSignal;
  #cancel: Cancel = () => undefined;
  #looking: Promise<Disk | null> | null = null;
  #told: Told | null = null;

  constructor(options: {
    readonly server: string;
    readonly engine: Engine;
    readonly context: DriverContext;
    readonly disk: EngineDisk;
    readonly collection: ImageCollection;
    readonly rules: ImagesConfig;
    readonly minFreeDiskMiB: number;
    readonly closing: AbortSignal;
  }) {
    this.#server = options.server;
    this.#engine = options.engine;
    this.#context = options.context;
    this.#disk = options.disk;
    this.#collection = options.collection;
    this.#rules = options.rules;
    this.#minFreeDiskMiB = options.minFreeDiskMiB;
    this.#closing = options.closing;
    this.#closing.addEventListener("abort", () => this.#cancel(), { once: true });
  }

  /** Looks now, and from now on. What is told may have been forgotten by a server that joined anew, so it is told again. */
  start(): void {
    this.#told = null;
    void this.look();
  }

  /** Looks now; null where the disk cannot be known. */
  look(): Promise<Disk | null> {
    this.#cancel();
    this.#looking ??= this.#measure()
      .catch((error: unknown) => {
        if (!this.#closing.aborted)
          this.#context.log("disk and images could not be looked at", { reason: reasonOf(error) });
        return null;
      })
      .finally(() => {
        this.#looking = null;
        if (this.#closing.aborted) return;
        const { clock } = this.#context;
        const pause = this.#disk.isDear ? DEAR_EVERY_MILLIS : EVERY_MILLIS;
        this.#cancel = clock.at(clock.now() + pause, () => void this.look());
      });
    return this.#looking;
  }

  /** Removes images until no more than the low watermark is in use. @returns the names */
  collect(): Promise<string[]> {
    const isEnough = async (): Promise<boolean> => {
      const disk = await this.#disk.look(this.#closing);
      return disk !== null && usedPercent(disk) <= this.#rules.lowPercent;
    };
    return this.#collection.collect(isEnough, this.#closing);
  }

  async #measure(): Promise<Disk | null> {
    let disk = await this.#disk.look(this.#closing);
    if (disk && usedPercent(disk) >= this.#rules.highPercent) {
      const removed = await this.collect();
      if (removed.length > 0) {
        this.#context.log("the disk was full: removed images that no job has used for long", { removed });
        disk = await this.#disk.look(this.#closing);
      }
    }
    const images = await this.#engine.ask({ signal: this.#closing, patienceMillis: 0 }, (abortSignal) =>
      this.#engine.docker.listImages({ abortSignal }),
    );
    const names = images.flatMap(namesOf).sort().slice(0, MOST_NAMES);
    this.#tell({ freeDiskMiB: disk?.freeMiB ?? null, images: names });
    return disk;
  }

  #tell(now: Told): void {
    if (this.#closing.aborted || (this.#told && !this.#isNews(this.#told, now))) return;
    this.#told = now;
    const at = this.#context.clock.now();
    const [server, minFreeDiskMiB] = [this.#server, this.#minFreeDiskMiB];
    this.#context.emit({ type: "ServerMeasured", at, server, minFreeDiskMiB, ...now });
  }

  #isNews(before: Told, now: Told): boolean {
    const [was, is] = [before.freeDiskMiB, now.freeDiskMiB];
    if (before.images.join() !== now.images.join() || (was === null) !== (is === null)) return true;
    if (was === null || is === null) return false;
    const crosses = was < this.#minFreeDiskMiB !== is < this.#minFreeDiskMiB;
    return crosses || Math.abs(was - is) > was * NEWS_FRACTION;
  }
}

const usedPercent = ({ totalMiB, freeMiB }: Disk): number => (totalMiB === 0 ? 0 : 100 - (freeMiB / totalMiB) * 100);
