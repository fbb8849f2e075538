import { open } from "node:fs/promises";
import type { Instant } from "../core/time.ts";
import { type LogEntry, type LogStream, NEWLINE, READ_BYTES, split } from "./log-lines.ts";

/** Which lines are wanted: those of which all that is given here is true. */
export interface LogFilter {
  /** Printed then or later. */
  readonly since?: Instant;
  /** Printed before. */
  readonly until?: Instant;
  readonly rank?: number;
  readonly stream?: LogStream;
  /** A regular expression that is found in their text, or with `invert` is not. */
  readonly pattern?: { readonly source: string; readonly ignoreCase: boolean; readonly invert: boolean };
}

export interface ScanOrder {
  readonly path: string;
  /** A place between two lines. */
  readonly from: number;
  /** No further. */
  readonly end: number;
  /** At most so many lines. */
  readonly limit: number;
  readonly filter: LogFilter;
  /** Leaves off about then, wherever it has come to. */
  readonly forMillis: number;
}

export interface Scan {
  readonly lines: readonly { readonly entry: LogEntry; readonly end: number }[];
  /** Behind the last line that was looked at. */
  readonly offset: number;
}

/** Throws a SyntaxError for what is no regular expression. */
export const regexOf = ({ source, ignoreCase }: NonNullable<LogFilter["pattern"]>): RegExp =>
  new RegExp(source, ignoreCase ? "i" : "");

/** The lines of a file that pass the filter, as far as it comes. What lies at the wrong time is passed over without being read whole. */
export async function scan({ path, from, end, limit, filter, forMillis }: ScanOrder): Promise<Scan> {
  const passes = sieve(filter);
  const leaveOffAt = performance.now() + forMillis;
  const lines: { readonly entry: LogEntry; readonly end: number }[] = [];
  const handle = await open(path, "r");
  try {
    let at = from;
    let bytes = Buffer.alloc(Math.min(READ_BYTES, Math.max(0, end - from)));
    while (at < end && lines.length < limit && performance.now() < leaveOffAt) {
      const { bytesRead } = await handle.read(bytes, 0, Math.min(bytes.length, end - at), at);
      const part = bytes.subarray(0, bytesRead);
      let begin = 0;
      for (let to = part.indexOf(NEWLINE); to >= 0 && lines.length < limit; to = part.indexOf(NEWLINE, begin)) {
        const line = part.subarray(begin, to + 1);
        begin = to + 1;
        const entry = isInTime(line, filter) ? (split(line, 0, 1)[0]?.entry ?? null) : null;
        if (entry && passes(entry)) lines.push({ entry, end: at + begin });
      }
      at += begin;
      if (begin > 0) continue;
      if (at + bytesRead >= end) break; // half a line, which a crash left behind
      bytes = Buffer.alloc(Math.min(bytes.length * 4, end - at)); // one line is longer than what was read
    }
    return { lines, offset: at };
  } finally {
    await handle.close();
  }
}

function sieve({ rank, stream, pattern }: LogFilter): (entry: LogEntry) => boolean {
  const regex = pattern && regexOf(pattern);
  return (entry) =>
    (rank === undefined || (entry.rank ?? 0) === rank) &&
    (stream === undefined || entry.stream === stream) &&
    (!regex || regex.test(entry.text) !== pattern?.invert);
}

/** The time stands first in a line, behind a bracket. */
function isInTime(line: Buffer, { since, until }: LogFilter): boolean {
  if (since === undefined && until === undefined) return true;
  const at = Number.parseFloat(line.toString("latin1", 1, 24));
  return (since === undefined || at >= since) && (until === undefined || at < until);
}
