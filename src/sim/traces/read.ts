import { readFileSync, statSync } from "node:fs";
import { domainError } from "../../core/errors.ts";
import { nearest } from "../../input/index.ts";
import { DIALECTS, type Dialect } from "./columns.ts";
import { readJsonLines, readJsonList } from "./json.ts";
import { readPhilly } from "./philly.ts";
import { readTable } from "./table.ts";
import type { Trace } from "./trace.ts";

/** A table by its columns; Philly's own JSON; an object a line. */
export type TraceFormat = Dialect | "philly" | "jsonl";
export const FORMATS = [...Object.keys(DIALECTS), "philly", "jsonl"] as readonly TraceFormat[];

const MOST_MIB = 256;
const MIB = 2 ** 20;

/** Throws a DomainError for another name. */
export function traceFormat(name: string): TraceFormat {
  const known = FORMATS.find((each) => each === name);
  if (known) return known;
  const meant = nearest(name, FORMATS);
  throw domainError(
    "INVALID_INPUT",
    `--format must be one of ${FORMATS.join(", ")}, not ${JSON.stringify(name)}${meant ? `: did you mean ${meant}?` : ""}`,
  );
}

/** @param format null: whatever its content looks like. Throws a DomainError that names what is wrong and where. */
export function readTraceFile(path: string, format: TraceFormat | null = null): Trace {
  return readTrace(path, textOf(path), format);
}

/** The trace in a text. Throws a DomainError that names file, line and column. */
export function readTrace(file: string, text: string, format: TraceFormat | null = null): Trace {
  if (text.trim() === "") throw domainError("INVALID_INPUT", `${file} is empty: expected a trace of jobs`);
  const trace = readAs(format ?? formatOf(text), file, text);
  if (trace.jobs.length > 0) return trace;
  const notes = trace.notes.map((note) => `; ${note}`).join("");
  throw domainError("INVALID_INPUT", `${file} has no job that can be run${notes}`);
}

function readAs(format: TraceFormat | "any table", file: string, text: string): Trace {
  switch (format) {
    case "philly":
      return readPhilly(file, text);
    case "jsonl":
      return text.trimStart().startsWith("[") ? readJsonList(file, text) : readJsonLines(file, text);
    default:
      return readTable(file, text, format === "any table" ? null : format);
  }
}

/** By the first characters: a list, an object, or else the names of columns. */
function formatOf(text: string): TraceFormat | "any table" {
  const start = text.slice(0, 4096).trimStart();
  if (start.startsWith("{")) return "jsonl";
  if (!start.startsWith("[")) return "any table";
  return /"(attempts|submitted_time|jobid)"/.test(start) ? "philly" : "jsonl";
}

/** The text of a file that is one, and not beyond all bounds. Throws a DomainError. */
export function textOf(path: string): string {
  const cannot = (why: string) => domainError("INVALID_INPUT", `${path} cannot be read: ${why}`);
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw cannot("it is a folder");
    if (found.size > MOST_MIB * MIB)
      throw cannot(`it has ${Math.ceil(found.size / MIB)} MiB, at most ${MOST_MIB} are read; cut it into parts`);
    const bytes = readFileSync(path);
    if (bytes.subarray(0, 64 * 1024).includes(0) || isPacked(bytes)) throw cannot("it is not text; unpack it first");
    return bytes.toString("utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") throw cannot("there is no such file");
    if (typeof (error as { code?: unknown }).code === "string") throw cannot((error as Error).message);
    throw error;
  }
}

/** The first bytes of gzip, which may have no zero among the next. */
const isPacked = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
