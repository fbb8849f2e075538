import type { Command } from "../core/command.ts";
import { pendingCommands, presentOrder } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { Job, JobId } from "../core/job.ts";
import { heldBy, isOver, placementOf } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { ServerId } from "../core/server.ts";
import { leadServer } from "../core/server.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { Driver, FoundFolder, FoundRun } from "../drivers/driver.ts";

const CONNECT_DEADLINE: Millis = 10_000;
const FIRST_RETRY: Millis = 1_000;
const LONGEST_RETRY: Millis = 30_000;

/** What a connection needs of its fleet. */
export interface ConnectionHouse {
  readonly clock: Clock;
  readonly reapGraceMillis: Millis;
  scheduler(): Scheduler;
  tell(event: Event): void;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
  /** The job as it is on record, also when it is over; null when there is none. */
  recordOf(job: JobId): Promise<Job | null>;
  execute(command: Command): void;
  /** The server that has an engine of this identity already; null when there is none. */
  twinOf(server: ServerId, identity: string | null): ServerId | null;
}

/** One server's driver and how it is reached: connected, again and again where that fails, and looked at each time. */
export class Connection {
  readonly server: ServerId;
  readonly driver: Driver;
  readonly #house: ConnectionHouse;
  readonly #gone = new AbortController();
  readonly #reapers = new Set<Cancel>();
  #identity: string | null = null;
  #connected = false;
  #connecting = false;
  #retry: Cancel = () => {};
  #first: Promise<void> | null = null;

  constructor(server: ServerId, driver: Driver, house: ConnectionHouse) {
    this.server = server;
    this.driver = driver;
    this.#house = house;
  }

  /** Begins to connect; resolves after the first try, however it ended. */
  open(): Promise<void> {
    this.#first ??= this.#connect(FIRST_RETRY);
    return this.#first;
  }

  /** Takes commands. */
  get connected(): boolean {
    return this.#connected;
  }
  get identity(): string | null {
    return this.#identity;
  }

  /** Tries again at once, unless it does already. */
  reconnect(retryAfter = FIRST_RETRY): void {
    if (this.#connecting) return;
    this.#retry();
    void this.#connect(retryAfter);
  }

  /** Tries no more. The driver is not closed. */
  leave(): void {
    this.#gone.abort();
    this.#retry();
    for (const cancel of this.#reapers) cancel();
  }

  async #connect(retryAfter: Millis): Promise<void> {
    const { server, driver } = this;
    const { clock, tell, log, twinOf } = this.#house;
    this.#connecting = true;
    const deadline = AbortSignal.any([this.#gone.signal, AbortSignal.timeout(CONNECT_DEADLINE)]);
    try {
      const { inventory, runs, folders, identity } = await unlessLate(driver.connect(deadline), deadline);
      if (this.#gone.signal.aborted) return;
      const twin = twinOf(server, identity);
      // One machine under two names would have its GPUs given twice.
      if (twin) throw new Error(`this is the engine of server ${twin} already: a machine is one server`);
      this.#identity = identity;
      this.#connected = true;
      tell({ type: "ServerInventoried", server, ...inventory, at: clock.now() });
      this.#takeUp(runs, folders);
      tell({ type: "ServerHealthChanged", server, health: "up", reason: null, at: clock.now() });
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      const reason = deadline.aborted
        ? `no answer within ${CONNECT_DEADLINE / 1000} s`
        : error instanceof Error
          ? error.message
          : String(error);
      tell({ type: "ServerHealthChanged", server, health: "down", reason, at: clock.now() });
      log("cannot connect", { server, reason, retryAfter });
      const longer = Math.min(retryAfter * 2, LONGEST_RETRY);
      this.#retry = clock.at(clock.now() + retryAfter, () => this.reconnect(longer));
    } finally {
      this.#connecting = false;
    }
  }

  /** What ought to run here is adopted, what was recorded and not done is done, strangers of our own labels go after a grace. */
  #takeUp(found: readonly FoundRun[], folders: readonly FoundFolder[]): void {
    const { scheduler, execute, clock, reapGraceMillis } = this.#house;
    const ours = [...scheduler().jobs.values()].filter((job) =>
      heldBy(job).some((placement) => leadServer(placement) === this.server),
    );
    const expected = new Set<string>();
    for (const job of ours) {
      for (const attempt of [job.attempt, job.attempt + 1]) expected.add(`${job.id}.${attempt}`);
      const on = placementOf(job);
      if (on && leadServer(on) === this.server && job.state.status !== "starting") this.driver.adopt(presentOrder(job));
      for (const command of pendingCommands(job)) execute(command);
    }
    const strangers = found.filter(({ job, attempt }) => !expected.has(`${job}.${attempt}`));
    const cancel = clock.at(clock.now() + reapGraceMillis, () => {
      this.#reapers.delete(cancel);
      for (const run of strangers) this.#reapStranger(run);
      for (const folder of folders) void this.#discardStranger(folder);
    });
    this.#reapers.add(cancel);
  }

  #reapStranger({ job, attempt }: FoundRun): void {
    const owner = this.#house.scheduler().jobs.get(job);
    const current = owner && heldBy(owner).length > 0 ? owner : null;
    const mayBecome = current?.state.status === "migrating" ? current.attempt + 1 : current?.attempt;
    if (attempt === current?.attempt || attempt === mayBecome) return;
    this.#house.log("removing a run that nobody knows", { server: this.server, job, attempt });
    this.driver.reap(job, attempt);
  }

  /** A folder is wanted while its job has it on record, and while a run may be about to begin with it. */
  async #discardStranger({ job, generation }: FoundFolder): Promise<void> {
    const { server } = this;
    const { scheduler, recordOf, log } = this.#house;
    const record = scheduler().job(job) ?? (await recordOf(job));
    const owner = scheduler().job(job) ?? record; // it may have come back meanwhile
    const kept = owner?.checkpoint;
    if (kept && kept.server === server && kept.generation === generation) return;
    if (owner && !isOver(owner) && generation >= owner.attempt) return;
    log("removing a checkpoint folder that nobody knows", { server, job, generation });
    this.driver.discardCheckpoint(job, { server, generation });
  }
}

/** Some drivers cannot be interrupted; nobody waits for them longer than this. */
function unlessLate<T>(promise: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(deadline.reason);
    deadline.addEventListener("abort", late, { once: true });
    promise.then(resolve, reject).finally(() => deadline.removeEventListener("abort", late));
  });
}
