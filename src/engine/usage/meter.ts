import type { Server, ServerId } from "../../core/server.ts";
import type { Cancel, Instant, Millis } from "../../core/time.ts";
import type { Driver } from "../../drivers/driver.ts";
import type { UsageHistory } from "../../store/usage/history.ts";
import type { UsageSample } from "../../store/usage/sample.ts";
import type { Engine } from "../engine.ts";
import { Sleepers } from "../sleepers.ts";
import { Accounts } from "./account.ts";
import { RunUses } from "./run-uses.ts";

/** How often samples are taken. */
export const SAMPLED_EVERY: Millis = 10_000;
/** So long a sample waits for servers to tell what is really used. */
const PATIENCE: Millis = 3_000;
/** A GPU that was read longer ago is not known. */
const STALE: Millis = 90_000;
const PRUNED_EVERY: Millis = 600_000;
/** So many rounds of samples are kept at hand. */
const AT_HAND = 60;

/** The samples of all servers at one moment. */
export interface Round {
  readonly at: Instant;
  readonly samples: ReadonlyMap<ServerId, UsageSample>;
}

type Log = (level: "warn", message: string, details?: Readonly<Record<string, unknown>>) => void;

/** Measures again and again what is used of all servers: of what jobs hold, exactly; of what they really use, as far as that can be seen. */
export class Meter {
  readonly history: UsageHistory;
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #every: Millis;
  readonly #accounts = new Accounts();
  readonly #uses = new Map<ServerId, RunUses>();
  readonly #sleepers = new Sleepers();
  readonly #closing = new AbortController();
  #rounds: Round[] = [];
  #cancel: Cancel = () => {};
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #trouble: string | null = null;
  #prunedAt = 0;
  readonly #booking: Promise<void>;

  constructor(options: { engine: Engine; history: UsageHistory; log: Log; everyMillis?: Millis }) {
    const { engine, history, log, everyMillis = SAMPLED_EVERY } = options;
    this.#engine = engine;
    this.history = history;
    this.#log = log;
    this.#every = everyMillis;
    this.#accounts.book(engine.scheduler.ledger.rooms, engine.clock.now());
    this.#booking = this.#book();
    this.#measureLater();
  }

  /** The newest samples; null before there are any. */
  get latest(): Round | null {
    return this.#rounds.at(-1) ?? null;
  }

  /** How often samples are taken. */
  get everyMillis(): Millis {
    return this.#every;
  }

  /** Rounds behind `after`, oldest first, as far as they are kept as they were taken. */
  async rounds(after: Instant, first: number): Promise<Round[]> {
    const oldest = this.#rounds[0];
    const atHand = this.#rounds.filter(({ at }) => at > after);
    const before = oldest && after < oldest.at - 1 ? await this.#stored(after, oldest.at - 1) : [];
    return [...before, ...atHand].slice(0, first);
  }

  /** Resolves when there is a round behind `after`, or the signal aborts. */
  async news(after: Instant, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (this.latest?.at ?? Number.NEGATIVE_INFINITY) <= after)
      await this.#sleepers.sleep(signal);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the server is shutting down"));
    this.#cancel();
    await this.#booking;
    await this.#writing;
  }

  #measureLater(): void {
    const { clock } = this.#engine;
    const next = (Math.floor(clock.now() / this.#every) + 1) * this.#every;
    this.#cancel = clock.at(next, () => {
      void this.#measure()
        .catch((error) => this.#log("warn", "what is used of the servers was not measured", { error: String(error) }))
        .finally(() => {
          if (!this.#closing.signal.aborted) this.#measureLater();
        });
    });
  }

  async #measure(): Promise<void> {
    const { clock, drivers, scheduler } = this.#engine;
    let cancel: Cancel = () => {};
    const enough = new Promise<void>((resolve) => {
      cancel = clock.at(clock.now() + PATIENCE, resolve);
    });
    const looks = [...drivers].map(([server, driver]) =>
      this.#usesOf(server, driver).look(() => clock.now(), this.#closing.signal),
    );
    await Promise.race([Promise.all(looks), enough]).finally(cancel);
    if (this.#closing.signal.aborted) return;
    const at = Math.max(clock.now(), (this.latest?.at ?? 0) + 1);
    for (const server of this.#uses.keys()) if (!scheduler.servers.has(server)) this.#uses.delete(server);
    const samples = new Map<ServerId, UsageSample>();
    for (const server of scheduler.servers.values()) {
      const sample = this.#sample(server, at);
      if (sample) samples.set(server.id, sample);
    }
    const round = { at, samples };
    this.#rounds = [...this.#rounds, round].slice(-AT_HAND);
    this.#sleepers.wake();
    this.#write(round);
  }

  #sample({ id, gpus, memoryMiB }: Server, at: Instant): UsageSample | null {
    const { scheduler, gpus: watch } = this.#engine;
    const room = scheduler.ledger.rooms.get(id);
    const held = room ? this.#accounts.state(id, room, at) : null;
    if (!room || !held) return null;
    const jobs = this.#uses.get(id)?.samples(at) ?? null;
    return {
      at,
      millis: held.millis,
      cores: { total: room.coreOwner.length, granted: held.cores, used: sumOf(jobs?.map(({ cores }) => cores)) },
      memoryMiB: {
        total: memoryMiB,
        granted: held.memoryMiB,
        used: sumOf(jobs?.map((job) => job.memoryMiB)),
      },
      gpus: gpus.map(({ id: gpu }) => {
        const reading = watch.reading(id, gpu);
        const known = reading && reading.at > at - STALE ? reading : null;
        return {
          gpu,
          utilisationPercent: known?.utilisationPercent ?? null,
          memoryUsedMiB: known?.memoryUsedMiB ?? null,
          temperatureC: known?.temperatureC ?? null,
          ...(held.gpus.get(gpu) ?? { job: null, held: 0 }),
        };
      }),
      jobs: jobs ?? [],
    };
  }

  #usesOf(server: ServerId, driver: Driver): RunUses {
    const known = this.#uses.get(server);
    if (known?.isOf(driver)) return known;
    const uses = new RunUses(driver);
    this.#uses.set(server, uses);
    return uses;
  }

  /** Books every change of what jobs hold as it is published. */
  async #book(): Promise<void> {
    const { feed, scheduler, clock } = this.#engine;
    const { signal } = this.#closing;
    while (!signal.aborted)
      try {
        for await (const _ of feed.follow(feed.head, {}, signal))
          this.#accounts.book(scheduler.ledger.rooms, clock.now());
      } catch {
        // What was too far behind to be at hand could not be read: it is booked with the next change.
      }
  }

  /** A disk that is slow or full costs samples, and nothing else. */
  #write({ at, samples }: Round): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writing = this.#store(at, samples)
      .then(() => {
        this.#trouble = null;
      })
      .catch((error: Error) => {
        if (error.message !== this.#trouble)
          this.#log("warn", "what is used of the servers cannot be written down", { reason: error.message });
        this.#trouble = error.message;
      })
      .finally(() => {
        this.#isWriting = false;
      });
  }

  async #store(at: Instant, samples: Round["samples"]): Promise<void> {
    for (const [server, sample] of samples) await this.history.add(server, sample);
    if (at < this.#prunedAt + PRUNED_EVERY) return;
    this.#prunedAt = at;
    await this.history.prune(at);
  }

  async #stored(after: Instant, to: Instant): Promise<Round[]> {
    const rounds = new Map<Instant, Map<ServerId, UsageSample>>();
    for (const server of this.#engine.scheduler.servers.keys())
      for (const sample of await this.history.fine(server, after, to)) {
        const samples = rounds.get(sample.at) ?? new Map<ServerId, UsageSample>();
        rounds.set(sample.at, samples.set(server, sample));
      }
    return [...rounds].sort(([a], [b]) => a - b).map(([at, each]) => ({ at, samples: each }));
  }
}

/** Null when nothing is known. */
function sumOf(values: readonly (number | null)[] | undefined): number | null {
  if (!values) return null;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
