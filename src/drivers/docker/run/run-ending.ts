import type { Cancel } from "../../../core/time.ts";
import { markStopRequested, type Site, wasStopRequested } from "../container/setup.ts";
import { reasonOf } from "../engine/engine.ts";
import { wasDumped } from "./live-migration.ts";
import { isRunning, type RunContainer } from "./run-container.ts";

/** How one run is brought to its end: the signal, the grace, the kill; and whether it was that which ended it. */
export class RunEnding {
  readonly #site: Site;
  readonly #container: RunContainer;
  readonly #run: { readonly job: string; readonly attempt: number };
  /** Ends all asking. */
  readonly #life: AbortSignal;
  readonly #log: (what: string, details: Readonly<Record<string, unknown>>) => void;
  #signalled = false;
  /** Whether the run heard that it is to stop before it ended. */
  #delivered = false;
  #delivering: Promise<void> = Promise.resolve();
  #killAt = Number.POSITIVE_INFINITY;
  #cancelKill: Cancel = () => undefined;

  constructor(
    site: Site,
    container: RunContainer,
    run: { readonly job: string; readonly attempt: number },
    life: AbortSignal,
    log: (what: string, details: Readonly<Record<string, unknown>>) => void,
  ) {
    this.#site = site;
    this.#container = container;
    this.#run = run;
    this.#life = life;
    this.#log = log;
  }

  /** It was told to stop, or is about to be. */
  get isWanted(): boolean {
    return this.#killAt !== Number.POSITIVE_INFINITY;
  }

  /** From now on it has so long. @param millis told twice, the shorter one holds */
  within(millis: number): void {
    this.#killAt = Math.min(this.#killAt, this.#site.context.clock.now() + millis);
  }

  /** Fulfilled when the run has the signal, or is over. Once is enough. */
  deliver(signal: string): Promise<void> {
    if (this.#signalled) return this.#delivering;
    this.#signalled = true;
    this.#delivering = this.#deliver(signal);
    return this.#delivering;
  }

  /** Something else that may end it: its end waits for this, to know what ended it. @param ends resolves with whether it did */
  by(ends: Promise<boolean>): Promise<void> {
    this.#delivering = ends.then((ended) => {
      this.#delivered ||= ended;
    });
    return this.#delivering;
  }

  /** Kills it when its grace is over. */
  arm(): void {
    this.disarm();
    if (!this.isWanted) return;
    this.#cancelKill = this.#site.context.clock.at(this.#killAt, () => {
      if (!this.#life.aborted) void this.#kill("SIGKILL");
    });
  }

  disarm(): void {
    this.#cancelKill();
  }

  /** Did it end because it was told to? @param byEarlierLife it may have been told by an earlier life of the server */
  async wasTold(byEarlierLife: boolean): Promise<boolean> {
    await this.#delivering.catch(() => undefined);
    if (this.#delivered || !byEarlierLife) return this.#delivered;
    const asked = [this.#site, this.#run.job, this.#run.attempt, this.#life] as const;
    return (await wasStopRequested(...asked)) || (await wasDumped(...asked));
  }

  async #deliver(signal: string): Promise<void> {
    const info = await this.#container.inspect();
    if (!info || !isRunning(info)) return;
    await markStopRequested(this.#site, this.#run.job, this.#run.attempt, this.#life).then(
      // A program that polls may end by it before the signal comes.
      () => {
        this.#delivered = true;
      },
      (error: unknown) => this.#log("could not be shown that it is to stop", { reason: reasonOf(error) }),
    );
    await this.#kill(signal);
    // A frozen run takes the signal only when thawed.
    if (info.State.Paused) await this.#container.freeze("unpause");
  }

  async #kill(signal: string): Promise<void> {
    try {
      if (await this.#container.kill(signal)) this.#delivered = true;
    } catch (error) {
      if (!this.#life.aborted) this.#log(`could not be sent ${signal}`, { reason: reasonOf(error) });
    }
  }
}
