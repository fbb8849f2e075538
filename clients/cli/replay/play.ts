import { setTimeout as sleep } from "node:timers/promises";
import { type SchedulearnClient, SchedulearnError, UnreachableError } from "../../sdk/index.ts";
import { untilFirstFailure } from "../follow-job.ts";
import { Cast } from "./cast.ts";
import type { Change, Cue, Submission } from "./laboratory.ts";
import { jobFileOf, type PlayOptions, sizesOf } from "./program.ts";

/** A server that is started anew is back within this time; it is asked so often. */
const PATIENCE_MILLIS = 120_000;
const AGAIN_MILLIS = 1_000;

export interface Pace extends PlayOptions {
  /** So many times faster than the file says. */
  readonly speed: number;
  /** Until all are over; else only until all are submitted. */
  readonly waits: boolean;
}

/** Is told as it goes. */
export interface Listener {
  /** Something has changed. */
  changed(play: Play): void;
  /** The server would not have it. */
  refused(cue: Cue, faults: SchedulearnError): void;
  /** The server does not answer: it is asked again for a while. */
  unreachable(cue: Cue, error: UnreachableError): void;
}

/** Submits the jobs of a workload file at their times, asks for what is asked of them, and follows them to their end. */
export class Play {
  readonly cues: readonly Cue[];
  readonly cast = new Cast();
  readonly #client: SchedulearnClient;
  readonly #pace: Pace;
  readonly #listener: Listener;
  /** What was submitted, by the name that the file gives it. */
  readonly #ids = new Map<string, string>();
  #done = 0;
  #refusals = 0;
  beganAt = 0;

  constructor(client: SchedulearnClient, cues: readonly Cue[], pace: Pace, listener: Listener) {
    this.#client = client;
    this.cues = cues;
    this.#pace = pace;
    this.#listener = listener;
  }

  /** How many lines of the file are done, and what the server would not have. */
  get done(): number {
    return this.#done;
  }
  get refusals(): number {
    return this.#refusals;
  }
  /** The job that the file calls so. */
  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /** Resolves when all is over, or all is submitted; or once the signal comes: what was submitted goes on then. */
  async run(signal: AbortSignal): Promise<void> {
    const { eventCursor: after } = await this.#client.cluster({ signal }); // taken first: what changes from here on is told
    this.beganAt = Date.now();
    const isThrough = new AbortController();
    await untilFirstFailure(signal, (until) => [
      this.#submitAll(until).then(() => this.#look(isThrough)),
      this.#follow(after, AbortSignal.any([until, isThrough.signal]), isThrough),
    ]);
  }

  async #submitAll(signal: AbortSignal): Promise<void> {
    for (const cue of this.cues) {
      await this.#wait(this.#timeOf(cue), signal);
      if (signal.aborted) return;
      await this.#ask(cue, signal).catch((error: unknown) => {
        if (!(error instanceof SchedulearnError)) throw error;
        this.#refusals++;
        this.#listener.refused(cue, error);
      });
      this.#done++;
      this.#listener.changed(this);
    }
  }

  /** Asked twice, both are done once. */
  async #ask(cue: Cue, signal: AbortSignal): Promise<void> {
    for (let until: number | null = null; ; ) {
      try {
        return await (cue.kind === "submit" ? this.#submit(cue) : this.#update(cue));
      } catch (error) {
        if (!(error instanceof UnreachableError) || signal.aborted || Date.now() > (until ?? Infinity)) throw error;
        if (until === null) this.#listener.unreachable(cue, error);
        until ??= Date.now() + PATIENCE_MILLIS;
        await this.#wait(Date.now() + AGAIN_MILLIS, signal);
      }
    }
  }

  async #submit(cue: Submission): Promise<void> {
    const idempotencyKey = [...Object.values(this.#pace.labels), cue.name].join("/");
    const job = await this.#client.submit({ yaml: jobFileOf(cue, this.#pace, this.#timeOf(cue)) }, { idempotencyKey });
    this.#ids.set(cue.name, job.id);
    this.cast.add(job);
  }

  async #update(cue: Change): Promise<void> {
    const id = this.#ids.get(cue.name);
    if (id === undefined) return; // its submission was refused, and told of
    const { gpus, cores } = sizesOf(cue, this.#pace.onCores);
    await this.#client.update(id, { priority: cue.priority, ...(gpus && { gpus }), ...(cores && { cores }) });
  }

  async #follow(after: string, signal: AbortSignal, isThrough: AbortController): Promise<void> {
    for await (const change of this.#client.followJobs({ after, signal })) {
      this.cast.see(change);
      this.#listener.changed(this);
      this.#look(isThrough);
    }
  }

  #look(isThrough: AbortController): void {
    const isAllSubmitted = this.#done === this.cues.length;
    if (isAllSubmitted && (!this.#pace.waits || this.cast.left.length === 0)) isThrough.abort();
  }

  #timeOf({ atSeconds }: Cue): number {
    return this.beganAt + (atSeconds / this.#pace.speed) * 1000;
  }

  /** The signal ends it early. */
  async #wait(until: number, signal: AbortSignal): Promise<void> {
    const millis = until - Date.now();
    if (millis > 0) await sleep(millis, undefined, { signal }).catch(() => {});
  }
}
