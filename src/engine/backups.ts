import type { Manifest } from "../carry/manifest.ts";
import type { Event } from "../core/event.ts";
import type { Job, JobId } from "../core/job.ts";
import { attainedBy, globalStep, placementOf } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { leadServer, type ServerId } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { CheckpointLook, Driver } from "../drivers/driver.ts";
import { Changing, type Vault, VaultFull } from "../store/vault/vault.ts";

/** How often running jobs are looked at for news of their checkpoints, at most. */
const LOOK_EVERY: Millis = 10_000;
/** A file's time may lag behind the clock by so much: what changed later than this before the copy may have changed during it. */
const CLOCK_GRAIN: Millis = 50;
/** A copy during which nothing moves for so long is given up. */
const SILENCE: Millis = 60_000;

export interface BackupSettings {
  /** Between two copies for one job; 0: none are made. */
  readonly everyMillis: Millis;
  /** How many copies of a job are kept. */
  readonly kept: number;
}

interface House {
  readonly clock: Clock;
  readonly vault: Vault;
  readonly settings: BackupSettings;
  scheduler(): Scheduler;
  driverOf(server: ServerId): Driver | null;
  tell(event: Event): void;
  log(level: "info" | "warn", message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Copies the checkpoints of running jobs into the vault when there is something new in them: one at a time from each server. */
export class Backups {
  readonly #house: House;
  readonly #busy = new Map<ServerId, Promise<void>>();
  /** The newest change of a job's folder that is in a copy, by the clock of its server. */
  readonly #copied = new Map<JobId, Instant>();
  /** Who was looked at longest ago goes first. */
  readonly #tried = new Map<JobId, Instant>();
  /** Why a job has no newer copy. */
  readonly #problems = new Map<JobId, string>();
  readonly #closed = new AbortController();
  #next: Cancel = () => {};

  constructor(house: House) {
    this.#house = house;
    if (house.settings.everyMillis > 0) this.#lookLater();
  }

  /** In plain words why there is no newer copy of its checkpoint; null when there is nothing to say. */
  problemOf(job: JobId): string | null {
    return this.#problems.get(job) ?? null;
  }

  /** The job's record goes, and its copies with it. */
  async drop(job: JobId): Promise<void> {
    this.#copied.delete(job);
    this.#tried.delete(job);
    this.#problems.delete(job);
    await Promise.allSettled(this.#busy.values());
    await this.#house.vault.keep(job, 0);
  }

  async close(): Promise<void> {
    this.#next();
    this.#closed.abort(new Error("the server is shutting down"));
    await Promise.allSettled(this.#busy.values());
  }

  #lookLater(): void {
    const { clock, settings } = this.#house;
    this.#next = clock.at(clock.now() + Math.min(LOOK_EVERY, settings.everyMillis), () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { clock, scheduler, settings } = this.#house;
    const now = clock.now();
    const due = [...scheduler().jobs.values()]
      .filter(({ state, checkpoint }) => state.status === "running" && checkpoint !== null)
      .filter(({ backup }) => (backup?.takenAt ?? Number.NEGATIVE_INFINITY) + settings.everyMillis <= now)
      .sort((a, b) => (this.#tried.get(a.id) ?? 0) - (this.#tried.get(b.id) ?? 0));
    for (const job of due) {
      const server = leadServer(placementOf(job) ?? []);
      const driver = this.#house.driverOf(server);
      if (!driver || this.#busy.has(server) || this.#isCarrying(server)) continue;
      if (scheduler().servers.get(server)?.health !== "up") continue;
      this.#tried.set(job.id, now);
      const copying = this.#backUp(job, driver).finally(() => this.#busy.delete(server));
      this.#busy.set(server, copying);
    }
  }

  /** A job that waits for its checkpoint has the line first. */
  #isCarrying(server: ServerId): boolean {
    for (const { state } of this.#house.scheduler().jobs.values())
      if (state.status === "starting" && state.phase === "carrying")
        if (state.checkpoint.from?.server === server || leadServer(state.on) === server) return true;
    return false;
  }

  async #backUp(job: Job, driver: Driver): Promise<void> {
    const { log } = this.#house;
    try {
      if (await this.#copy(job, driver)) this.#problems.delete(job.id);
    } catch (error) {
      const { message } = error as Error;
      if (this.#closed.signal.aborted || error instanceof Changing) return; // the next look finds it at rest
      const problem = error instanceof VaultFull ? `there is no room for a copy of it: ${message}` : message;
      if (this.#problems.get(job.id) !== problem)
        log("warn", "a checkpoint could not be backed up", { job: job.id, reason: problem });
      this.#problems.set(job.id, problem);
    }
  }

  /** Whether there is a new copy. Rejects with Changing when the folder did not stay as it was. */
  async #copy(job: Job, driver: Driver): Promise<boolean> {
    const { id, attempt, checkpoint: known, backup } = job;
    const { clock, vault, scheduler, settings, tell } = this.#house;
    if (!known || !driver.lookAtCheckpoint) return false;
    const { signal } = this.#closed;
    const look = await driver.lookAtCheckpoint(id, known, [], signal);
    if (look.changedAt === null || look.changedAt === this.#copied.get(id)) return false;
    if (look.changedAt > look.now - CLOCK_GRAIN) return false;
    const changedAt = clock.now() - (look.now - look.changedAt);
    if (known.told) {
      if (backup?.savedAt === known.savedAt) return false;
    } else {
      if (changedAt <= (scheduler().run(id)?.placedAt ?? Number.POSITIVE_INFINITY)) return false;
      tell({ type: "CheckpointSaved", job: id, attempt, step: null, by: "files", at: changedAt });
    }
    const facts = {
      generation: known.generation,
      step: known.told ? known.step : job.progress && globalStep(job.progress),
      savedAt: known.told ? known.savedAt : changedAt,
      serviceMillis: known.told ? (known.serviceMillis ?? 0) : attainedBy(job, changedAt).serviceMillis,
    };
    const copying = new AbortController();
    const quiet = () => copying.abort(new Error(`nothing moved for ${SILENCE / 1000} s`));
    const watchdog = setTimeout(quiet, SILENCE);
    const either = AbortSignal.any([signal, copying.signal]);
    try {
      const source = await driver.readCheckpoint(id, known, either);
      source.on("data", () => watchdog.refresh()).pause();
      const settle = (manifest: Manifest) => this.#settle(id, driver, known, look, manifest, either);
      const { bytes, files } = await vault.take(id, source, facts, clock.now(), settle, either);
      tell({ type: "CheckpointBackedUp", job: id, attempt, ...facts, bytes, files, at: clock.now() });
    } finally {
      clearTimeout(watchdog);
    }
    this.#copied.set(id, look.changedAt);
    await vault.keep(id, settings.kept);
    return true;
  }

  /** What was read is one state of the folder only if nothing changed since before the first byte was read. */
  async #settle(
    id: JobId,
    driver: Driver,
    folder: NonNullable<Job["checkpoint"]>,
    before: CheckpointLook,
    manifest: Manifest,
    signal: AbortSignal,
  ): Promise<void> {
    const files = [...manifest.values()].filter(({ type }) => type === "file");
    const after = await driver.lookAtCheckpoint?.(
      id,
      folder,
      files.map(({ path }) => path),
      signal,
    );
    if (!after || after.changedAt !== before.changedAt) throw new Changing("files came or went");
    for (const [i, { path, size, modifiedAt }] of files.entries()) {
      const now = after.files[i];
      const isSame = now?.size === size && Math.floor(now.changedAt / 1000) === modifiedAt;
      if (!isSame || now.changedAt > before.now - CLOCK_GRAIN) throw new Changing(`${path} was written`);
    }
  }
}
