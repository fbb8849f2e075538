import type { Command } from "../core/command.ts";
import { pendingCommands, presentOrder } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { CheckpointFolder, Job, JobId } from "../core/job.ts";
import { heldBy, isOver, placementOf } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Server, ServerId } from "../core/server.ts";
import { leadServer } from "../core/server.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { Driver, DriverContext, DriverEvent, FoundFolder, FoundRun } from "../drivers/driver.ts";
import type { OutputReader } from "./output.ts";

const CONNECT_DEADLINE: Millis = 10_000;
const FIRST_RETRY: Millis = 1_000;
const LONGEST_RETRY: Millis = 30_000;
/** An exit is told when the run's output is stored; if that hangs, after this at the latest. */
const DRAIN_DEADLINE: Millis = 10_000;

export type MakeDriver = (server: Server, context: DriverContext) => Driver;

interface House {
  readonly cluster: string;
  readonly clock: Clock;
  readonly reapGraceMillis: Millis;
  readonly makeDriver: MakeDriver;
  scheduler(): Scheduler;
  output(): OutputReader;
  secrets(job: JobId): Promise<Readonly<Record<string, string>>>;
  tell(event: Event): void;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
  /** The job as it is on record, also when it is over; null when there is none. */
  recordOf(job: JobId): Promise<Job | null>;
}

interface Member {
  readonly driver: Driver;
  /** Resolves after the first try to connect, however it ended. */
  first: Promise<void>;
  readonly gone: AbortController;
  identity: string | null;
  connected: boolean;
  connecting: boolean;
  retry: Cancel;
  reapers: Set<Cancel>;
}

/** The drivers, one per server: connects them, hands them their commands, takes their news in. */
export class Fleet {
  readonly #house: House;
  readonly #members = new Map<ServerId, Member>();

  constructor(house: House) {
    this.#house = house;
  }

  /** Makes a driver for the server and begins to connect it; the result resolves after the first try, however it ended. */
  join(server: Server): Promise<void> {
    const known = this.#members.get(server.id);
    if (known) return known.first;
    const { cluster, clock, log, secrets } = this.#house;
    const context: DriverContext = {
      cluster,
      clock,
      emit: (event) => this.#heard(server.id, event),
      secrets,
      openCheckpoint: (job, folder, signal) => this.#openCheckpoint(job, folder, signal),
      log: (message, details) => log(message, { server: server.id, ...details }),
    };
    let driver: Driver;
    try {
      driver = this.#house.makeDriver(server, context);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#house.tell({ type: "ServerHealthChanged", server: server.id, health: "down", reason, at: clock.now() });
      return Promise.resolve();
    }
    const member: Member = {
      driver,
      first: Promise.resolve(),
      gone: new AbortController(),
      identity: null,
      connected: false,
      connecting: false,
      retry: () => {},
      reapers: new Set(),
    };
    this.#members.set(server.id, member);
    member.first = this.#connect(server.id, member, FIRST_RETRY);
    return member.first;
  }

  /** The server is set up in another way than before. */
  async rejoin(server: Server): Promise<void> {
    await this.leave(server.id);
    await this.join(server);
  }

  async leave(server: ServerId): Promise<void> {
    const member = this.#members.get(server);
    if (!member) return;
    this.#members.delete(server);
    member.gone.abort();
    member.retry();
    for (const cancel of member.reapers) cancel();
    await this.#house.output().release(member.driver);
    await member.driver.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((server) => this.leave(server)));
  }

  /** Hands a recorded command to the driver of its server. A server that is not connected hears of it when it is. */
  execute(command: Command): void {
    const server = command.type === "discardCheckpoint" ? command.folder.server : leadServer(command.run.on);
    const member = this.#members.get(server);
    if (!member?.connected) return;
    const { driver } = member;
    switch (command.type) {
      case "prepare":
        return driver.prepare(command.run);
      case "start":
        return driver.start(command.run);
      case "stop":
        return driver.stop(command.run, command.signal, command.graceSeconds);
      case "resize":
        return driver.resize(command.run);
      case "pause":
        return driver.pause(command.run);
      case "resume":
        return driver.resume(command.run);
      case "discard":
        return driver.discard(command.run);
      case "discardCheckpoint":
        return driver.discardCheckpoint(command.job, command.folder);
    }
  }

  /** The exit of this run is on record and its output stored: what is left of it can go. */
  reap(server: ServerId, job: JobId, attempt: number): void {
    const member = this.#members.get(server); // also if it leaves meanwhile
    void this.#house
      .output()
      .drained(job, attempt)
      .then(() => member?.driver.reap(job, attempt));
  }

  async #connect(id: ServerId, member: Member, retryAfter: Millis): Promise<void> {
    const { clock, tell, log } = this.#house;
    member.connecting = true;
    const deadline = AbortSignal.any([member.gone.signal, AbortSignal.timeout(CONNECT_DEADLINE)]);
    try {
      const { inventory, runs, folders, identity } = await unlessLate(member.driver.connect(deadline), deadline);
      if (member.gone.signal.aborted) return;
      this.#refuseTwin(id, identity);
      member.identity = identity;
      member.connected = true;
      tell({ type: "ServerInventoried", server: id, ...inventory, at: clock.now() });
      this.#takeUp(id, member, runs, folders);
      tell({ type: "ServerHealthChanged", server: id, health: "up", reason: null, at: clock.now() });
    } catch (error) {
      if (member.gone.signal.aborted) return;
      const reason = deadline.aborted
        ? `no answer within ${CONNECT_DEADLINE / 1000} s`
        : error instanceof Error
          ? error.message
          : String(error);
      tell({ type: "ServerHealthChanged", server: id, health: "down", reason, at: clock.now() });
      log("cannot connect", { server: id, reason, retryAfter });
      const longer = Math.min(retryAfter * 2, LONGEST_RETRY);
      member.retry = clock.at(clock.now() + retryAfter, () => this.#reconnect(id, member, longer));
    } finally {
      member.connecting = false;
    }
  }

  /** One machine under two names would have its GPUs given twice. */
  #refuseTwin(id: ServerId, identity: string | null): void {
    for (const [other, member] of this.#members)
      if (other !== id && identity !== null && member.identity === identity)
        throw new Error(`this is the engine of server ${other} already: a machine is one server`);
  }

  #reconnect(id: ServerId, member: Member, retryAfter = FIRST_RETRY): void {
    if (member.connecting) return;
    member.retry();
    void this.#connect(id, member, retryAfter);
  }

  /** What ought to run here is adopted, what was recorded and not done is done, strangers of our own labels go after a grace. */
  #takeUp(id: ServerId, member: Member, found: readonly FoundRun[], folders: readonly FoundFolder[]): void {
    const { scheduler } = this.#house;
    const ours = [...scheduler().jobs.values()].filter((job) =>
      heldBy(job).some((placement) => leadServer(placement) === id),
    );
    const expected = new Set<string>();
    for (const job of ours) {
      for (const attempt of [job.attempt, job.attempt + 1]) expected.add(`${job.id}.${attempt}`);
      const on = placementOf(job);
      if (on && leadServer(on) === id && job.state.status !== "starting") member.driver.adopt(presentOrder(job));
      for (const command of pendingCommands(job)) this.execute(command);
    }
    const strangers = found.filter(({ job, attempt }) => !expected.has(`${job}.${attempt}`));
    const { clock, reapGraceMillis } = this.#house;
    const cancel = clock.at(clock.now() + reapGraceMillis, () => {
      member.reapers.delete(cancel);
      for (const run of strangers) this.#reapStranger(id, member, run);
      for (const folder of folders) void this.#discardStranger(id, member, folder);
    });
    member.reapers.add(cancel);
  }

  #reapStranger(server: ServerId, { driver }: Member, { job, attempt }: FoundRun): void {
    const owner = this.#house.scheduler().jobs.get(job);
    const current = owner && heldBy(owner).length > 0 ? owner : null;
    const mayBecome = current?.state.status === "migrating" ? current.attempt + 1 : current?.attempt;
    if (attempt === current?.attempt || attempt === mayBecome) return;
    this.#house.log("removing a run that nobody knows", { server, job, attempt });
    driver.reap(job, attempt);
  }

  /** A folder is wanted while its job has it on record, and while a run may be about to begin with it. */
  async #discardStranger(server: ServerId, { driver }: Member, { job, generation }: FoundFolder): Promise<void> {
    const record = this.#house.scheduler().job(job) ?? (await this.#house.recordOf(job));
    const owner = this.#house.scheduler().job(job) ?? record; // it may have come back meanwhile
    const kept = owner?.checkpoint;
    if (kept && kept.server === server && kept.generation === generation) return;
    if (owner && !isOver(owner) && generation >= owner.attempt) return;
    this.#house.log("removing a checkpoint folder that nobody knows", { server, job, generation });
    driver.discardCheckpoint(job, { server, generation });
  }

  #heard(server: ServerId, event: DriverEvent): void {
    const { tell, output, scheduler, clock } = this.#house;
    const member = this.#members.get(server);
    if (event.type === "RunStarted" && member) {
      const job = scheduler().job(event.job);
      const on = job && heldBy(job).find((placement) => leadServer(placement) === server);
      if (on) output().begin(member.driver, { job: event.job, attempt: event.attempt, on });
    }
    if (event.type === "ServerHealthChanged" && member && !member.connected) {
      // It answers pings, but is not taken up yet: that comes first.
      if (event.health === "up") this.#reconnect(server, member);
      return;
    }
    if (event.type !== "RunExited") return tell(event);
    // Its last lines come first: who hears of the end has heard everything.
    const { promise: tooLong, cancel } = timeout(clock, DRAIN_DEADLINE);
    void Promise.race([output().drained(event.job, event.attempt), tooLong]).then(() => {
      cancel();
      tell(event);
    });
  }

  async #openCheckpoint(job: JobId, folder: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const member = this.#members.get(folder.server);
    if (!member) throw new Error(`the server ${folder.server}, which has the checkpoint, is not there any more`);
    if (!member.connected) throw new Error(`the server ${folder.server}, which has the checkpoint, cannot be reached`);
    return member.driver.readCheckpoint(job, folder, signal);
  }
}

function timeout(clock: Clock, millis: Millis): { promise: Promise<void>; cancel: Cancel } {
  let cancel: Cancel = () => {};
  const promise = new Promise<void>((resolve) => {
    cancel = clock.at(clock.now() + millis, resolve);
  });
  return { promise, cancel };
}

/** Some drivers cannot be interrupted; nobody waits for them longer than this. */
function unlessLate<T>(promise: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(deadline.reason);
    deadline.addEventListener("abort", late, { once: true });
    promise.then(resolve, reject).finally(() => deadline.removeEventListener("abort", late));
  });
}
