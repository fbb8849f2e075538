import type { Command, RunOrder } from "../core/command.ts";
import { pendingCommands, presentOrder } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { JobId } from "../core/job.ts";
import { heldBy, placementOf } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Health, ServerId } from "../core/server.ts";
import { isOn } from "../core/server.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { Driver, FoundRun } from "../drivers/driver.ts";

const CONNECT_DEADLINE: Millis = 10_000;
const FIRST_RETRY: Millis = 1_000;
const LONGEST_RETRY: Millis = 30_000;
/** So long old runs may take to end before they are looked at again. */
const FENCE_DEADLINE: Millis = 60_000;

/** What a connection needs of its fleet. */
export interface ConnectionHouse {
  readonly clock: Clock;
  scheduler(): Scheduler;
  tell(event: Event): void;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
  /** Was there ever a job of this id? */
  wasGiven(job: JobId): boolean;
  /** Removes a run once what it printed is stored; rejects when that cannot be done. */
  end(driver: Driver, run: FoundRun): Promise<void>;
  execute(command: Command): void;
  /** Has the server's driver take up a run that trains there already. */
  adopt(run: RunOrder): void;
  /** The server that has an engine of this identity already; null when there is none. */
  twinOf(server: ServerId, identity: string | null): ServerId | null;
}

/** One server's driver and how it is reached: connected, again and again where that fails, and looked at each time. */
export class Connection {
  readonly server: ServerId;
  readonly driver: Driver;
  readonly #house: ConnectionHouse;
  readonly #gone = new AbortController();
  #identity: string | null = null;
  #connected = false;
  #connecting = false;
  /** What its driver told last of the server's health; null where it tells nothing. */
  #heard: Health | null = null;
  /** Nothing new may begin there before it was looked at. */
  #isUnseen = true;
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

  /** What the driver hears of its server. One that was away is looked at before it counts as up: much may have happened there. */
  heard(health: Health, reason: string | null): void {
    this.#heard = health;
    if (health === "down") this.#isUnseen = true;
    if (health === "up" && this.#isUnseen) this.reconnect();
    else if (this.#connected) this.#tell(health, reason);
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
  }

  async #connect(retryAfter: Millis): Promise<void> {
    const { server, driver } = this;
    const { clock, tell, log, twinOf } = this.#house;
    this.#connecting = true;
    const deadline = AbortSignal.any([this.#gone.signal, AbortSignal.timeout(CONNECT_DEADLINE)]);
    try {
      const { inventory, runs, identity } = await unlessLate(driver.connect(deadline), deadline);
      if (this.#gone.signal.aborted) return;
      const twin = twinOf(server, identity);
      // One machine under two names would have its GPUs given twice.
      if (twin) throw new Error(`this is the engine of server ${twin} already: a machine is one server`);
      this.#identity = identity;
      this.#connected = true;
      tell({ type: "ServerInventoried", server, ...inventory, at: clock.now() });
      const old = runs.filter((run) => this.#isSuperseded(run));
      this.#takeUp();
      if (old.length > 0) return await this.#fence(old, retryAfter);
      if (this.#heard !== null && this.#heard !== "up") return; // it has fallen silent meanwhile: its driver tells when it is back
      this.#isUnseen = false;
      this.#tell("up", null);
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      const reason = deadline.aborted
        ? `no answer within ${CONNECT_DEADLINE / 1000} s`
        : error instanceof Error
          ? error.message
          : String(error);
      this.#tell("down", reason);
      log("cannot connect", { server, reason, retryAfter });
      this.#retryIn(retryAfter);
    } finally {
      this.#connecting = false;
    }
  }

  #tell(health: Health, reason: string | null): void {
    const { tell, clock } = this.#house;
    tell({ type: "ServerHealthChanged", server: this.server, health, reason, at: clock.now() });
  }

  #retryIn(millis: Millis): void {
    const { clock } = this.#house;
    const longer = Math.min(millis * 2, LONGEST_RETRY);
    this.#retry = clock.at(clock.now() + millis, () => this.reconnect(longer));
  }

  /**
   * Runs that others have taken the place of, or whose jobs are over, end before the server counts as up: until then what they use is
   * given to nobody. Then it is looked at again, whatever the engine said.
   */
  async #fence(old: readonly FoundRun[], retryAfter: Millis): Promise<void> {
    const { log, end } = this.#house;
    this.#tell("suspect", `${old.length} old ${old.length === 1 ? "run is" : "runs are"} being ended`);
    log("ending runs that are not wanted any more", { server: this.server, runs: old });
    const deadline = AbortSignal.any([this.#gone.signal, AbortSignal.timeout(FENCE_DEADLINE)]);
    const ends = Promise.allSettled(old.map((run) => end(this.driver, run)));
    const settled = await unlessLate(ends, deadline).catch(() => []);
    if (this.#gone.signal.aborted) return;
    const isDone = settled.length > 0 && settled.every(({ status }) => status === "fulfilled");
    this.#retryIn(isDone ? 0 : retryAfter);
  }

  /** Is it of an attempt that is past? One of a job that nobody knows is left to the reaper, and has its grace. */
  #isSuperseded({ job, attempt }: FoundRun): boolean {
    return !this.#isWanted(job, attempt) && (this.#house.scheduler().jobs.has(job) || this.#house.wasGiven(job));
  }

  /** Is it the present run of its job, or the one that a move is to make of it? */
  #isWanted(job: JobId, attempt: number): boolean {
    const owner = this.#house.scheduler().jobs.get(job);
    if (!owner || heldBy(owner).length === 0) return false;
    return attempt === owner.attempt || (owner.state.status === "migrating" && attempt === owner.attempt + 1);
  }

  /** What ought to run here is adopted, and what was recorded and not done is done. */
  #takeUp(): void {
    const { scheduler, execute, adopt } = this.#house;
    const ours = [...scheduler().jobs.values()].filter((job) =>
      heldBy(job).some((placement) => isOn(placement, this.server)),
    );
    for (const job of ours) {
      const on = placementOf(job);
      if (on && isOn(on, this.server) && job.state.status !== "starting") adopt(presentOrder(job));
      for (const command of pendingCommands(job)) execute(command);
    }
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
