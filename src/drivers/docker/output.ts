import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Container } from "dockerode";
import { LineSplitter } from "../../progress/lines.ts";
import type { Output, OutputPosition, OutputStream } from "../driver.ts";
import { BarWatch } from "./bars.ts";
import type { Engine } from "./engine.ts";
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
  readonly #frames = new FrameReader();

  constructor(from: OutputPosition) {
    this.#from = {
      ...(from.stdout !== undefined && { stdout: parsePlace(from.stdout) }),
      ...(from.stderr !== undefined && { stderr: parsePlace(from.stderr) }),
    };
    this.#splitters = { stdout: splitterFrom(this.#from.stdout), stderr: splitterFrom(this.#from.stderr) };
  }

  /** From when the engine has to send again. It sends what has that very time too, and that is skipped by its bytes. */
  get since(): string {
    const { stdout, stderr } = this.#from;
    if (!stdout || !stderr) return "0";
    return stdout.time < stderr.time ? stdout.time : stderr.time;
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
    for (const piece of this.#splitters[stream].push(frame.subarray(space + 1), Date.parse(stamp), time)) {
      outputs.push(outputOf(stream, piece));
    }
  }
}

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
  const log = await engine.open(signal, REQUEST_MILLIS, (abortSignal) =>
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
      const lines = reader.push(chunk as Buffer);
      if (lines.length > 0) yield lines;
    }
    await engine.request(signal, END_MILLIS, (abortSignal) => engine.ended(container, abortSignal));
    const rest = reader.end();
    if (rest.length > 0) yield rest;
  };
  const reading = pipeline(log, read, outputs, { signal }).finally(() => bars.close());
  reading.catch(() => undefined); // it destroys `outputs`, whose reader is told
  try {
    for await (const batch of outputs) yield batch as Output[];
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
