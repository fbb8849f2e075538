import { readFileSync } from "node:fs";
import type { ServerConfig } from "../config/index.ts";
import type { Server } from "../core/server.ts";
import type { Clock, Instant } from "../core/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { Meter } from "../engine/usage/meter.ts";
import type { Allowed } from "../job-spec/index.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { CodeShelf } from "./code.ts";
import type { Foresight } from "./foresight.ts";
import type { Laboratory } from "./laboratory.ts";
import { OneAtATime } from "./one-at-a-time.ts";

/** One thing that must be well for the server to be of use. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** In plain words; it is told to anybody. */
  readonly detail: string;
}

/** What the API is built into. */
export interface HouseOptions {
  readonly engine: Engine;
  readonly foresight: Foresight;
  readonly laboratory: Laboratory;
  readonly meter: Meter;
  readonly metrics: Metrics;
  readonly webhooks: Webhooks;
  /** Whether the server can do its work. */
  checks(): Promise<readonly Check[]>;
  /** Where folders that are shipped with jobs are kept; without it there are none. */
  readonly code?: CodeShelf | undefined;
  /** What jobs may ask of their containers; nothing unless given. */
  readonly allowed?: Allowed | undefined;
  /** Resolves when the server answers; rejects with what is in the way. */
  probe(server: ServerConfig): Promise<void>;
  /** The server's record as it is before it was ever reached. */
  newServer(server: ServerConfig, now: Instant): Server;
}

/** What all operations share. */
export class House {
  readonly engine: Engine;
  readonly foresight: Foresight;
  readonly laboratory: Laboratory;
  readonly meter: Meter;
  readonly metrics: Metrics;
  readonly webhooks: Webhooks;
  readonly checks: HouseOptions["checks"];
  isStopping = false;
  readonly clock: Clock;
  readonly version = packageVersion();
  readonly startedAt: Instant;
  /** Requests about one job that is over, or with one idempotency key, go one behind the other. */
  readonly turns = new OneAtATime();
  readonly code: CodeShelf | undefined;
  readonly allowed: Allowed | undefined;
  readonly probe: HouseOptions["probe"];
  readonly newServer: HouseOptions["newServer"];

  constructor({
    engine,
    foresight,
    laboratory,
    meter,
    metrics,
    webhooks,
    checks,
    code,
    allowed,
    probe,
    newServer,
  }: HouseOptions) {
    this.engine = engine;
    this.foresight = foresight;
    this.laboratory = laboratory;
    this.meter = meter;
    this.metrics = metrics;
    this.webhooks = webhooks;
    this.checks = checks;
    this.clock = engine.clock;
    this.startedAt = engine.clock.now();
    this.code = code;
    this.allowed = allowed;
    this.probe = probe;
    this.newServer = newServer;
  }
}

/** The package is two folders up from the sources, and one more from what is compiled. */
export function packageVersion(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string }).version;
    } catch {}
  }
  return "unknown";
}
