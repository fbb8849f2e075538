import { Readable } from "node:stream";
import { pack } from "tar-stream";
import type { Event } from "../core/event.ts";
import type { CheckpointFolder, Job, JobId } from "../core/job.ts";
import { lostAt } from "../core/lost.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { ServerId } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import { CheckpointGone, type Driver } from "../drivers/driver.ts";
import type { Copy, Vault } from "../store/vault/vault.ts";
import { type BackupSettings, Backups } from "./backups.ts";

/** Whether a server that cannot be reached is back, or lost, is looked at so often. */
const LOOK_EVERY: Millis = 1_000;
/** The end of a run is told so much later at most. */
const EVIDENCE: Millis = 3_000;

const EXPIRE_EVERY: Millis = 600_000;

/** How copies are made, and how long they and the folders of jobs that are over are kept. */
export interface CheckpointKeeping extends BackupSettings {
  readonly vault: Vault;
  /** Null: until the job's record goes. */
  readonly keepMillis: Millis | null;
}

interface House {
  readonly clock: Clock;
  readonly keeping: CheckpointKeeping | null;
  scheduler(): Scheduler;
  /** Null while the server cannot be told anything. */
  driverOf(server: ServerId): Driver | null;
  tell(event: Event): void;
  log(level: "info" | "warn", message: string, details?: Readonly<Record<string, unknown>>): void;
  /** Jobs that were over by then and still have a folder on a server. */
  finishedBefore(at: Instant): Promise<readonly Job[]>;
  request(ask: (scheduler: Scheduler, now: Instant) => { events: readonly Event[] }): Promise<void>;
}

/** Where the content of checkpoint folders is had from, what copies there are of it, and when it goes. */
export class Checkpoints {
  readonly #house: House;
  readonly #vault: Vault | null;
  readonly #backups: Backups | null;
  #expiry: Cancel = () => {};

  constructor(house: House) {
    this.#house = house;
    this.#vault = house.keeping?.vault ?? null;
    this.#backups = house.keeping && new Backups({ ...house, vault: house.keeping.vault, settings: house.keeping });
  }

  /** The copies of a job's checkpoint, the newest last. */
  copies(job: JobId): readonly Copy[] {
    return this.#vault?.copies(job) ?? [];
  }

  /** Why there is no newer copy, in plain words; null when there is nothing to say. */
  problemOf(job: JobId): string | null {
    return this.#backups?.problemOf(job) ?? null;
  }

  /** The job's record goes, and the copies with it. */
  async drop(job: JobId): Promise<void> {
    await this.#backups?.drop(job);
  }

  /** Removes the copies of jobs that have no record, of deletions that a crash cut short; and from now on what is too old. */
  async start(existing: (ids: readonly JobId[]) => Promise<ReadonlySet<JobId>>): Promise<void> {
    const jobs = this.#vault?.jobs() ?? [];
    const kept = await existing(jobs);
    for (const job of jobs) if (!kept.has(job)) await this.drop(job);
    const keepMillis = this.#house.keeping?.keepMillis ?? null;
    if (keepMillis !== null) this.#expireLater(keepMillis, 0);
  }

  async close(): Promise<void> {
    this.#expiry();
    await this.#backups?.close();
  }

  #expireLater(keepMillis: Millis, after: Millis): void {
    const { clock, log } = this.#house;
    this.#expiry = clock.at(clock.now() + after, () => {
      this.#expire(keepMillis).catch((error) =>
        log("warn", "old checkpoints could not be removed", { error: `${error}` }),
      );
      this.#expireLater(keepMillis, Math.min(EXPIRE_EVERY, Math.max(1_000, keepMillis)));
    });
  }

  async #expire(keepMillis: Millis): Promise<void> {
    const { clock, finishedBefore, request } = this.#house;
    const days = Math.round((keepMillis / 86_400_000) * 100) / 100;
    const reason = `the job has been over for ${days} days`;
    for (const job of await finishedBefore(clock.now() - keepMillis)) {
      await request((scheduler, at) => {
        scheduler.recall(job);
        const isStillOver = scheduler.job(job.id)?.state.status === job.state.status;
        return { events: isStillOver ? [{ type: "CheckpointDropped", job: job.id, reason, at }] : [] };
      });
      await this.#vault?.keep(job.id, 0);
    }
  }

  /**
   * For a run that is to begin with it. The server that has the folder is waited for while it is away, since it has the latest; when
   * it counts as lost, the vault's newest copy serves, and without one the run begins with nothing. Which of them it was is told.
   */
  async open(id: JobId, folder: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const { clock, tell, scheduler } = this.#house;
    const vault = this.#vault;
    let isGone = false;
    while (!isGone && !this.#isLost(id, folder.server)) {
      const driver = this.#reachable(folder.server);
      if (!driver) await pause(clock, LOOK_EVERY, signal);
      else
        try {
          return await driver.readCheckpoint(id, folder, signal);
        } catch (error) {
          // A server of that name that has no such folder is another one, or was emptied.
          isGone = error instanceof CheckpointGone;
          if (!isGone) throw error;
        }
    }
    const attempt = scheduler().job(id)?.attempt ?? 0;
    const run = { job: id, attempt, at: clock.now() };
    const copy = vault?.copies(id).at(-1);
    if (vault && copy) {
      tell({ type: "CheckpointRestored", ...run });
      return vault.read(copy, signal);
    }
    const reason = `server ${folder.server}, which had its checkpoint, ${isGone ? "has it no more" : "is lost"}, and there is no copy`;
    tell({ type: "CheckpointLost", ...run, reason });
    return nothing();
  }

  /** For whoever wants to have it: from the server that has it if that can be reached, else the vault's newest copy. Null when neither has it. */
  async read(
    { id, checkpoint }: Job,
    from: "anywhere" | "server" | "vault",
    signal: AbortSignal,
  ): Promise<NodeJS.ReadableStream | null> {
    const vault = this.#vault;
    const driver = checkpoint && from !== "vault" ? this.#reachable(checkpoint.server) : null;
    if (checkpoint && driver) return await driver.readCheckpoint(id, checkpoint, signal);
    const copy = from === "server" ? null : vault?.copies(id).at(-1);
    return vault && copy ? vault.read(copy, signal) : null;
  }

  /**
   * A run has ended: if its folder has changed since it began and the program itself says nothing of it, that is told, for what
   * was saved is not lost. Takes a few seconds at most.
   */
  async lookForSaved({ job: id, attempt }: { readonly job: JobId; readonly attempt: number }): Promise<void> {
    const { clock, scheduler, tell } = this.#house;
    const [job, run] = [scheduler().job(id), scheduler().run(id)];
    const folder = job?.checkpoint;
    if (!folder || folder.told || attempt !== job.attempt || !run) return;
    const driver = this.#reachable(folder.server);
    const look = await driver?.lookAtCheckpoint?.(id, folder, [], AbortSignal.timeout(EVIDENCE)).catch(() => null);
    if (!look || look.changedAt === null) return;
    const at = clock.now() - (look.now - look.changedAt);
    if (at > Math.max(run.placedAt, folder.savedAt ?? 0))
      tell({ type: "CheckpointSaved", job: id, attempt, step: null, by: "files", at });
  }

  #reachable(server: ServerId): Driver | null {
    const { scheduler, driverOf } = this.#house;
    return scheduler().servers.get(server)?.health === "up" ? driverOf(server) : null;
  }

  #isLost(id: JobId, name: ServerId): boolean {
    const scheduler = this.#house.scheduler();
    const server = scheduler.servers.get(name);
    if (!server) return true;
    const at = lostAt(server, scheduler);
    const mayWait = scheduler.job(id)?.spec.whenServerLost !== "wait";
    return mayWait && at !== null && at <= this.#house.clock.now();
  }
}

/** An empty folder that is open to all, as a new one is. */
function nothing(): NodeJS.ReadableStream {
  const tar = pack();
  tar.entry({ name: "./", type: "directory", mode: 0o777 });
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}

function pause(clock: Clock, millis: Millis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.at(clock.now() + millis, () => {
      signal.removeEventListener("abort", give);
      resolve();
    });
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}
