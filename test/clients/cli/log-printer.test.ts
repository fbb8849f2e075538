import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { LogPrinter, type LogPrinterOptions } from "../../../clients/cli/log-printer.ts";
import { Terminal } from "../../../clients/cli/terminal.ts";
import type { LogLine } from "../../../clients/sdk/index.ts";

const line = (rank: number, text: string, continues = false): LogLine => ({
  cursor: "1:1",
  attempt: 1,
  rank,
  stream: "STDOUT",
  at: "2026-11-26T03:00:00.000Z",
  text,
  continues,
});

function printed(options: Partial<LogPrinterOptions>, lines: readonly LogLine[]): string {
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const terminal = new Terminal({ ...io, env: {}, signal: new AbortController().signal });
  const out: string[] = [];
  const printer = new LogPrinter(terminal, { json: false, ...options });
  printer.batch({ cursor: "1:1", hasMore: false, gap: null, lines }, { write: (text: string) => out.push(text) });
  return out.join("");
}

const LINES = [line(0, "begins"), line(1, "begins too"), line(0, "a very long line", true), line(0, " and its end")];

test("each line of a job over several servers begins with the rank that printed it, a long one once", () => {
  expect(printed({ marksRanks: true }, LINES)).toBe("[0] begins\n[1] begins too\n[0] a very long line and its end\n");
});

test("the lines of one rank alone, and those of a job on one server, are as they were printed", () => {
  expect(printed({ passes: ({ rank }) => rank === 1 }, LINES)).toBe("begins too\n");
  expect(printed({}, LINES.slice(2))).toBe("a very long line and its end\n");
});
