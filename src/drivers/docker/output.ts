import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Container } from "dockerode";
import { LineSplitter } from "../../progress/lines.ts";
import { type Output, OutputGone, type OutputPosition, type OutputStream } from "../driver.ts";
import { BarWatch } from "./bars.ts";
import { type Engine, reasonOf, statusOf } from "./engine.ts";
import { FrameReader } from "./frames.ts";

const SPACE = 0x20;

interface Place {
  /** `<seconds>.<nanoseconds>`: what the engine takes as `since`; places compare as texts. */
  readonly time: string;
  readonly skipBytes: number;
}

/** What one attempt to read a run's output has come to: frames of the engine in, lines out. */
export class OutputReader {
  readonly #from: Partial<Record<OutputStream, Place>>;
  readonly #splitters: Record<OutputStream, LineSplitter>;
  #frames = new FrameReader();
  /** The newest frames pushed: their time, and how many had it. */
  readonly #seen: Partial<Record<OutputStream, { readonly time: string; readonly frames: number }>> = {};
  /** How many frames of that time are about to come once more. */
  #toSkip: Partial<Record<OutputStream, number>> | null = null;
  /** From when the engine has to send. It sends what has that very time too, and what was dealt with of that is skipped. */
  since: string;

  constructor(from: OutputPosition) {
    this.#from = {
      ...(from.stdout !== undefined && { stdout: parsePlace(from.stdout) }),
      ...(from.stderr !== undefined && { stderr: parsePlace(from.stderr) }),
    };
    this.#splitters = { stdout: splitterFrom(this.#from.stdout), stderr: splitterFrom(this.#from.stderr) };
    const { stdout, stderr } = this.#from;
    this.since = stdout && stderr ? earliest(stdout.time, stderr.time) : "0";
  }

  /** What follows was asked for anew, from the new `since`: it begins with some that was pushed already, and that is skipped. */
  readOn(): void {
    const { stdout, stderr } = this.#seen;
    this.#toSkip = { stdout: stdout?.frames ?? 0, stderr: stderr?.frames ?? 0 };
    this.#frames = new FrameReader();
    const times = [stdout, stderr].flatMap((seen) => seen?.time ?? []);
    if (times.length > 0) this.since = earliest(...times, ...times.map(aWhileBefore));
  }

  push(chunk: Buffer): Output[] {
    const outputs: Output[] = [];
    for (const { stream, data } of this.#frames.push(chunk)) this.#frame(stream, data, outputs);
    return outputs;
  }

  /** The run is over and everything was pushed. */
  end(): Output[] {
    return (["stdout", "stderr"] as const).flatMap((stream) =>
      this.#splitters[stream].end().map((piece) => outputOf(stream, piece)),
    );
  }

  /** A frame is the engine's timestamp, a space, and a line or a part of one; all parts of a line have the same time. */
  #frame(stream: OutputStream, frame: Buffer, outputs: Output[]): void {
    const space = frame.indexOf(SPACE);
    const stamp = frame.toString("latin1", 0, space);
    const time = placeTime(stamp);
    const from = this.#from[stream];
    if (from && time < from.time) return;
    if (this.#pushedBefore(stream, time)) return;
    for (const piece of this.#splitters[stream].push(frame.subarray(space + 1), Date.parse(stamp), time)) {
      outputs.push(outputOf(stream, piece));
    }
  }

  #pushedBefore(stream: OutputStream, time: string): boolean {
    const seen = this.#seen[stream];
    if (this.#toSkip && seen) {
      if (time < seen.time) return true;
      const left = this.#toSkip[stream] ?? 0;
      if (time === seen.time && left > 0) {
        this.#toSkip[stream] = left - 1;
        return true;
      }
    }
    this.#seen[stream] = { time, frames: seen?.time === time ? seen.frames + 1 : 1 };
    return false;
  }
}

/** Its two outputs reach the log side by side, so that one may be a little late. */
const LATE_SECONDS = 10;

function aWhileBefore(time: string): string {
  const [seconds, nanos] = time.split(".");
  return `${Number(seconds) - LATE_SECONDS}.${nanos}`;
}

const earliest = (...times: readonly string[]): string => times.reduce((a, b) => (a < b ? a : b));

type Piece = ReturnType<LineSplitter["push"]>[number];

function outputOf(stream: OutputStream, piece: Piece): Output {
  if (piece.kind === "update") return { kind: "update", stream, text: piece.text };
  const { text, at, position, skipBytes, continues } = piece;
  return { kind: "line", stream, at, text, position: `${position}/${skipBytes}`, ...(continues && { continues }) };
}

function parsePlace(position: string): Place {
  const slash = position.indexOf("/");
  return { time: position.slice(0, slash), skipBytes: Number(position.slice(slash + 1)) };
}

const splitterFrom = (place: Place | undefined): LineSplitter =>
  new LineSplitter(place && { position: place.time, skipBytes: place.skipBytes });

/** `2026-11-21T09:20:01.123456789Z` as `1795252801.123456789`. */
function placeTime(stamp: string): string {
  const seconds = Math.floor(Date.parse(stamp) / 1000);
  const nanos = /\.(\d+)/.exec(stamp)?.[1] ?? "";
  return `${seconds}.${nanos.slice(0, 9).padEnd(9, "0")}`;
}

const REQUEST_MILLIS = 15_000;
/** The log ends an instant before the engine calls the container ended. */
const END_MILLIS = 10_000;

/** A container's output from a position on, until it is over and all is read; throws when the engine breaks off before. */
export async function* followOutput(
  engine: Engine,
  container: Container,
  from: OutputPosition,
  signal: AbortSignal,
): AsyncGenerator<Output[], void> {
  const reader = new OutputReader(from);
  const open = () =>
    engine.open(signal, REQUEST_MILLIS, (abortSignal) =>
      container.logs({ follow: true, stdout: true, stderr: true, timestamps: true, since: reader.since, abortSignal }),
    );
  const outputs = new PassThrough({ objectMode: true, highWaterMark: 4 });
  const bars = new BarWatch(engine, container, (update) => {
    if (!outputs.writableNeedDrain && outputs.writable) outputs.write([update]);
  });
  const read = async function* (chunks: AsyncIterable<string | Buffer>): AsyncGenerator<Output[]> {
    bars.heard();
    for await (const chunk of chunks) {
      bars.heard();
      yield reader.push(chunk as Buffer);
    }
    await engine.request(signal, END_MILLIS, (abortSignal) => engine.ended(container, abortSignal));
    // What a program says last, without a line end, may miss the stream that follows it.
    reader.readOn();
    for await (const chunk of await open()) yield reader.push(chunk as Buffer);
    yield reader.end();
  };
  try {
    const log = await open();
    const reading = pipeline(log, read, outputs, { signal }).finally(() => bars.close());
    reading.catch(() => undefined); // it destroys `outputs`, whose reader is told
    for await (const batch of outputs as AsyncIterable<Output[]>) if (batch.length > 0) yield batch;
  } catch (error) {
    signal.throwIfAborted();
    throw statusOf(error) === 404 ? new OutputGone(reasonOf(error), { cause: error }) : error;
  }
}
