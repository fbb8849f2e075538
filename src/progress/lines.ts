/** A finished line of a stream, ready to be stored. It is also the place to resume from: `new LineSplitter(lastLine)`. */
export interface Line extends Resume {
  kind: "line";
  /** Without its line end; of a bar that rewrote itself only the last state. */
  text: string;
  /** Milliseconds, as given with the chunk that completed the line. */
  at: number;
  /** How many lines the same push had completed before this one. */
  index: number;
  /** Raw bytes pushed up to and including this line's end. */
  endOffset: number;
  /** The line was longer than `MAX_LINE_BYTES`; the next piece goes on with it. */
  continues?: true;
}

/** The newest state of a bar that still rewrites itself: for recognising progress, never stored. */
export interface Update {
  kind: "update";
  text: string;
  at: number;
}

export type Piece = Line | Update;

/** Where a reader goes on: read again from `position`, and the first `skipBytes` bytes found there were dealt with. */
export interface Resume {
  /** The source's own word for the chunk that completed the line (a timestamp, a byte offset); several chunks may share one. */
  position: string;
  skipBytes: number;
}

/** A longer line is cut in pieces of this size, plus up to 3 bytes that finish a character. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** No bar is longer; a longer unfinished segment is not worth decoding on each push. */
const MAX_UPDATE_BYTES = 4096;
const KEPT_CAPACITY = 64 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;

/**
 * Turns one stream of one run into lines, whatever way its bytes are chunked. Bytes are kept raw until a line is
 * whole, so a character cut between chunks survives; what is not UTF-8 becomes U+FFFD. Text after a carriage return
 * replaces what stood before it in the line.
 *
 * To resume, make a new splitter from the last stored line and push again all chunks from that line's position on.
 * Every line is complete with the bytes up to its end, so nothing before them is needed.
 */
export class LineSplitter {
  /** What stands since the last carriage return or line start. */
  #segment = new Bytes();
  /** The last non-empty segment that a carriage return ended. */
  #replaced = new Bytes();
  #returned = false;

  #consumed = 0;
  #toSkip: Resume | null;
  #at = 0;
  #position: string | null = null;
  /** The value of `#consumed` where the present position began. */
  #positionStart = 0;
  #index = 0;

  constructor(resume?: Resume) {
    this.#toSkip = resume ?? null;
  }

  /** @param at milliseconds @param position the source's word for this chunk, equal for chunks it cannot tell apart */
  push(chunk: Uint8Array, at: number, position: string): Piece[] {
    if (position !== this.#position) this.#positionStart = this.#consumed;
    this.#position = position;
    this.#at = at;
    this.#index = 0;
    const pieces: Piece[] = [];
    const chunkStart = this.#consumed;
    let start = this.#skip(chunk.length, position);

    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === NEWLINE) {
        this.#segment.append(chunk, start, i);
        start = i + 1;
        this.#consumed = chunkStart + start;
        pieces.push(this.#finish());
      } else if (byte === RETURN) {
        this.#segment.append(chunk, start, i);
        start = i + 1;
        this.#return();
      } else if (this.#segment.length + i - start >= MAX_LINE_BYTES && !this.#midCharacter(byte, i - start)) {
        this.#segment.append(chunk, start, i);
        start = i;
        this.#consumed = chunkStart + start;
        pieces.push({ ...this.#finish(), continues: true });
      }
    }
    this.#segment.append(chunk, start, chunk.length);
    this.#consumed = chunkStart + chunk.length;

    if (this.#returned && chunk.length > 0) {
      const newest = this.#newest();
      if (newest.length > 0 && newest.length <= MAX_UPDATE_BYTES) {
        pieces.push({ kind: "update", text: newest.text(), at });
      }
    }
    return pieces;
  }

  /** The stream is over (not merely cut off): what is left without a line end is a line too. */
  end(): Piece[] {
    return this.#newest().length > 0 ? [this.#finish()] : [];
  }

  /** How many bytes of this chunk a resumed reader has dealt with. A chunk elsewhere than the old position is all new. */
  #skip(length: number, position: string): number {
    const toSkip = this.#toSkip;
    if (!toSkip || toSkip.position !== position) {
      this.#toSkip = null;
      return 0;
    }
    const skipped = Math.min(length, toSkip.skipBytes);
    this.#toSkip = { position, skipBytes: toSkip.skipBytes - skipped };
    return skipped;
  }

  /** Whether a cut before this byte would split a character; broken UTF-8 must not put the cut off for ever. */
  #midCharacter(byte: number, unappended: number): boolean {
    return isContinuation(byte) && this.#segment.length + unappended < MAX_LINE_BYTES + 3;
  }

  #return(): void {
    this.#returned = true;
    if (this.#segment.length === 0) return;
    [this.#segment, this.#replaced] = [this.#replaced, this.#segment];
    this.#segment.clear();
  }

  #newest(): Bytes {
    return this.#segment.length > 0 ? this.#segment : this.#replaced;
  }

  #finish(): Line {
    const text = this.#newest().text();
    this.#segment.clear();
    this.#replaced.clear();
    this.#returned = false;
    return {
      kind: "line",
      text,
      at: this.#at,
      position: this.#position ?? "",
      skipBytes: this.#consumed - this.#positionStart,
      index: this.#index++,
      endOffset: this.#consumed,
    };
  }
}

// A byte-order mark is text like any other: without this each line would lose its own.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A growing byte string. It copies, because a chunk's memory belongs to the reader. */
class Bytes {
  #data = new Uint8Array(256);
  length = 0;

  append(source: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.#data.length) {
      const grown = new Uint8Array(Math.max(needed, this.#data.length * 2));
      grown.set(this.#data.subarray(0, this.length));
      this.#data = grown;
    }
    this.#data.set(source.subarray(start, end), this.length);
    this.length = needed;
  }

  text(): string {
    return utf8.decode(this.#data.subarray(0, this.length));
  }

  clear(): void {
    this.length = 0;
    if (this.#data.length > KEPT_CAPACITY) this.#data = new Uint8Array(256);
  }
}
