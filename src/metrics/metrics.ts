import { statfs } from "node:fs/promises";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Millis } from "../core/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { Meter } from "../engine/usage/meter.ts";
import { clusterMetrics } from "./cluster.ts";
import { JobMetrics } from "./jobs.ts";

const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What of the server is watched once it is up. */
interface House {
  readonly engine: Engine;
  readonly meter: Meter;
  readonly webhooks: { states(): Promise<readonly { readonly name: string; readonly pending: number }[]> };
  /** The folder of all that it keeps. */
  readonly dataDir: string;
  readonly version: string;
}

/**
 * Figures for Prometheus, in its text format. Names and labels are an interface: docs/metrics.md has them all. Labels that users fill in are
 * bounded.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #rounds: Histogram;
  readonly #writes: Histogram;
  readonly #requests: Counter<"path" | "status">;
  readonly #operations: Counter<"operation" | "kind" | "result">;
  readonly #operationTime: Histogram<"kind">;
  readonly #streams: Gauge<"stream">;
  readonly #connections: Gauge;
  readonly #deliveries: Counter<"webhook" | "result">;
  readonly #closing = new AbortController();
  #counting: Promise<void> = Promise.resolve();

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#rounds = new Histogram({
      name: "schedulearn_round_duration_seconds",
      help: "How long a round of the policy took.",
      buckets: QUICK,
      registers,
    });
    this.#writes = new Histogram({
      name: "schedulearn_event_log_write_duration_seconds",
      help: "How long the events of one turn took to be on the disk.",
      buckets: QUICK,
      registers,
    });
    this.#requests = new Counter({
      name: "schedulearn_http_requests_total",
      help: "HTTP requests that were answered, by the first part of their path and the status.",
      labelNames: ["path", "status"],
      registers,
    });
    this.#operations = new Counter({
      name: "schedulearn_graphql_operations_total",
      help: "Fields of Query, Mutation and Subscription that were asked for, and whether the operation went well.",
      labelNames: ["operation", "kind", "result"],
      registers,
    });
    this.#operationTime = new Histogram({
      name: "schedulearn_graphql_operation_duration_seconds",
      help: "How long queries and mutations took.",
      labelNames: ["kind"],
      buckets: QUICK,
      registers,
    });
    this.#streams = new Gauge({
      name: "schedulearn_subscriptions_open",
      help: "Streams that are open now.",
      labelNames: ["stream"],
      registers,
    });
    this.#deliveries = new Counter({
      name: "schedulearn_webhook_deliveries_total",
      help: "Tries to tell a webhook of something, by what became of them.",
      labelNames: ["webhook", "result"],
      registers,
    });
    this.#connections = new Gauge({
      name: "schedulearn_websocket_connections_open",
      help: "WebSocket connections that are open now.",
      registers,
    });
  }

  /** Begins to count what happens, and to tell how all is. */
  watch({ engine, meter, webhooks, dataDir, version }: House): void {
    const registers = [this.registry];
    new Gauge({
      name: "schedulearn_info",
      help: "1, with the version, and the policy and placement in force.",
      labelNames: ["version", "policy", "placement"],
      registers,
      collect() {
        const { policy, placement } = engine.scheduler.setting;
        this.reset();
        this.set({ version, policy, placement }, 1);
      },
    });
    new Gauge({
      name: "schedulearn_event_log_sequence",
      help: "The number of the newest event in the log.",
      registers,
      collect() {
        this.set(engine.feed.head);
      },
    });
    new Gauge({
      name: "schedulearn_recording_failed",
      help: "1 while nothing can be recorded, and so nothing is done; else 0.",
      registers,
      collect() {
        this.set(engine.trouble === null ? 0 : 1);
      },
    });
    new Gauge({
      name: "schedulearn_data_free_bytes",
      help: "What is free of the disk of the data folder.",
      registers,
      async collect() {
        const disk = await statfs(dataDir).catch(() => null);
        if (disk) this.set(disk.bavail * disk.bsize);
      },
    });
    new Gauge({
      name: "schedulearn_webhook_pending",
      help: "Events that a webhook may be told of yet; at most 10,000 are counted.",
      labelNames: ["webhook"],
      registers,
      async collect() {
        for (const { name, pending } of await webhooks.states()) this.set({ webhook: name }, pending);
      },
    });
    const stored = (name: string, help: string, value: () => number): void => {
      new Counter({
        name: `schedulearn_${name}`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    };
    stored("log_lines_stored_total", "Lines that jobs printed and that were stored.", () => engine.logs.stored.lines);
    stored("log_bytes_stored_total", "Bytes of the files that they were stored in.", () => engine.logs.stored.bytes);
    clusterMetrics(this.registry, engine, meter);
    this.#counting = this.#count(new JobMetrics(this.registry, engine), engine);
  }

  /** How long a round, or the writing of a turn, has taken. */
  timed(what: "round" | "record", millis: Millis): void {
    (what === "round" ? this.#rounds : this.#writes).observe(millis / 1000);
  }

  requested(path: string, status: number): void {
    this.#requests.inc({ path, status: String(status) });
  }

  /** @param fields the fields of the root type that were asked for @param millis null for a stream, of which no time is kept */
  operated(kind: string, fields: readonly string[], ok: boolean, millis: Millis | null): void {
    for (const operation of new Set(fields)) this.#operations.inc({ operation, kind, result: ok ? "ok" : "error" });
    if (millis !== null) this.#operationTime.observe({ kind }, millis / 1000);
  }

  /** @param by 1 for one that opens, -1 for one that closes */
  streams(stream: string, by: number): void {
    this.#streams.inc({ stream }, by);
  }
  connections(by: number): void {
    this.#connections.inc(by);
  }

  delivered(webhook: string, result: string): void {
    this.#deliveries.inc({ webhook, result });
  }

  /** All of it as text. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#counting;
  }

  async #count(jobs: JobMetrics, { feed }: Engine): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted)
      try {
        for await (const batch of feed.follow(feed.head, {}, signal)) await jobs.take(batch.map(({ event }) => event));
      } catch {
        // Figures are not worth a word: counting goes on with what comes from now on.
      }
  }
}
