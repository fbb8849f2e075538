import { isDeepStrictEqual } from "node:util";
import type { RunRef } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { Job, JobId, JobProgress } from "../core/job.ts";
import { leadServer, type ServerId } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import { type Driver, type Output, OutputGone } from "../drivers/driver.ts";
import { createRecogniser, fraction, merge, type Progress } from "../progress/index.ts";
import type { JobLogs, LogEntry } from "../store/job-logs.ts";
import { type Exited, explained, type Heard, listen, nothingHeard } from "./heard.ts";
import { ProgressFile } from "./progress-file.ts";

/** Progress of a run is told at most this often. */
const PROGRESS_EVERY: Millis = 500;
const FIRST_RETRY: Millis = 200;
const LONGEST_RETRY: Millis = 5_000;
const IDLE_CHECK: Millis = 1_000;
/** Shorter values would blot out half of an innocent output. */
const SHORTEST_MASKED = 4;
const MASK = "***";
/** So many stored lines are looked at again for progress: a crash can come between a line and what is told of it. */
const REREAD_LINES = 200;

interface Reading extends Heard {
  readonly key: string;
  /** The member of the run that prints it; progress is what the first tells. */
  readonly rank: number;
  readonly driver: Driver;
  readonly ref: RunRef;
  readonly stop: AbortController;
  done: Promise<void>;
  lastOutputAt: Instant;
  lastProgressAt: Instant;
  /** Silence means nothing while nobody listens. */
  isBroken: boolean;
  isGivenUp: boolean;
}

interface House {
  readonly clock: Clock;
  readonly logs: JobLogs;
  job(id: JobId): Job | undefined;
  isUp(server: ServerId): boolean;
  secrets(id: JobId): Promise<Readonly<Record<string, string>>>;
  tell(event: Event): void;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Reads the output of every run as it comes: lines into the job's log, progress into events. */
export class OutputReader {
  readonly #house: House;
  readonly #readings = new Map<string, Reading>();
  /** Of runs that are read to their end and whose exit is still to come. */
  readonly #heard = new Map<string, Heard>();
  #idleCheck: Cancel = () => {};
  #closed = false;

  constructor(house: House) {
    this.#house = house;
    this.#watchIdle();
  }

  /** Begins, or goes on, reading a run: from behind the last line that is stored. Told twice, it reads once. */
  begin(driver: Driver, ref: RunRef, rank = 0): void {
    const key = keyOf(ref, rank);
    if (this.#closed || this.#readings.has(key)) return;
    const stop = new AbortController();
    const lastOutputAt = this.#house.clock.now();
    const reading: Reading = {
      ...{ key, rank, driver, ref, stop, lastOutputAt, isBroken: false, isGivenUp: false },
      done: Promise.resolve(),
      lastProgressAt: lastOutputAt,
      ...nothingHeard(),
    };
    this.#readings.set(key, reading);
    this.#heard.delete(key);
    reading.done = this.#read(reading)
      .catch((error) => this.#house.log("the output cannot be read", { run: key, error: String(error) }))
      .finally(() => {
        this.#readings.delete(key);
        if (reading.fault) this.#heard.set(key, reading);
        this.#house.logs.close(ref.job, ref.attempt);
      });
  }

  /** Stops reading what this driver gives: it is to be closed. */
  async release(driver: Driver): Promise<void> {
    await this.#stop((reading) => reading.driver === driver);
  }

  /** What a run told before it failed says more of its end than its exit code. */
  explained(exit: Exited): Exited {
    const all = [...this.#readings, ...this.#heard].filter(([key]) => isOf(exit, key));
    for (const [key] of all) this.#heard.delete(key);
    const [, heard] = all.find(([, { fault }]) => fault) ?? all[0] ?? [];
    return heard ? explained(exit, heard) : exit;
  }

  /** Stops reading what the job prints: its output is to be removed. */
  async drop(job: JobId): Promise<void> {
    await this.#stop(({ ref }) => ref.job === job);
  }

  /** Stops reading what this run prints on that server: it counts as lost. */
  giveUp(job: JobId, attempt: number, server: ServerId): void {
    for (const { stop, driver } of this.#of(job, attempt)) if (driver.server === server) stop.abort();
  }

  /** Resolves when all that the run printed is stored, or when none of it is being read. */
  async drained(job: JobId, attempt: number): Promise<void> {
    await Promise.all(this.#of(job, attempt).map(({ done }) => done));
  }

  #of(job: JobId, attempt: number): Reading[] {
    return [...this.#readings.values()].filter(({ ref }) => ref.job === job && ref.attempt === attempt);
  }

  isReading(job: JobId): boolean {
    for (const { ref } of this.#readings.values()) if (ref.job === job) return true;
    return false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idleCheck();
    await this.#stop(() => true);
  }

  async #stop(which: (reading: Reading) => boolean): Promise<void> {
    const readings = [...this.#readings.values()].filter(which);
    for (const { stop } of readings) stop.abort();
    await Promise.all(readings.map(({ done }) => done));
  }

  async #read(reading: Reading): Promise<void> {
    const { logs, clock } = this.#house;
    const { driver, ref, rank, key, stop } = reading;
    const { signal } = stop;
    const spec = this.#house.job(ref.job)?.spec;
    const progress = new ProgressTeller(ref, this.#house, spec?.progressPattern ?? null, () => {
      reading.lastProgressAt = clock.now();
    });
    const stored = await logs.read(ref.job, logs.tail(ref.job, REREAD_LINES, ref.attempt), REREAD_LINES, ref.attempt);
    const own = stored.lines.filter((line) => (line.rank ?? 0) === rank).map(({ text }) => text);
    if (rank === 0) progress.reread(own);
    for (const text of own) listen(reading, text);
    const file = spec?.progressFile;
    const table =
      file === undefined || rank > 0 ? null : new ProgressFile(driver, ref, file, clock, (told) => progress.take(told));
    const tailed = table?.follow(signal);
    let mask: ((text: string) => string) | null = null; // without it nothing is stored
    let pause = FIRST_RETRY;
    while (!signal.aborted) {
      try {
        const hide: (text: string) => string = mask ?? masker(Object.values(await this.#house.secrets(ref.job)));
        mask = hide;
        const positions = await logs.positions(ref.job, ref.attempt, rank);
        for await (const batch of driver.follow(ref, positions, signal)) {
          const lead = this.#readings.get(keyOf(ref, 0)) ?? reading;
          reading.lastOutputAt = lead.lastOutputAt = clock.now(); // a run is silent when all its members are
          reading.isBroken = false;
          const lines = batch.filter(isLine);
          logs.append(
            ref.job,
            ref.attempt,
            lines.map((line) => toEntry(line, hide, rank)),
          );
          for (const { kind, text } of batch) {
            if (rank === 0) progress.read(text);
            if (kind === "line") listen(reading, text, hide);
          }
          pause = FIRST_RETRY;
        }
        break;
      } catch (error) {
        if (signal.aborted || error instanceof OutputGone) break;
        reading.isBroken = true;
        this.#house.log("reading the output broke off; it is taken up again", { run: key, error: String(error) });
        await wait(clock, pause, signal);
        pause = Math.min(pause * 2, LONGEST_RETRY);
      }
    }
    table?.finish();
    await tailed;
    progress.end();
  }

  /** @param due when it was to look */
  #watchIdle(due = this.#house.clock.now()): void {
    const { clock, tell } = this.#house;
    const now = clock.now();
    for (const reading of this.#readings.values()) {
      const { ref, rank } = reading;
      if (rank > 0) continue;
      const job = this.#house.job(ref.job);
      if (job?.state.status !== "running" || reading.isBroken || reading.isGivenUp) continue;
      const { since } = job.state;
      // While this process stood still it heard nobody.
      const later = (at: Instant): Instant => Math.min(now, Math.max(at, since) + now - due);
      reading.lastOutputAt = later(reading.lastOutputAt);
      reading.lastProgressAt = later(reading.lastProgressAt);
      const message = stallOf(reading, job.spec.limits, now);
      if (message === null || !this.#house.isUp(leadServer(job.state.on))) continue;
      reading.isGivenUp = true;
      const cause = { origin: "application", code: "stalled", message } as const;
      tell({ type: "JobGivenUp", job: ref.job, attempt: ref.attempt, cause, at: now });
    }
    this.#idleCheck = clock.at(now + IDLE_CHECK, () => this.#watchIdle(now + IDLE_CHECK));
  }
}

/** Turns the lines of one run into progress events, not more of them than anybody wants. */
class ProgressTeller {
  readonly #ref: RunRef;
  readonly #house: House;
  readonly #recogniser;
  #known: Progress | null;
  /** The newest grant that it has taken over; programs may say so again and again. */
  #generation = 0;
  readonly #advanced: () => void;
  #toldAt: Instant = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | null = null;

  /** @param advanced called when it has told something new */
  constructor(ref: RunRef, house: House, pattern: string | null, advanced: () => void) {
    this.#ref = ref;
    this.#house = house;
    this.#advanced = advanced;
    this.#recogniser = createRecogniser(pattern === null ? {} : { pattern });
    const before = house.job(ref.job)?.progress;
    this.#known = before ? fromJob(before) : null;
  }

  read(text: string): void {
    const told = this.#recogniser.read(text);
    if (told) this.take(told);
  }

  take({ checkpoint, generation, ...progress }: Progress): void {
    if (Object.keys(progress).length > 0) {
      const before = this.#known;
      this.#known = merge(before, progress);
      if (!isDeepStrictEqual(before, this.#known)) this.#advanced();
      this.#schedule();
    }
    if (generation !== undefined && generation > this.#generation) {
      this.#flush(); // what was done before with the grant before
      this.#tellResized(generation);
    }
    if (checkpoint) {
      this.#advanced();
      this.#flush(); // what was done before it was saved is told before it
      this.#tellSaved(this.#stepOf(checkpoint));
    }
  }

  /** Lines that an earlier life stored, of which it may not have told. */
  reread(lines: readonly string[]): void {
    const job = this.#house.job(this.#ref.job);
    let saved: number | null = null;
    let latest = 0;
    for (const line of lines) {
      const found = this.#recogniser.read(line);
      if (!found) continue;
      const { checkpoint, generation, ...progress } = found;
      if (Object.keys(progress).length > 0) this.#known = merge(this.#known, progress);
      if (checkpoint) saved = this.#stepOf(checkpoint);
      if (generation !== undefined) latest = Math.max(latest, generation);
    }
    const told = job?.progress ? fromJob(job.progress) : null;
    if (this.#known && !isDeepStrictEqual(told, this.#known)) this.#schedule();
    if (saved !== null && job?.checkpoint && job.checkpoint.step !== saved) this.#tellSaved(saved);
    if (latest > 0) this.#tellResized(latest);
  }

  end(): void {
    this.#flush();
  }

  #tellSaved(step: number | null): void {
    const { job, attempt } = this.#ref;
    this.#house.tell({ type: "CheckpointSaved", job, attempt, step, by: "program", at: this.#house.clock.now() });
  }

  #tellResized(generation: number): void {
    this.#generation = generation;
    const { job, attempt } = this.#ref;
    this.#house.tell({ type: "RunResized", job, attempt, generation, at: this.#house.clock.now() });
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

/** Why a run has to be given up: it is silent, or does not come on, for longer than it may. Null when it need not. */
function stallOf(
  { lastOutputAt, lastProgressAt }: Reading,
  { idleSeconds, stallSeconds }: Job["spec"]["limits"],
  now: Instant,
): string | null {
  const isOver = (seconds: number, at: Instant): boolean => now - at >= seconds * 1000;
  if (idleSeconds !== null && isOver(idleSeconds, lastOutputAt)) return `it printed nothing for ${idleSeconds} s`;
  if (stallSeconds === undefined || !isOver(stallSeconds, lastProgressAt)) return null;
  return `it made no progress for ${stallSeconds} s`;
}

function fromJob({ fraction: _fraction, at: _at, ...progress }: JobProgress): Progress {
  const { metrics, ...rest } = progress;
  return metrics ? { ...rest, metrics: { ...metrics } } : rest;
}

const isLine = (output: Output): output is Extract<Output, { kind: "line" }> => output.kind === "line";

const toEntry = (
  { stream, at, text, position, continues }: Extract<Output, { kind: "line" }>,
  mask: (text: string) => string,
  rank: number,
): LogEntry => ({
  stream,
  at,
  text: mask(text),
  position,
  ...(continues && { continues }),
  ...(rank > 0 && { rank }),
});

const keyOf = ({ job, attempt }: Pick<RunRef, "job" | "attempt">, rank: number): string => `${job}.${attempt}#${rank}`;
const isOf = ({ job, attempt }: Pick<RunRef, "job" | "attempt">, key: string): boolean =>
  key.startsWith(`${job}.${attempt}#`);

function masker(secrets: readonly string[]): (text: string) => string {
  // Output comes line by line, so a key of several lines is hidden line by line.
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]).map((part) => part.trim());
  const hidden = parts.filter((part) => part.length >= SHORTEST_MASKED).sort((a, b) => b.length - a.length);
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
