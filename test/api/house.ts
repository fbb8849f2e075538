import { join } from "node:path";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { type Api, type ApiOptions, startApi } from "../../src/api/http.ts";
import type { ServerConfig, WebhookConfig } from "../../src/config/index.ts";
import { requestCancel } from "../../src/core/request.ts";
import { Meter } from "../../src/engine/usage/meter.ts";
import { Forecasts } from "../../src/forecasts.ts";
import { checks } from "../../src/health.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { Simulations } from "../../src/simulations.ts";
import { createToken, findToken, listTokens } from "../../src/store/settings.ts";
import { UsageHistory } from "../../src/store/usage/history.ts";
import { Webhooks } from "../../src/webhooks/webhooks.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse } from "../engine/house.ts";

// biome-ignore lint/suspicious/noExplicitAny: what an answer holds depends on the question
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly data: Json;
  readonly errors?: readonly { message: string; path?: string[]; extensions: Record<string, Json> }[];
  readonly extensions?: Record<string, Json>;
  readonly text: string;
}

interface Access {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole server on a free port: API, engine, database and real processes. */
export class ApiHouse {
  readonly engines: EngineHouse;
  /** What the server would answer that a server which is being added does not. */
  unreachable: string | null = null;
  api!: Api;
  #forecasts!: Forecasts;
  #simulations!: Simulations;
  meter!: Meter;
  metrics = new Metrics();
  webhooks!: Webhooks;
  /** All that ends with the API. */
  readonly #parts: { close(): Promise<void> }[] = [];
  webhookConfigs: readonly WebhookConfig[] = [];

  constructor(engines = new EngineHouse()) {
    this.engines = engines;
  }

  get engine() {
    return this.engines.engine;
  }
  get logged() {
    return this.engines.logged;
  }

  async open(options: Partial<ApiOptions> = {}): Promise<this> {
    await this.engines.open({ timed: (what, millis) => this.metrics.timed(what, millis) });
    await this.listen(options);
    return this;
  }

  async listen(options: Partial<ApiOptions> = {}): Promise<void> {
    const { store } = this.engines;
    await this.#retire();
    this.#simulations = new Simulations({
      engine: this.engine,
      folder: join(this.engines.folder, "reports"),
      log: (level, message, details) => this.logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
    });
    this.#forecasts = new Forecasts({
      engine: this.engine,
      store,
      log: (level, message, details) => this.logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
    });
    this.meter = new Meter({
      engine: this.engine,
      history: new UsageHistory(join(this.engines.folder, "usage")),
      log: (level, message, details) => this.logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
      everyMillis: 500,
    });
    this.webhooks = new Webhooks(this.webhookConfigs, {
      engine: this.engine,
      store,
      log: (level, message, details) => this.logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
      counted: (webhook, result) => this.metrics.delivered(webhook, result),
      firstPauseMillis: 100,
    });
    this.#parts.push(this.#forecasts, this.#simulations, this.meter, this.webhooks, this.metrics);
    this.metrics.watch({
      engine: this.engine,
      meter: this.meter,
      webhooks: this.webhooks,
      dataDir: this.engines.folder,
      version: "1.2.3",
    });
    this.api = await startApi({
      engine: this.engine,
      foresight: this.#forecasts,
      laboratory: this.#simulations,
      meter: this.meter,
      metrics: this.metrics,
      webhooks: this.webhooks,
      checks: () => checks(this.engine, store, this.engines.folder),
      listen: { host: "127.0.0.1", port: 0, tls: null },
      limits: { requestsPerSecond: 100_000 },
      tokens: {
        required: async () => (await listTokens(store)).length > 0,
        find: (secret) => findToken(store, secret),
      },
      defaultUser: "ann",
      probe: async () => {
        if (this.unreachable) throw new Error(this.unreachable);
      },
      newServer: ({ name, gpus, cores, ...setup }: ServerConfig) =>
        aServer(name, typeof gpus === "number" ? gpus : 0, {
          ...setup,
          cores: cores ?? 64,
          health: "down",
          reason: "not connected yet",
          setup: { source: "api" },
        }),
      log: (level, message, details) => this.logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
      ...options,
    });
  }

  /** Ends the server and starts another on the same folder. */
  async restart(options: Partial<ApiOptions> = {}): Promise<void> {
    await this.api.close();
    await this.#retire();
    await this.engines.close();
    await this.open(options);
  }

  /** Ends what was made for the last API. */
  async #retire(): Promise<void> {
    for (const part of this.#parts.splice(0)) await part.close();
    this.metrics = new Metrics();
  }

  async ask(query: string, variables: Record<string, unknown> = {}, access: Access = {}): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }), access);
  }

  async post(body: string, { token, headers }: Access = {}): Promise<Answer> {
    const response = await fetch(this.api.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body,
    });
    const text = await response.text();
    return { status: response.status, ...JSON.parse(text), text };
  }

  /** The data of an answer without errors. */
  async data(query: string, variables?: Record<string, unknown>): Promise<Json> {
    const answer = await this.ask(query, variables);
    if (answer.errors) throw new Error(answer.text);
    return answer.data;
  }

  /** The payload of a mutation that selects `job { id status } errors { message code path }`, or what is given. */
  async mutate(name: string, input: Record<string, unknown>, select = "job { id status }"): Promise<Json> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} errors { message code path } } }`;
    return (await this.data(query, { input }))[name];
  }

  async submit(spec: Record<string, unknown>, select?: string): Promise<string> {
    const { job, errors } = await this.mutate("submitJob", { spec }, select);
    if (!job) throw new Error(JSON.stringify(errors));
    return job.id;
  }

  socket(options: { token?: string; headers?: Record<string, string> } = {}) {
    const { token, headers } = options;
    class Socket extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers });
      }
    }
    return createClient({
      url: this.api.url.replace(/^http/, "ws"),
      webSocketImpl: Socket,
      retryAttempts: 0,
      ...(token && { connectionParams: { authorization: `Bearer ${token}` } }),
    });
  }

  /** Follows a subscription with one root field. */
  follow(query: string, variables: Record<string, unknown> = {}, options = {}): Followed {
    return new Followed(this.socket(options), query, variables);
  }

  newToken(name = "bob"): Promise<string> {
    return createToken(this.engines.store, name, Date.now()).then(({ secret }) => secret);
  }

  async close(): Promise<void> {
    await this.api?.close();
    await this.#retire();
    for (const job of this.engine.scheduler.jobs.values())
      await this.engine
        .request((scheduler, now) => ({
          events: requestCancel(scheduler, job.id, { by: "test", delete: false, graceSeconds: 0 }, now),
        }))
        .catch(() => {});
    await until("nothing runs any more", () => this.engine.scheduler.jobs.size === 0);
    await this.engines.close();
    this.engines.remove();
  }
}

/** What a subscription has told until now. */
export class Followed {
  readonly items: Json[] = [];
  readonly errors: Json[] = [];
  /** `complete`, or the close event or errors that ended it; null while it goes on. */
  end: Json = null;
  readonly leave: () => void;

  constructor(client: ReturnType<ApiHouse["socket"]>, query: string, variables: Record<string, unknown>) {
    const leave = client.subscribe(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors) this.errors.push(...errors);
          if (data) this.items.push(Object.values(data)[0]);
        },
        error: (error) => {
          this.end = error;
        },
        complete: () => {
          this.end ??= "complete";
        },
      },
    );
    this.leave = () => {
      leave();
      void client.dispose();
    };
  }

  async ended(): Promise<this> {
    await until("the stream ends", () => this.end !== null);
    this.leave();
    return this;
  }

  async has(count: number): Promise<Json[]> {
    await until(`${count} items, not ${this.items.length}`, () => this.items.length >= count);
    return this.items;
  }
}
