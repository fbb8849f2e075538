import { styleText } from "node:util";
import { pino, stdTimeFunctions } from "pino";
import type { LogLevel } from "./config/index.ts";

export type Log = (
  level: "info" | "warn" | "error",
  message: string,
  details?: Readonly<Record<string, unknown>>,
) => void;

/** The server's own log, on stderr: one line each for a person at a terminal, JSON lines for everything else. */
export function openLog(level: LogLevel, out: NodeJS.WriteStream = process.stderr): Log {
  const destination = out.isTTY ? { write: (line: string) => out.write(forPerson(line)) } : out;
  const logger = pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination,
  );
  return (at, message, details = {}) => logger[at](details, message);
}

function forPerson(line: string): string {
  const { time, level, msg, ...details } = JSON.parse(line) as { time: string; level: string; msg: string };
  const colour = level === "error" ? "red" : level === "warn" ? "yellow" : "gray";
  const rest = Object.entries(details).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${styleText("gray", time.slice(11, 19))} ${styleText(colour, level)} ${[msg, ...rest].join(" ")}\n`;
}
