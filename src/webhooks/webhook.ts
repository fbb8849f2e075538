import type { WebhookConfig } from "../config/index.ts";
import { InvariantError } from "../core/errors.ts";
import type { Instant, Millis } from "../core/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { Recorded } from "../store/event-log.ts";
import type { Store } from "../store/store.ts";
import { countEvents, keepWebhookPlace, webhookPlace } from "../store/webhooks.ts";
import { happeningOf, sourcesOf } from "./happening.ts";
import { headersOf, type Message, messageOf, testMessage } from "./message.ts";

const FIRST_PAUSE: Millis = 1_000;
/** When the log cannot be read. */
const LOG_PAUSE: Millis = 10_000;
const LONGEST_PAUSE: Millis = 600_000;
/** What could not be delivered for so long is given up. */
const PATIENCE: Millis = 86_400_000;
const MOST_COUNTED = 10_000;

/** How it stands with a webhook. */
export interface WebhookState {
  readonly name: string;
  /** Without what may be secret in it. */
  readonly url: string;
  readonly events: readonly string[];
  readonly format: string;
  /** Events that it may be told of yet; at most 10,000 are counted. */
  readonly pending: number;
  readonly deliveredAt: Instant | null;
  /** Why the last try failed; null when it did not. */
  readonly lastError: string | null;
  /** Since when no try has succeeded; null when the last one did. */
  readonly failingSince: Instant | null;
  /** Since the server started. */
  readonly delivered: number;
  readonly givenUp: number;
}

export type Result = "delivered" | "failed" | "given_up";

export interface WebhookHouse {
  readonly engine: Engine;
  readonly store: Store;
  log(level: "info" | "warn" | "error", message: string, details?: Readonly<Record<string, unknown>>): void;
  counted(webhook: string, result: Result): void;
  /** After the first failure; longer after each further one. */
  readonly firstPauseMillis?: Millis;
}

/**
 * Tells one endpoint of what happens, in order, each event at least once: it goes on from the place on record, which moves when an event has
 * been delivered. It only reads the log, so nothing waits for it.
 */
export class Webhook {
  readonly #config: WebhookConfig;
  readonly #secret: string | null;
  readonly #house: WebhookHouse;
  readonly #closing = new AbortController();
  readonly #telling: Promise<void>;
  /** Events at hand that are to be told, or looked at, yet. */
  #waiting: readonly Recorded[] = [];
  #deliveredAt: Instant | null = null;
  #lastError: string | null = null;
  #failingSince: Instant | null = null;
  #delivered = 0;
  #givenUp = 0;

  constructor(config: WebhookConfig, secret: string | null, house: WebhookHouse) {
    this.#config = config;
    this.#secret = secret;
    this.#house = house;
    this.#telling = this.#keepTelling();
  }

  get name(): string {
    return this.#config.name;
  }

  async state(): Promise<WebhookState> {
    const { name, url, events, format } = this.#config;
    const last = this.#waiting.at(-1);
    const others = last ? await countEvents(this.#house.store, last.seq, sourcesOf(events), MOST_COUNTED) : 0;
    return {
      name,
      url: shown(url),
      events,
      format,
      pending: Math.min(MOST_COUNTED, this.#waiting.length + others),
      deliveredAt: this.#deliveredAt,
      lastError: this.#lastError,
      failingSince: this.#failingSince,
      delivered: this.#delivered,
      givenUp: this.#givenUp,
    };
  }

  /** Sends a message that says it is a test. Null when it was taken, else why not. */
  test(): Promise<string | null> {
    const { engine } = this.#house;
    return this.#send(testMessage(this.name, engine.cluster, engine.clock.now(), this.#config.format));
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the server is shutting down"));
    await this.#telling;
  }

  /** Whatever goes wrong with the log, it begins again from the place on record. */
  async #keepTelling(): Promise<void> {
    while (!this.#closing.signal.aborted)
      try {
        await this.#tell();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#house.log("error", "a webhook cannot be told for now", { webhook: this.name, error: String(error) });
        await this.#rest(LOG_PAUSE);
      }
  }

  async #tell(): Promise<void> {
    const { engine, store } = this.#house;
    const { signal } = this.#closing;
    const known = await webhookPlace(store, this.name);
    this.#deliveredAt = known?.deliveredAt ?? null;
    const begin = known?.seq ?? engine.feed.head; // a new one is told of what comes from now on
    if (!known) await this.#keep(begin);
    const filter = { types: sourcesOf(this.#config.events) };
    for await (const batch of engine.feed.follow(begin, filter, signal)) {
      this.#waiting = batch;
      for (const recorded of batch) {
        const happening = await happeningOf(recorded, this.#config.events, engine).catch((error) => {
          if (!(error instanceof InvariantError)) throw error;
          // The log of another version: it is no reason to tell nothing of what comes behind.
          this.#house.log("warn", "a webhook is not told of one event", { seq: recorded.seq, error: error.message });
          return null;
        });
        if (happening) await this.#deliver(messageOf(happening, engine.cluster, this.#config.format), recorded.seq);
        if (signal.aborted) return;
        this.#waiting = this.#waiting.slice(1);
      }
    }
  }

  /** Tries until it is taken, or for a day. */
  async #deliver(message: Message, seq: number): Promise<void> {
    const { engine, counted, log, firstPauseMillis = FIRST_PAUSE } = this.#house;
    const { clock } = engine;
    const began = clock.now();
    for (let pause = firstPauseMillis; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      const problem = await this.#send(message);
      if (this.#closing.signal.aborted) return;
      if (problem === null) {
        if (this.#failingSince !== null) log("info", "a webhook takes what it is told again", { webhook: this.name });
        [this.#lastError, this.#failingSince, this.#deliveredAt] = [null, null, clock.now()];
        this.#delivered++;
        counted(this.name, "delivered");
        return this.#keep(seq);
      }
      counted(this.name, "failed");
      if (this.#failingSince === null)
        log("warn", "a webhook does not take what it is told; it is tried again", { webhook: this.name, problem });
      this.#lastError = problem;
      this.#failingSince ??= clock.now();
      if (clock.now() - began > PATIENCE) {
        log("error", "a webhook could not be told for a day: given up", {
          webhook: this.name,
          delivery: message.id,
          problem,
        });
        this.#givenUp++;
        counted(this.name, "given_up");
        return this.#keep(seq);
      }
      await this.#rest(pause);
    }
  }

  /** Null when it was taken. */
  async #send(message: Message): Promise<string | null> {
    const { url, timeoutSeconds } = this.#config;
    const { clock } = this.#house.engine;
    const late = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: headersOf(message, this.#secret, clock.now()),
        body: message.body,
        redirect: "manual", // who may hear of it is the operator's choice, not the endpoint's
        signal: AbortSignal.any([late, this.#closing.signal]),
      });
      await response.body?.cancel();
      return response.ok ? null : `it answered ${response.status} ${response.statusText}`.trim();
    } catch (error) {
      if (late.aborted) return `no answer within ${timeoutSeconds} s`;
      const { message: problem, cause } = error as Error;
      return cause instanceof Error ? cause.message || problem : problem;
    }
  }

  /** Where that fails, the event is told once more after a restart. */
  async #keep(seq: number): Promise<void> {
    const { store, log } = this.#house;
    await keepWebhookPlace(store, this.name, { seq, deliveredAt: this.#deliveredAt }).catch((error) =>
      log("warn", "it cannot be recorded how far a webhook was told", { webhook: this.name, error: String(error) }),
    );
  }

  #rest(millis: Millis): Promise<void> {
    const { clock } = this.#house.engine;
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = clock.at(clock.now() + millis, done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

/** Services put what lets you in into the path. */
function shown(text: string): string {
  const { origin, pathname, search } = new URL(text);
  return pathname === "/" && search === "" ? origin : `${origin}/…`;
}
