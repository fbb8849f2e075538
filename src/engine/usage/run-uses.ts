import type { JobId } from "../../core/job.ts";
import type { Instant, Millis } from "../../core/time.ts";
import type { Driver, RunUse } from "../../drivers/driver.ts";
import type { JobSample } from "../../store/usage/sample.ts";

/** A look that takes longer is given up. */
const LOOK_DEADLINE: Millis = 8_000;
/** What was seen longer ago says nothing of the present. */
const STALE: Millis = 30_000;

interface Seen {
  readonly job: JobId;
  readonly at: Instant;
  readonly cpuMillis: number | null;
  readonly cores: number | null;
  readonly memoryMiB: number | null;
}

/** What the runs of one server really use: looked at now and then, never waited for. */
export class RunUses {
  readonly #driver: Driver;
  #seen = new Map<string, Seen>();
  #looking = false;
  #seenAt: Instant | null = null;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  isOf(driver: Driver): boolean {
    return driver === this.#driver;
  }

  /** Resolves when it has looked, or could not; at once where it looks already. */
  async look(now: () => Instant, closing: AbortSignal): Promise<void> {
    if (this.#looking || !this.#driver.lookAtUse) return;
    this.#looking = true;
    try {
      const uses = await this.#driver.lookAtUse(AbortSignal.any([closing, AbortSignal.timeout(LOOK_DEADLINE)]));
      this.#seen = new Map(uses.map((use) => [keyOf(use), this.#next(use)]));
      this.#seenAt = now();
    } catch {
      // The server is slow or away, which others look after.
    } finally {
      this.#looking = false;
    }
  }

  /** Null where it is not known what is used. */
  samples(now: Instant): readonly JobSample[] | null {
    if (this.#seenAt === null || this.#seenAt < now - STALE) return null;
    return [...this.#seen.values()].map(({ job, cores, memoryMiB }) => ({ job, cores, memoryMiB }));
  }

  #next(use: RunUse): Seen {
    const { at, cpuMillis, memoryMiB, run } = use;
    const before = this.#seen.get(keyOf(use));
    const isKnown = before && before.cpuMillis !== null && cpuMillis !== null && at > before.at;
    // A process that ended elsewhere than with its parent takes what it had along.
    const cores = isKnown ? Math.max(0, cpuMillis - (before.cpuMillis ?? 0)) / (at - before.at) : null;
    return { job: run.job, at, cpuMillis, cores, memoryMiB };
  }
}

const keyOf = ({ run }: RunUse): string => `${run.job}.${run.attempt}`;
