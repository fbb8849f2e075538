import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LineSplitter, type Piece } from "../../progress/lines.ts";
import type { Output, OutputPosition, OutputStream } from "../driver.ts";

const CHUNK_BYTES = 64 * 1024;
/** Looked at often while it speaks, seldom while it is silent. File system events are not to be had everywhere. */
const SHORTEST_WAIT_MILLIS = 10;
const LONGEST_WAIT_MILLIS = 100;

/**
 * The lines of a run's two files, from behind `from` (byte offsets) until the run is over and both are read, or `signal` says
 * that nobody listens. Within one stream in order; between the two as they were read.
 * @param isOver whether nothing will be written any more @param now milliseconds since the epoch
 */
export async function* followOutput(
  folder: string,
  from: OutputPosition,
  isOver: () => Promise<boolean>,
  now: () => number,
  signal: AbortSignal,
): AsyncGenerator<Output[]> {
  const tails = [new Tail(folder, "stdout", from.stdout), new Tail(folder, "stderr", from.stderr)];
  try {
    for (let wait = SHORTEST_WAIT_MILLIS; !signal.aborted; ) {
      const over = await isOver(); // asked first: what is read after it is all there will ever be
      const pieces = (await Promise.all(tails.map((tail) => tail.read(now())))).flat();
      if (pieces.length > 0) yield pieces;
      if (tails.some((tail) => tail.advanced)) wait = SHORTEST_WAIT_MILLIS;
      else if (over) {
        const last = tails.flatMap((tail) => tail.end());
        if (last.length > 0) yield last;
        return;
      } else {
        await pause(wait, undefined, { signal }).catch(() => {}); // cut short: the loop sees why
        wait = Math.min(wait * 2, LONGEST_WAIT_MILLIS);
      }
    }
  } finally {
    await Promise.all(tails.map((tail) => tail.close()));
  }
}

class Tail {
  readonly #path: string;
  readonly #stream: OutputStream;
  readonly #splitter = new LineSplitter();
  readonly #base: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #offset: number;
  #file: FileHandle | null = null;
  /** Whether the last read found anything. */
  advanced = false;

  constructor(folder: string, stream: OutputStream, from = "0") {
    this.#path = join(folder, stream);
    this.#stream = stream;
    this.#base = Number(from);
    this.#offset = this.#base;
  }

  async read(at: number): Promise<Output[]> {
    this.advanced = false;
    this.#file ??= await openIfThere(this.#path);
    if (!this.#file) return [];
    const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK_BYTES, this.#offset);
    this.#offset += bytesRead;
    this.advanced = bytesRead > 0;
    return this.#outputs(this.#splitter.push(this.#chunk.subarray(0, bytesRead), at, ""));
  }

  end(): Output[] {
    return this.#outputs(this.#splitter.end());
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #outputs(pieces: readonly Piece[]): Output[] {
    const stream = this.#stream;
    return pieces.map((piece) =>
      piece.kind === "update"
        ? { kind: "update", stream, text: piece.text }
        : {
            kind: "line",
            stream,
            at: piece.at,
            text: piece.text,
            position: String(this.#base + piece.endOffset),
            ...(piece.continues && { continues: true }),
          },
    );
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
