import type { Command, RunOrder, RunRef } from "../core/command.ts";
import type { JobId } from "../core/job.ts";
import { heldBy } from "../core/job.ts";
import type { Run } from "../core/run.ts";
import type { Server, ServerId } from "../core/server.ts";
import { isOn, leadServer } from "../core/server.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { Driver, DriverContext, DriverEvent, FoundRun } from "../drivers/driver.ts";
import { rankOf } from "../drivers/environment.ts";
import { Connection, type ConnectionHouse } from "./connection.ts";
import { memberOrder } from "./gang-order.ts";
import { Gangs } from "./gangs.ts";
import type { OutputReader } from "./output.ts";

/** An exit is told when the run's output is stored; if that hangs, after this at the latest. */
const DRAIN_DEADLINE: Millis = 10_000;

type RunExited = Extract<DriverEvent, { readonly type: "RunExited" }>;
export type MakeDriver = (server: Server, context: DriverContext) => Driver;

interface House extends Omit<ConnectionHouse, "execute" | "adopt" | "twinOf" | "end"> {
  /** What keys of runs are made from. */
  readonly secret: string;
  readonly cluster: string;
  readonly makeDriver: MakeDriver;
  output(): OutputReader;
  /** Whether the end of a run is the program's fault, or that of a GPU. */
  blame(event: RunExited): Promise<RunExited>;
  secrets(job: JobId): Promise<Readonly<Record<string, string>>>;
  readonly openCheckpoint: DriverContext["openCheckpoint"];
  /** The run as it is on record; null when there is none. */
  runOf(job: JobId, attempt: number): Promise<Run | null>;
  /** Asked before an exit is told: what else is to be told of the run before. */
  lookForSaved(run: Pick<RunRef, "job" | "attempt">): Promise<void>;
}

/** The drivers, one per server: hands them their commands, takes their news in. */
export class Fleet {
  readonly #house: House;
  readonly #members = new Map<ServerId, Connection>();
  readonly #gangs: Gangs;

  constructor(house: House) {
    this.#house = house;
    this.#gangs = new Gangs({
      secret: house.secret,
      scheduler: house.scheduler,
      clock: house.clock,
      tell: (event) => this.#tell(event),
      driverOf: (server) => this.driverOf(server),
    });
  }

  /** Makes a driver for the server and begins to connect it; the result resolves after the first try, however it ended. */
  join(server: Server): Promise<void> {
    const known = this.#members.get(server.id);
    if (known) return known.open();
    const { cluster, clock, log, secrets, openCheckpoint } = this.#house;
    const context: DriverContext = {
      cluster,
      clock,
      emit: (event) => this.#heard(server.id, event),
      secrets,
      openCheckpoint,
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
    const member = new Connection(server.id, driver, {
      ...this.#house,
      execute: (command) => this.execute(command, server.id),
      adopt: (run) => this.#adopt(run, server.id),
      end: (made, run) => this.#endOld(server.id, made, run),
      twinOf: (id, identity) => this.#twinOf(id, identity),
    });
    this.#members.set(server.id, member);
    return member.open();
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
    member.leave();
    await this.#house.output().release(member.driver);
    await member.driver.close();
  }

  async close(): Promise<void> {
    this.#gangs.close();
    await Promise.all([...this.#members.keys()].map((server) => this.leave(server)));
  }

  /**
   * Hands a recorded command to the driver of its server, or to those of all its servers. One that is not connected hears of it when it is.
   * @param only the server that has just been connected, to which it is told again; null for a new one
   */
  execute(command: Command, only: ServerId | null = null): void {
    if (command.type !== "discardCheckpoint" && command.run.on.length > 1) return this.#gangs.execute(command, only);
    const server = command.type === "discardCheckpoint" ? command.folder.server : leadServer(command.run.on);
    const driver = this.driverOf(server);
    if (!driver) return;
    switch (command.type) {
      case "prepare":
        return driver.prepare(memberOrder(command.run, server));
      case "start":
        return driver.start(memberOrder(command.run, server));
      case "stop":
        return driver.stop(command.run, command.signal, command.graceSeconds);
      case "resize":
        return driver.resize(command.run);
      case "dump":
        return driver.dump?.(command.run);
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
  reap({ job, attempt, on }: RunRef): void {
    this.#gangs.forget(job, attempt);
    for (const [rank, { server }] of on.entries()) {
      const driver = this.#members.get(server)?.driver; // also if it leaves meanwhile
      if (!driver) continue;
      this.#end(driver, job, attempt).then(
        // The lead's folder is the job's; the others had copies.
        () => rank > 0 && driver.discardCheckpoint(job, { server, generation: attempt }),
        () => {}, // the driver tells of it, and the next look finds it
      );
    }
  }

  /** Of the servers that are connected. */
  drivers(): ReadonlyMap<ServerId, Driver> {
    const connected = [...this.#members].filter(([, member]) => member.connected);
    return new Map(connected.map(([server, { driver }]) => [server, driver]));
  }

  /** Null while the server is not connected. */
  driverOf(server: ServerId): Driver | null {
    const member = this.#members.get(server);
    return member?.connected ? member.driver : null;
  }

  #adopt(run: RunOrder, server: ServerId): void {
    if (run.on.length > 1) this.#gangs.adopt(run, server);
    else this.driverOf(server)?.adopt(memberOrder(run, server));
  }

  async #end(driver: Driver, job: JobId, attempt: number): Promise<void> {
    await this.#house.output().drained(job, attempt);
    await driver.reap(job, attempt);
  }

  /** A run whose end is on record may have printed what an earlier life of ours had not read: that is stored before it goes. */
  async #endOld(server: ServerId, driver: Driver, { job, attempt }: FoundRun): Promise<void> {
    const run = await this.#house.runOf(job, attempt);
    const rank = run?.on.findIndex((share) => share.server === server) ?? -1;
    if (run && rank >= 0 && wasSeenToEnd(run)) this.#house.output().begin(driver, { job, attempt, on: run.on }, rank);
    else this.#house.output().giveUp(job, attempt, server);
    await this.#end(driver, job, attempt);
  }

  #twinOf(id: ServerId, identity: string | null): ServerId | null {
    for (const [other, member] of this.#members)
      if (other !== id && identity !== null && member.identity === identity) return other;
    return null;
  }

  #heard(server: ServerId, event: DriverEvent): void {
    const { output, scheduler } = this.#house;
    const member = this.#members.get(server);
    if (event.type === "RunStarted" && member) {
      const job = scheduler().job(event.job);
      const on = job && heldBy(job).find((placement) => isOn(placement, server));
      if (on && job.attempt === event.attempt)
        output().begin(member.driver, { job: event.job, attempt: event.attempt, on }, rankOf({ on }, server));
    }
    if (event.type === "ServerHealthChanged" && member) return member.heard(event.health, event.reason);
    if (!this.#gangs.heard(server, event)) this.#tell(event);
  }

  #tell(event: DriverEvent): void {
    const { tell, output, clock, lookForSaved } = this.#house;
    if (event.type !== "RunExited") return tell(event);
    // Its last lines come first: who hears of the end has heard everything.
    const { promise: tooLong, cancel } = timeout(clock, DRAIN_DEADLINE);
    const drained = Promise.race([output().drained(event.job, event.attempt), tooLong]);
    void Promise.all([drained, lookForSaved(event)]).then(() => {
      cancel();
      return this.#house.blame(output().explained(event)).then(tell);
    });
  }
}

/** What one that counted as lost prints later is not wanted; and of several members, one may be lost and go on. */
const wasSeenToEnd = ({ endedAt, outcome, on }: Run): boolean =>
  on.length === 1 && endedAt !== null && !(outcome?.kind === "failed" && outcome.cause.code === "server-lost");

function timeout(clock: Clock, millis: Millis): { promise: Promise<void>; cancel: Cancel } {
  let cancel: Cancel = () => {};
  const promise = new Promise<void>((resolve) => {
    cancel = clock.at(clock.now() + millis, resolve);
  });
  return { promise, cancel };
}
