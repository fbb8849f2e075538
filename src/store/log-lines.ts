import { fstatSync, ftruncateSync, readSync } from "node:fs";

export type LogStream = "stdout" | "stderr";

/** Points between two lines: an attempt and the byte offset in its file. */
export interface LogCursor {
  readonly attempt: number;
  readonly offset: number;
}

/** A line to be kept. */
export interface LogEntry {
  readonly stream: LogStream;
  readonly at: number;
  readonly text: string;
  /** Where the reader goes on behind this line, in the words of its driver. */
  readonly position: string;
  readonly continues?: boolean;
  /** Which member of a run over several servers printed it; left out for the first. */
  readonly rank?: number;
}

export const READ_BYTES = 256 * 1024;
export const NEWLINE = 10;

export function encode({ at, stream, position, text, continues, rank = 0 }: LogEntry): string {
  const fields: unknown[] = [at, stream === "stderr" ? 2 : 1, position, text];
  if (continues || rank > 0) fields.push(continues ? 1 : 0);
  if (rank > 0) fields.push(rank);
  return `${JSON.stringify(fields)}\n`;
}

export function split(bytes: Buffer, offset: number, limit: number): { entry: LogEntry; start: number; end: number }[] {
  const lines: { entry: LogEntry; start: number; end: number }[] = [];
  let from = 0;
  while (lines.length < limit) {
    const to = bytes.indexOf(NEWLINE, from);
    if (to < 0) break;
    const [at, stream, position, text, continues, rank] = JSON.parse(bytes.toString("utf8", from, to)) as [
      number,
      1 | 2,
      string,
      string,
      (0 | 1)?,
      number?,
    ];
    const entry: LogEntry = {
      at,
      stream: stream === 2 ? "stderr" : "stdout",
      position,
      text,
      ...(continues && { continues: true }),
      ...(rank && { rank }),
    };
    lines.push({ entry, start: offset + from, end: offset + to + 1 });
    from = to + 1;
  }
  return lines;
}

/** A crash in the middle of a write leaves half a line: it is read again from its source. Returns the size that is left. */
export function dropTornLine(fd: number): number {
  const size = fstatSync(fd).size;
  const bytes = Buffer.alloc(READ_BYTES);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - bytes.length);
    const count = readSync(fd, bytes, 0, end - from, from);
    const last = bytes.subarray(0, count).lastIndexOf(NEWLINE);
    if (last >= 0 || from === 0) {
      const whole = last >= 0 ? from + last + 1 : 0;
      if (whole < size) ftruncateSync(fd, whole);
      return whole;
    }
    end = from;
  }
  return 0;
}
