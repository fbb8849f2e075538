import type { OutputStream } from "../../driver.ts";

export interface Frame {
  readonly stream: OutputStream;
  readonly data: Buffer;
}

const STREAMS: readonly (OutputStream | undefined)[] = [undefined, "stdout", "stderr"];
const HEADER_BYTES = 8;
const NOTHING = Buffer.alloc(0);

/** Takes apart the stream in which the engine sends both outputs of a container: frames of an 8-byte header and data. */
export class FrameReader {
  #rest: Buffer = NOTHING;

  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (data.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + data.readUInt32BE(4);
      if (data.length < end) break;
      const stream = STREAMS[data[0] as number];
      if (stream) frames.push({ stream, data: data.subarray(HEADER_BYTES, end) });
      data = data.subarray(end);
    }
    // A copy: a slice would keep the whole chunk.
    this.#rest = data.length > 0 ? Buffer.from(data) : NOTHING;
    return frames;
  }
}
