import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Line, LineSplitter, MAX_LINE_BYTES, type Piece } from "../../src/progress/lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const isLine = (piece: Piece): piece is Line => piece.kind === "line";

interface Chunk {
  data: Uint8Array;
  position: string;
}

function readAll(chunks: Chunk[], resume?: Line, ended = true): Piece[] {
  const splitter = new LineSplitter(resume);
  const pieces = chunks.flatMap((chunk, i) => splitter.push(chunk.data, i, chunk.position));
  return ended ? [...pieces, ...splitter.end()] : pieces;
}

const linesOf = (text: string) =>
  readAll([{ data: bytes(text), position: "0" }])
    .filter(isLine)
    .map((line) => line.text);

/** What a line is, said a second way: over text, all at once. */
function expectedLines(data: Uint8Array): { text: string; endOffset: number }[] {
  const lines: { text: string; endOffset: number }[] = [];
  let start = 0;
  for (let end = 0; end <= data.length; end++) {
    const over = end === data.length;
    if (!over && data[end] !== 10) continue;
    const segments: Uint8Array[] = [];
    let from = start;
    for (let i = start; i <= end; i++) {
      if (i === end || data[i] === 13) {
        segments.push(data.slice(from, i));
        from = i + 1;
      }
    }
    const last = segments.findLast((segment) => segment.length > 0) ?? new Uint8Array();
    if (!over || last.length > 0) {
      const text = Buffer.from(last).toString("utf8");
      lines.push({ text, endOffset: over ? end : end + 1 });
    }
    start = end + 1;
  }
  return lines;
}

/** Bytes rich in what matters: line ends, pieces of characters, broken characters. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom([10], [13], [13, 10], [...bytes("é")], [...bytes("█")], [...bytes("😀")], [0xff], [0xe2, 0x96]),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

/** The same bytes in chunks; neighbours sometimes share a position, as Docker frames of one nanosecond do. */
const anyChunks = fc
  .tuple(anyBytes, fc.array(fc.nat(60), { maxLength: 12 }), fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }))
  .map(([data, cuts, shared]) => {
    const ends = [...new Set([...cuts.filter((cut) => cut < data.length), data.length])].sort((a, b) => a - b);
    let position = 0;
    const chunks = ends.map((end, i): Chunk => {
      if (!shared[i]) position++;
      return { data: data.slice(ends[i - 1] ?? 0, end), position: String(position) };
    });
    return { data, chunks };
  });

describe("lines", () => {
  it("any chunking of any bytes gives the lines and offsets of the whole", () => {
    fc.assert(
      fc.property(anyChunks, ({ data, chunks }) => {
        const lines = readAll(chunks).filter(isLine);
        expect(lines.map(({ text, endOffset }) => ({ text, endOffset }))).toEqual(expectedLines(data));
      }),
      { numRuns: 1000 },
    );
  });

  it("a reader that resumes after any line gets exactly the lines that follow it", () => {
    fc.assert(
      fc.property(anyChunks, ({ chunks }) => {
        const lines = readAll(chunks).filter(isLine);
        lines.forEach((line, i) => {
          const again = chunks.slice(chunks.findIndex((chunk) => chunk.position === line.position));
          const rest = readAll(again, line).filter(isLine);
          const places = (all: Line[]) => all.map(({ text, position, skipBytes }) => ({ text, position, skipBytes }));
          expect(places(rest)).toEqual(places(lines.slice(i + 1)));
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("when the source lost the place to resume at, nothing of what it still has is dropped", () => {
    const [first] = readAll([{ data: bytes("one\ntwo\n"), position: "5" }]).filter(isLine);
    const rest = readAll([{ data: bytes("three\n"), position: "6" }], first);
    expect(rest.map((piece) => piece.text)).toEqual(["three"]);
  });

  it("a line carries the position, time and count of the chunk that completed it", () => {
    const pieces = readAll([
      { data: bytes("a"), position: "p0" },
      { data: bytes("b\nc\nd"), position: "p1" },
    ]);
    expect(pieces).toEqual([
      { kind: "line", text: "ab", at: 1, position: "p1", skipBytes: 2, index: 0, endOffset: 3 },
      { kind: "line", text: "c", at: 1, position: "p1", skipBytes: 4, index: 1, endOffset: 5 },
      { kind: "line", text: "d", at: 1, position: "p1", skipBytes: 5, index: 2, endOffset: 6 },
    ]);
  });

  it("a character cut between chunks survives, and broken ones become U+FFFD", () => {
    const [first, second] = [bytes("█").slice(0, 1), bytes("█").slice(1)];
    const pieces = readAll([
      { data: first, position: "0" },
      { data: Uint8Array.from([...second, 10, 0xff, 10]), position: "1" },
    ]);
    expect(pieces.map((piece) => piece.text)).toEqual(["█", "\uFFFD"]);
  });

  it("empty lines are lines, and a last one without newline counts when the stream ends", () => {
    expect(linesOf("\n\na")).toEqual(["", "", "a"]);
    expect(linesOf("a\r\nb\r\n")).toEqual(["a", "b"]);
    expect(linesOf("")).toEqual([]);
  });

  it("a byte-order mark is text", () => {
    expect(linesOf("\uFEFFa\n\uFEFFb")).toEqual(["\uFEFFa", "\uFEFFb"]);
  });

  it("without end an unfinished line is not given out", () => {
    expect(readAll([{ data: bytes("a\nb"), position: "0" }], undefined, false)).toHaveLength(1);
  });
});

describe("bars", () => {
  it("a bar that rewrites itself counts as one line, its last state", () => {
    expect(linesOf("\r 1/3\r 2/3\r 3/3\n")).toEqual([" 3/3"]);
    expect(linesOf("\r 2/3\r\r\n")).toEqual([" 2/3"]);
  });

  it("each push tells at most the newest state of an unfinished bar", () => {
    const pieces = readAll(
      [
        { data: bytes("\r 1/9\r 2/9"), position: "0" },
        { data: bytes("\r 3/9\r"), position: "1" },
        { data: bytes("\r 9/9\nnext"), position: "2" },
      ],
      undefined,
      false,
    );
    expect(pieces.map((piece) => [piece.kind, piece.text])).toEqual([
      ["update", " 2/9"],
      ["update", " 3/9"],
      ["line", " 9/9"],
    ]);
  });

  it("a plain line in the making is no update", () => {
    expect(readAll([{ data: bytes("loss=0."), position: "0" }], undefined, false)).toEqual([]);
  });
});

describe("long lines", () => {
  const shape = (pieces: Piece[]) => pieces.filter(isLine).map((line) => [line.text.length, line.continues ?? false]);

  it("are cut in pieces of 1 MiB, all but the last marked as continued", () => {
    const data = new Uint8Array(2 * MAX_LINE_BYTES + 5).fill(97);
    const expected = [
      [MAX_LINE_BYTES, true],
      [MAX_LINE_BYTES, true],
      [5, false],
    ];
    expect(shape(readAll([{ data, position: "0" }]))).toEqual(expected);
    const chunks = Array.from({ length: 33 }, (_, i) => ({
      data: data.slice(i * 65536, (i + 1) * 65536),
      position: String(i),
    }));
    expect(shape(readAll(chunks))).toEqual(expected);
  });

  it("of exactly 1 MiB stay whole", () => {
    const data = new Uint8Array(MAX_LINE_BYTES + 1).fill(97);
    data[MAX_LINE_BYTES] = 10;
    expect(shape(readAll([{ data, position: "0" }]))).toEqual([[MAX_LINE_BYTES, false]]);
  });

  it("are not cut inside a character, and bytes that only look like the middle of one do not grow the piece", () => {
    const text = `${"a".repeat(MAX_LINE_BYTES - 1)}😀b`;
    const [first, second] = readAll([{ data: bytes(text), position: "0" }]);
    expect(first?.text.endsWith("a😀")).toBe(true);
    expect(second?.text).toBe("b");
    const broken = new Uint8Array(3 * MAX_LINE_BYTES).fill(0x80);
    const cuts = readAll([{ data: broken, position: "0" }]).filter(isLine);
    expect(cuts[0]?.endOffset).toBe(MAX_LINE_BYTES + 3);
    expect(cuts).toHaveLength(3);
  });

  it("resume after a cut piece where the cut was, chunk by chunk", () => {
    const data = new Uint8Array(2 * MAX_LINE_BYTES).fill(98);
    const chunks = Array.from({ length: 32 }, (_, i) => ({
      data: data.slice(i * 65536, (i + 1) * 65536),
      position: String(i),
    }));
    const [first, second] = readAll(chunks).filter(isLine);
    const rest = readAll(
      chunks.filter((chunk) => Number(chunk.position) >= Number(first?.position)),
      first,
    ).filter(isLine);
    expect(rest.map((line) => line.text.length)).toEqual([second?.text.length]);
  });
});
