import { closeSync, openSync, readSync } from "node:fs";
import { type LogEntry, NEWLINE, READ_BYTES, split } from "./log-lines.ts";

/** The whole lines of a file between two offsets, or before the second where there are none; `start` is where the first of them begins. */
export function readBack(
  path: string,
  from: number,
  to: number,
): { entries: LogEntry[]; start: number; offsets: number[] } {
  const fd = openSync(path, "r");
  try {
    for (let begin = from; ; begin = Math.max(0, begin - READ_BYTES)) {
      const bytes = Buffer.alloc(to - begin);
      readSync(fd, bytes, 0, bytes.length, begin);
      const first = begin === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
      const lines = split(bytes.subarray(first), begin + first, Number.POSITIVE_INFINITY);
      if (lines.length > 0 || begin === 0)
        return {
          entries: lines.map(({ entry }) => entry),
          start: begin + first,
          offsets: lines.map(({ start }) => start),
        };
    }
  } finally {
    closeSync(fd);
  }
}
