import type { JobId } from "../core/job.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { JobLogs, LogFile } from "../store/job-logs.ts";

const EVERY: Millis = 600_000;
const FIRST_AFTER: Millis = 60_000;

/** How much of the output of jobs is kept; null: all of it. */
export interface LogLimits {
  readonly keepMillis: Millis | null;
  /** Of all attempts together; what may not be removed counts too. */
  readonly maxBytes: number | null;
}

interface House {
  readonly clock: Clock;
  readonly logs: JobLogs;
  readonly limits: LogLimits;
  /** Is there, or may there be, more to come of this attempt? */
  isLive(job: JobId, attempt: number): boolean;
  log(level: "info" | "warn", message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Removes the output of attempts that are over when it is too old or too much, the oldest first. Where it was is told to whoever reads. */
export class LogKeeping {
  readonly #house: House;
  #next: Cancel = () => {};
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(house: House) {
    this.#house = house;
  }

  start(): void {
    const { keepMillis, maxBytes } = this.#house.limits;
    if (keepMillis !== null || maxBytes !== null) this.#sweepIn(FIRST_AFTER);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#sweeping;
  }

  async sweep(): Promise<void> {
    const { clock, logs, limits, isLive, log } = this.#house;
    const { keepMillis, maxBytes } = limits;
    const files: LogFile[] = [];
    for await (const file of logs.files()) files.push(file);
    let all = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let removed = 0;
    for (const { job, attempt, bytes, at } of files.sort((a, b) => a.at - b.at)) {
      const isOld = keepMillis !== null && at < clock.now() - keepMillis;
      const isTooMuch = maxBytes !== null && all > maxBytes;
      if (this.#closed || !(isOld || isTooMuch)) break;
      if (isLive(job, attempt) || logs.isListenedTo(job)) continue;
      await logs.cut(job, attempt, clock.now());
      all -= bytes;
      removed += bytes;
    }
    if (removed > 0) log("info", "old output of jobs was removed", { bytes: removed });
  }

  #sweepIn(millis: Millis): void {
    const { clock, log } = this.#house;
    this.#next = clock.at(clock.now() + millis, () => {
      this.#sweeping = this.sweep()
        .catch((error) => log("warn", "old output of jobs could not be removed", { error: String(error) }))
        .then(() => {
          if (!this.#closed) this.#sweepIn(EVERY);
        });
    });
  }
}
