import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Container } from "dockerode";
import { LineSplitter } from "../../../progress/lines.ts";
import { type Output, OutputGone, type OutputPosition, type OutputStream } from "../../driver.ts";
import { type Engine, reasonOf, statusOf } from "../engine/engine.ts";
import { BarWatch } from "./bars.ts";
import { FrameReader } from "./frames.ts";
import { unseenEnd } from "./unseen-end.ts";

const SPACE = 0x20;
const NEWLINE = 0x0a;

const STREAMS = ["stdout", "stderr"] as const;
const SECOND_LENGTH = "2026-11-21T09:20:01".length;
/** What the engine takes for the beginning of its log. */
const BEGINNING = "0";

interface Place {
  /** `<seconds>.<nanoseconds>`: what the engine takes as `since`; places compare as texts. */
  readonly time: string;
  /** Of the frames of that time so much was dealt with; from the beginning, of all frames. */
  readonly skipBytes: number;
  /** Dealt with since the beginning; null where an earlier version did not count. */
  readonly total: number | null;
  /** From when on the other output had a line unfinished; null where it had none. */
  readonly hold: string | null;
}

interface Progress {
  /** Bytes in the log before the first frame that was pushed; null when that is not known, undefined before it comes. */
  base?: number | null;
  pushedBytes: number;
  /** The newest frames pushed: their time, and how many had it. */
  seen?: { readonly time: string; readonly frames: number };
  /** Since when a line is unfinished. */
  unfinished?: string | undefined;
  /** Of the last frame that came, pushed or not. */
  last?: string | undefined;
  /** How many frames of the time seen, or how many bytes, are about to come once more. */
  toSkip: number;
}

/**
 * What one attempt to read a run's output has come to: frames of the engine in, lines out. Where one was in the log the times of
 * lines tell. Once the engine's clock was set back they do not, and from then on places count bytes from the beginning.
 */
export class OutputReader {
  readonly #from: Partial<Record<OutputStream, Place>>;
  readonly #splitters: Record<OutputStream, LineSplitter>;
  readonly #progress: Record<OutputStream, Progress> = {
    stdout: { pushedBytes: 0, toSkip: 0 },
    stderr: { pushedBytes: 0, toSkip: 0 },
  };
  #frames = new FrameReader();
  /** It was asked for from the beginning, because times would not do. */
  readonly #fromBeginning: boolean;
  /** Times do not do (any more). */
  #counts: boolean;
  #readsOn = false;
  #second = { text: "none", seconds: "" };
  /** From when the engine has to send. It sends what has that very time too, and what was dealt with of that is skipped. */
  since: string;

  constructor(from: OutputPosition) {
    const places = STREAMS.flatMap((stream) => {
      const position = from[stream];
      return position === undefined ? [] : [[stream, parsePlace(position)] as const];
    });
    this.#fromBeginning = places.some(([, { time }]) => time === BEGINNING);
    this.#counts = this.#fromBeginning;
    this.#from = Object.fromEntries(
      places.map(([stream, place]) => [stream, this.#fromBeginning ? countedFromBeginning(place) : place]),
    );
    this.#splitters = { stdout: splitterFrom(this.#from.stdout), stderr: splitterFrom(this.#from.stderr) };
    this.since = this.#fromBeginning ? BEGINNING : sinceOf(places.map(([, place]) => place));
  }

  /** What follows was asked for anew, from the new `since`: it begins with some that was pushed already, and that is skipped. */
  readOn(): void {
    this.#readsOn = true;
    this.#frames = new FrameReader();
    const times: string[] = [];
    for (const stream of STREAMS) {
      const progress = this.#progress[stream];
      progress.last = undefined;
      const before = progress.base ?? this.#from[stream]?.total ?? 0;
      progress.toSkip = this.#counts ? before + progress.pushedBytes : (progress.seen?.frames ?? 0);
      if (progress.seen) times.push(progress.seen.time);
    }
    if (this.#counts) this.since = BEGINNING;
    else if (times.length > 0) this.since = earliest(...times, ...times.map((time) => earlierBy(LATE_SECONDS, time)));
  }

  push(chunk: Buffer): Output[] {
    const outputs: Output[] = [];
    for (const { stream, data } of this.#frames.push(chunk)) this.#frame(stream, data, outputs);
    return outputs;
  }

  /** The run is over and everything was pushed. */
  end(): Output[] {
    return STREAMS.flatMap((stream) => this.#splitters[stream].end().map((piece) => this.#output(stream, piece)));
  }

  /** A frame is the engine's timestamp, a space, and a line or a part of one; all parts of a line have the same time. */
  #frame(stream: OutputStream, frame: Buffer, outputs: Output[]): void {
    const space = frame.indexOf(SPACE);
    const stamp = frame.toString("latin1", 0, space);
    const data = frame.subarray(space + 1);
    const time = this.#timeOf(stamp);
    this.#watchClock(stream, time);
    const from = this.#from[stream];
    if (!this.#counts && from && time < from.time) return;
    if (this.#pushedBefore(stream, time, data.length)) return;
    const progress = this.#progress[stream];
    if (progress.base === undefined) progress.base = this.#fromBeginning ? 0 : baseOf(from, time);
    progress.pushedBytes += data.length;
    const position = this.#fromBeginning ? BEGINNING : time;
    for (const piece of this.#splitters[stream].push(data, millisOf(time), position)) {
      outputs.push(this.#output(stream, piece));
    }
    if (data.at(-1) === NEWLINE) progress.unfinished = undefined;
    else if (progress.unfinished === undefined || data.includes(NEWLINE)) progress.unfinished = time;
  }

  /** `2026-11-21T09:20:01.123456789Z` as `1795252801.123456789`. Most frames have the second of the one before. */
  #timeOf(stamp: string): string {
    if (stamp[SECOND_LENGTH] !== "." || !stamp.endsWith("Z")) return placeTime(stamp);
    if (!stamp.startsWith(this.#second.text)) {
      const text = stamp.slice(0, SECOND_LENGTH);
      this.#second = { text, seconds: String(Date.parse(`${text}Z`) / 1000) };
    }
    return `${this.#second.seconds}.${stamp.slice(SECOND_LENGTH + 1, -1).padEnd(9, "0")}`;
  }

  /** The log has the lines of each output in the order of their times, unless the clock was set back between two of them. */
  #watchClock(stream: OutputStream, time: string): void {
    const progress = this.#progress[stream];
    const wasSetBack = progress.last !== undefined && time < progress.last;
    progress.last = time;
    if (!wasSetBack || this.#counts || STREAMS.some((each) => this.#from[each]?.total === null)) return;
    this.#counts = true;
    for (const each of STREAMS) this.#progress[each].toSkip = 0; // all that was pushed before stands before this
  }

  #pushedBefore(stream: OutputStream, time: string, bytes: number): boolean {
    const progress = this.#progress[stream];
    if (this.#counts) {
      if (progress.toSkip <= 0) return false;
      progress.toSkip -= bytes;
      return true;
    }
    const { seen } = progress;
    if (this.#readsOn && seen) {
      if (time < seen.time) return true;
      if (time === seen.time && progress.toSkip > 0) {
        progress.toSkip -= 1;
        return true;
      }
    }
    progress.seen = { time, frames: seen?.time === time ? seen.frames + 1 : 1 };
    return false;
  }

  #output(stream: OutputStream, piece: Piece): Output {
    if (piece.kind === "update") return { kind: "update", stream, text: piece.text };
    const { text, at, skipBytes, endOffset, continues } = piece;
    const { base } = this.#progress[stream];
    const total = base === null || base === undefined ? "" : base + endOffset;
    const hold = this.#progress[stream === "stdout" ? "stderr" : "stdout"].unfinished;
    let position = this.#counts ? `${BEGINNING}/${total}` : `${piece.position}/${skipBytes}/${total}`;
    if (hold !== undefined && !this.#counts) position += `/${hold}`;
    return { kind: "line", stream, at, text, position, ...(continues && { continues }) };
  }
}

/** Its two outputs reach the log side by side, so that one may be a little late. */
const LATE_SECONDS = 10;
/** Of an output that was silent so far, or for long; an engine that hung may have been in the middle of it. */
const VERY_LATE_SECONDS = 600;
/** Lines from before `since` never come, not even new ones: so far may a clock be set back after it was asked. */
const SET_BACK_SECONDS = 60;

function earlierBy(seconds: number, time: string): string {
  const [whole, nanos] = time.split(".");
  return `${Number(whole) - seconds}.${nanos}`;
}

const earliest = (...times: readonly string[]): string => times.reduce((a, b) => (a < b ? a : b));
const latest = (...times: readonly string[]): string => times.reduce((a, b) => (a > b ? a : b));

/** From when to ask, for places of one output or both: not for all of a long log because one of them is silent. */
function sinceOf(places: readonly Place[]): string {
  if (places.length === 0) return BEGINNING;
  const times = places.map(({ time }) => time);
  const longAgo = earlierBy(VERY_LATE_SECONDS, latest(...times));
  const holds = places.flatMap(({ hold }) => hold ?? []);
  const since = earliest(places.length === 1 ? longAgo : latest(earliest(...times), longAgo), ...holds);
  return earlierBy(SET_BACK_SECONDS, since);
}

type Piece = ReturnType<LineSplitter["push"]>[number];

/** `<time>/<bytes of it>/<bytes in all>`, `<time>/<bytes of it>/<bytes in all>/<hold>`, or `0/<bytes in all>`. */
function parsePlace(position: string): Place {
  const [time = "", skip, total, hold = null] = position.split("/");
  const skipBytes = Number(skip);
  return { time, skipBytes, total: time === BEGINNING ? skipBytes : total ? Number(total) : null, hold };
}

const countedFromBeginning = ({ total }: Place): Place => ({
  time: BEGINNING,
  skipBytes: total ?? 0,
  total,
  hold: null,
});

/** Bytes before a frame of that time, which is the first of those that a resumed reader is given. */
function baseOf(from: Place | undefined, time: string): number | null {
  if (!from) return 0;
  if (from.total === null) return null;
  return time === from.time ? from.total - from.skipBytes : from.total;
}

const splitterFrom = (place: Place | undefined): LineSplitter =>
  new LineSplitter(place && { position: place.time, skipBytes: place.skipBytes });

function millisOf(time: string): number {
  const point = time.indexOf(".");
  return Number(time.slice(0, point)) * 1000 + Number(time.slice(point + 1, point + 4));
}

function placeTime(stamp: string): string {
  const seconds = Math.floor(Date.parse(stamp) / 1000);
  const nanos = /\.(\d+)/.exec(stamp)?.[1] ?? "";
  return `${seconds}.${nanos.slice(0, 9).padEnd(9, "0")}`;
}

const REQUEST_MILLIS = 15_000;
/** The log ends an instant before the engine calls the container ended. */
const END_MILLIS = 10_000;

/** Behind all that is left of the output of a run that ended while its engine was away. */
const UNSEEN = {
  kind: "line",
  stream: "stderr",
  position: "end",
  text: "[… the Docker engine was away when this run ended: what the run printed after the engine had gone is lost]",
} as const;

/**
 * A container's output from a position on, until it is over and all is read; throws when the engine breaks off before.
 * @param writesByItself its log is written by a process of its own (Podman), so that the engine is not needed for that
 */
export async function* followOutput(
  engine: Engine,
  container: Container,
  from: OutputPosition,
  signal: AbortSignal,
  writesByItself: boolean,
): AsyncGenerator<Output[], void> {
  if (from.stderr === UNSEEN.position) return;
  const reader = new OutputReader(from);
  let mayLack = false;
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
    const unseenAt = mayLack ? await unseenEnd(engine, container, signal) : null;
    if (unseenAt !== null) yield [{ ...UNSEEN, at: unseenAt }];
  };
  try {
    const { State } = await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
      container.inspect({ abortSignal }),
    );
    mayLack = !State.Running && !writesByItself;
    const log = await open();
    const reading = pipeline(log, read, outputs, { signal }).finally(() => bars.close());
    reading.catch(() => undefined); // it destroys `outputs`, whose reader is told
    for await (const batch of outputs as AsyncIterable<Output[]>) if (batch.length > 0) yield batch;
  } catch (error) {
    signal.throwIfAborted();
    throw statusOf(error) === 404 ? new OutputGone(reasonOf(error), { cause: error }) : error;
  }
}
