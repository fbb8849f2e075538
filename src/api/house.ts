import { readFileSync } from "node:fs";
import type { ServerConfig } from "../config/index.ts";
import type { Server } from "../core/server.ts";
import type { Clock, Instant } from "../core/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { Foresight } from "./foresight.ts";
import { OneAtATime } from "./one-at-a-time.ts";

/** What the API is built into. */
export interface HouseOptions {
  readonly engine: Engine;
  readonly foresight: Foresight;
  /** Resolves when the server answers; rejects with what is in the way. */
  probe(server: ServerConfig): Promise<void>;
  /** The server's record as it is before it was ever reached. */
  newServer(server: ServerConfig, now: Instant): Server;
}

/** What all operations share. */
export class House {
  readonly engine: Engine;
  readonly foresight: Foresight;
  readonly clock: Clock;
  readonly version = packageVersion();
  readonly startedAt: Instant;
  /** Requests about one job that is over, or with one idempotency key, go one behind the other. */
  readonly turns = new OneAtATime();
  readonly probe: HouseOptions["probe"];
  readonly newServer: HouseOptions["newServer"];

  constructor({ engine, foresight, probe, newServer }: HouseOptions) {
    this.engine = engine;
    this.foresight = foresight;
    this.clock = engine.clock;
    this.startedAt = engine.clock.now();
    this.probe = probe;
    this.newServer = newServer;
  }
}

/** The package is two folders up from the sources, and one more from what is compiled. */
function packageVersion(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string }).version;
    } catch {}
  }
  return "unknown";
}
