import type { RunRef } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { Job, JobId, JobProgress } from "../core/job.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { Driver, Output } from "../drivers/driver.ts";
import { createRecogniser, fraction, merge, type Progress } from "../progress/index.ts";
import type { JobLogs, LogEntry } from "../store/job-logs.ts";

/** Progress of a run is told at most this often. */
const PROGRESS_EVERY: Millis = 500;
const FIRST_RETRY: Millis = 200;
const LONGEST_RETRY: Millis = 5_000;
const IDLE_CHECK: Millis = 1_000;
/** Shorter values would blot out half of an innocent output. */
const SHORTEST_MASKED = 4;
const MASK = "***";

interface Reading {
  readonly key: string;
  readonly ref: RunRef;
  readonly done: Promise<void>;
  readonly stop: AbortController;
  lastOutputAt: Instant;
}

interface House {
  readonly clock: Clock;
  readonly logs: JobLogs;
  job(id: JobId): Job | undefined;
  secrets(id: JobId): Promise<Readonly<Record<string, string>>>;
  tell(event: Event): void;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Reads the output of every run as it comes: lines into the job's log, progress into events. */
export class OutputReader {
  readonly #house: House;
  readonly #readings = new Map<string, Reading>();
  #idleCheck: Cancel = () => {};
  #closed = false;

  constructor(house: House) {
    this.#house = house;
    this.#watchIdle();
  }

  /** Begins, or goes on, reading a run: from behind the last line that is stored. Told twice, it reads once. */
  begin(driver: Driver, ref: RunRef): void {
    const key = `${ref.job}.${ref.attempt}`;
    if (this.#closed || this.#readings.has(key)) return;
    const stop = new AbortController();
    const reading: Reading = {
      key,
      ref,
      stop,
      lastOutputAt: this.#house.clock.now(),
      done: this.#read(driver, ref, key, stop.signal).finally(() => {
        this.#readings.delete(key);
        this.#house.logs.close(ref.job, ref.attempt);
      }),
    };
    this.#readings.set(key, reading);
  }

  /** Resolves when all that the run printed is stored, or when none of it is being read. */
  drained(job: JobId, attempt: number): Promise<void> {
    return this.#readings.get(`${job}.${attempt}`)?.done ?? Promise.resolve();
  }

  isReading(job: JobId): boolean {
    for (const { ref } of this.#readings.values()) if (ref.job === job) return true;
    return false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idleCheck();
    const readings = [...this.#readings.values()];
    for (const { stop } of readings) stop.abort();
    await Promise.all(readings.map(({ done }) => done));
  }

  async #read(driver: Driver, ref: RunRef, key: string, signal: AbortSignal): Promise<void> {
    const { logs, clock } = this.#house;
    const spec = this.#house.job(ref.job)?.spec;
    const progress = new ProgressTeller(ref, this.#house, spec?.progressPattern ?? null);
    const mask = masker(Object.values(await this.#house.secrets(ref.job).catch(() => ({}))));
    let pause = FIRST_RETRY;
    while (!signal.aborted) {
      try {
        for await (const batch of driver.follow(ref, logs.positions(ref.job, ref.attempt), signal)) {
          const reading = this.#readings.get(key);
          if (reading) reading.lastOutputAt = clock.now();
          logs.append(
            ref.job,
            ref.attempt,
            batch.filter(isLine).map((line) => toEntry(line, mask)),
          );
          for (const { text } of batch) progress.read(text);
          pause = FIRST_RETRY;
        }
        break;
      } catch (error) {
        if (signal.aborted) break;
        this.#house.log("reading the output broke off; it is taken up again", { run: key, error: String(error) });
        await wait(clock, pause, signal);
        pause = Math.min(pause * 2, LONGEST_RETRY);
      }
    }
    progress.end();
  }

  #watchIdle(): void {
    const { clock, tell } = this.#house;
    const now = clock.now();
    for (const { ref, lastOutputAt } of this.#readings.values()) {
      const job = this.#house.job(ref.job);
      const limit = job?.spec.limits.idleSeconds ?? null;
      if (!job || limit === null || job.state.status !== "running" || now - lastOutputAt < limit * 1000) continue;
      const cause = { origin: "application", code: "stalled", message: `it printed nothing for ${limit} s` } as const;
      tell({ type: "JobGivenUp", job: ref.job, attempt: ref.attempt, cause, at: now });
    }
    this.#idleCheck = clock.at(now + IDLE_CHECK, () => this.#watchIdle());
  }
}

/** Turns the lines of one run into progress events, not more of them than anybody wants. */
class ProgressTeller {
  readonly #ref: RunRef;
  readonly #house: House;
  readonly #recogniser;
  #known: Progress | null;
  #toldAt: Instant = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | null = null;

  constructor(ref: RunRef, house: House, pattern: string | null) {
    this.#ref = ref;
    this.#house = house;
    this.#recogniser = createRecogniser(pattern === null ? {} : { pattern });
    const before = house.job(ref.job)?.progress;
    this.#known = before ? fromJob(before) : null;
  }

  read(text: string): void {
    const told = this.#recogniser.read(text);
    if (!told) return;
    const { checkpoint, ...progress } = told;
    if (Object.keys(progress).length > 0) {
      this.#known = merge(this.#known, progress);
      this.#schedule();
    }
    if (checkpoint) {
      this.#flush(); // what was done before it was saved is told before it
      const { job, attempt } = this.#ref;
      this.#house.tell({
        type: "CheckpointSaved",
        job,
        attempt,
        step: this.#stepOf(checkpoint),
        at: this.#house.clock.now(),
      });
    }
  }

  end(): void {
    this.#flush();
  }

  #stepOf({ step, epoch }: { step?: number; epoch?: number }): number | null {
    const steps = this.#known?.steps;
    if (epoch === undefined) return step ?? null;
    return steps === undefined ? null : epoch * steps + (step ?? 0);
  }

  #schedule(): void {
    if (this.#cancel) return;
    const { clock } = this.#house;
    const due = this.#toldAt + PROGRESS_EVERY;
    this.#cancel = clock.at(Math.max(due, clock.now()), () => this.#flush());
  }

  #flush(): void {
    if (!this.#cancel || !this.#known) return;
    this.#cancel();
    this.#cancel = null;
    this.#toldAt = this.#house.clock.now();
    const { job, attempt } = this.#ref;
    const { checkpoint: _, ...known } = this.#known;
    const progress: JobProgress = { ...known, fraction: fraction(known), at: this.#toldAt };
    this.#house.tell({ type: "RunProgressed", job, attempt, progress, at: this.#toldAt });
  }
}

function fromJob({ fraction: _fraction, at: _at, ...progress }: JobProgress): Progress {
  const { metrics, ...rest } = progress;
  return metrics ? { ...rest, metrics: { ...metrics } } : rest;
}

const isLine = (output: Output): output is Extract<Output, { kind: "line" }> => output.kind === "line";

const toEntry = (
  { stream, at, text, position, continues }: Extract<Output, { kind: "line" }>,
  mask: (text: string) => string,
): LogEntry => ({
  stream,
  at,
  text: mask(text),
  position,
  ...(continues && { continues }),
});

function masker(secrets: readonly string[]): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST_MASKED).sort((a, b) => b.length - a.length);
  if (hidden.length === 0) return (text) => text;
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

function wait(clock: Clock, millis: Millis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.at(clock.now() + millis, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
