import type { Container } from "dockerode";
import { LineSplitter } from "../../../progress/lines.ts";
import type { Output, OutputStream } from "../../driver.ts";
import type { Engine } from "../engine/engine.ts";
import { FrameReader } from "./frames.ts";

const FIRST_SILENCE_MILLIS = 1_000;
const LONGEST_SILENCE_MILLIS = 60_000;
const TOLD_EVERY_MILLIS = 200;
const REQUEST_MILLIS = 15_000;

/**
 * Watches for bars that rewrite themselves. The engine's log has a line only once it is finished, so while the log is silent we
 * listen to the program directly. Not always: a program that prints much waits for such a listener, even for one that was cut off.
 */
export class BarWatch {
  readonly #engine: Engine;
  readonly #container: Container;
  readonly #tell: (update: Output) => void;
  #silenceMillis = FIRST_SILENCE_MILLIS;
  #timer: NodeJS.Timeout | undefined;
  #listening: AbortController | null = null;
  #toldAt = 0;
  #closed = false;

  constructor(engine: Engine, container: Container, tell: (update: Output) => void) {
    this.#engine = engine;
    this.#container = container;
    this.#tell = tell;
  }

  /** The log said something, or begins. */
  heard(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    // Listening that brought nothing is tried ever more rarely.
    if (this.#listening) this.#silenceMillis = Math.min(this.#silenceMillis * 2, LONGEST_SILENCE_MILLIS);
    this.#listening?.abort();
    this.#listening = null;
    this.#timer = setTimeout(() => void this.#listen(), this.#silenceMillis);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listening?.abort();
  }

  async #listen(): Promise<void> {
    const listening = new AbortController();
    this.#listening = listening;
    const splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() };
    const reader = new FrameReader();
    try {
      const stream = await this.#engine.open(listening.signal, REQUEST_MILLIS, (abortSignal) =>
        this.#container.attach({ stream: true, stdout: true, stderr: true, abortSignal }),
      );
      for await (const chunk of stream) {
        for (const { stream, data } of reader.push(chunk as Buffer)) this.#bar(stream, splitters[stream], data);
      }
    } catch {
      // The log says what matters; it also says when the engine is gone.
    }
  }

  #bar(stream: OutputStream, splitter: LineSplitter, data: Buffer): void {
    const now = performance.now();
    const update = splitter.push(data, 0, "").findLast(({ kind }) => kind === "update");
    if (!update || now - this.#toldAt < TOLD_EVERY_MILLIS) return;
    this.#toldAt = now;
    this.#silenceMillis = FIRST_SILENCE_MILLIS;
    this.#tell({ kind: "update", stream, text: update.text });
  }
}
