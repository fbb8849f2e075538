import type { Command } from "../core/command.ts";
import type { CheckpointFolder, JobId } from "../core/job.ts";
import { heldBy } from "../core/job.ts";
import type { Server, ServerId } from "../core/server.ts";
import { leadServer } from "../core/server.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { Driver, DriverContext, DriverEvent } from "../drivers/driver.ts";
import { Connection, type ConnectionHouse } from "./connection.ts";
import type { OutputReader } from "./output.ts";

/** An exit is told when the run's output is stored; if that hangs, after this at the latest. */
const DRAIN_DEADLINE: Millis = 10_000;

export type MakeDriver = (server: Server, context: DriverContext) => Driver;

interface House extends Omit<ConnectionHouse, "execute" | "twinOf"> {
  readonly cluster: string;
  readonly makeDriver: MakeDriver;
  output(): OutputReader;
  secrets(job: JobId): Promise<Readonly<Record<string, string>>>;
}

/** The drivers, one per server: hands them their commands, takes their news in. */
export class Fleet {
  readonly #house: House;
  readonly #members = new Map<ServerId, Connection>();

  constructor(house: House) {
    this.#house = house;
  }

  /** Makes a driver for the server and begins to connect it; the result resolves after the first try, however it ended. */
  join(server: Server): Promise<void> {
    const known = this.#members.get(server.id);
    if (known) return known.open();
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
    const member = new Connection(server.id, driver, {
      ...this.#house,
      execute: (command) => this.execute(command),
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

  #twinOf(id: ServerId, identity: string | null): ServerId | null {
    for (const [other, member] of this.#members)
      if (other !== id && identity !== null && member.identity === identity) return other;
    return null;
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
      if (event.health === "up") member.reconnect();
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
