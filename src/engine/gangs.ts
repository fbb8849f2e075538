import type { RunOrder } from "../core/command.ts";
import type { JobId } from "../core/job.ts";
import { lostAt } from "../core/lost.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Server, ServerId } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { Driver, DriverEvent } from "../drivers/driver.ts";
import { Gang, type GangHouse, type RunCommand } from "./gang.ts";
import { hostsOfGang, keyOfRun } from "./gang-order.ts";

/** How often it is looked whether a server is lost for which a run that ends still waits. */
const LOOK_AGAIN: Millis = 1_000;

interface House extends Pick<GangHouse, "tell"> {
  readonly clock: Clock;
  /** Of a server that takes commands. */
  driverOf(server: ServerId): Driver | null;
  scheduler(): Scheduler;
  /** Of this cluster, and the same in each life of the server. */
  readonly secret: string;
}

/** The runs that span several servers. */
export class Gangs {
  readonly #house: House;
  readonly #gangs = new Map<string, Gang>();
  #lookAgain: Cancel | null = null;
  #isClosed = false;

  constructor(house: House) {
    this.#house = house;
  }

  /** @param only the server that has just been connected; null where the command is new */
  execute(command: RunCommand, only: ServerId | null): void {
    const key = keyOf(command.run.job, command.run.attempt);
    const begins = command.type === "prepare" || command.type === "start";
    if (begins && this.#gangs.get(key)?.mayBeginAnew) this.#gangs.delete(key);
    this.#gangOf(command.run).execute(command, only);
    if (command.type === "discard") this.#gangs.delete(key);
    this.#watch();
  }

  adopt(order: RunOrder, server: ServerId): void {
    this.#gangOf(order).adopt(order, server);
  }

  /** Whether the event is one member's of several: then what it means for the run is told, if it means anything. */
  heard(server: ServerId, event: DriverEvent): boolean {
    if (!("attempt" in event)) return false;
    const gang = this.#gangs.get(keyOf(event.job, event.attempt));
    gang?.heard(server, event);
    this.#watch();
    return gang !== undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#lookAgain?.();
  }

  #watch(): void {
    if (this.#lookAgain || this.#isClosed || ![...this.#gangs.values()].some(({ isEnding }) => isEnding)) return;
    const { clock } = this.#house;
    this.#lookAgain = clock.at(clock.now() + LOOK_AGAIN, () => {
      this.#lookAgain = null;
      for (const gang of this.#gangs.values()) gang.lookAgain();
      this.#watch();
    });
  }

  /** The end of the run is on record. */
  forget(job: JobId, attempt: number): void {
    this.#gangs.delete(keyOf(job, attempt));
  }

  #gangOf(run: Pick<RunOrder, "job" | "attempt" | "on">): Gang {
    const key = keyOf(run.job, run.attempt);
    const { driverOf, tell, clock } = this.#house;
    const house: GangHouse = {
      driverOf,
      tell,
      now: () => clock.now(),
      lossOf: (server) => this.#lossOf(server),
      completed: (order) => this.#completed(order),
    };
    const gang = this.#gangs.get(key) ?? new Gang(house, run);
    this.#gangs.set(key, gang);
    return gang;
  }

  #completed(order: RunOrder): RunOrder {
    const { scheduler, secret } = this.#house;
    const unknown = (id: ServerId): Pick<Server, "driver" | "endpoint" | "setup"> => ({
      driver: "docker",
      endpoint: "",
      setup: { address: id },
    });
    const servers = order.on.map(({ server }) => scheduler().servers.get(server) ?? unknown(server));
    return { ...order, hosts: hostsOfGang(servers), key: keyOfRun(secret, order) };
  }

  #lossOf(id: ServerId): string | null {
    const scheduler = this.#house.scheduler();
    const server = scheduler.servers.get(id);
    if (!server) return `server ${id} was removed`;
    const at: Instant | null = lostAt(server, scheduler);
    if (at === null || at > this.#house.clock.now()) return null;
    return `server ${id} is lost: ${server.reason ?? "it cannot be reached"}`;
  }
}

const keyOf = (job: JobId, attempt: number): string => `${job}.${attempt}`;
