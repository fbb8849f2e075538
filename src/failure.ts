import { DomainError } from "./core/errors.ts";

/** Tells on stderr what is wrong, a line for each fault; returns the exit code: 2 for a wrong use, else 1. */
export function tellFailure(error: unknown): number {
  const { code, stack, message } = error as Error & { code?: unknown };
  const misused = typeof code === "string" && code.startsWith("ERR_PARSE_ARGS");
  if (error instanceof DomainError) for (const fault of error.faults) console.error(fault.message);
  else console.error(misused ? message : (stack ?? String(error)));
  return misused ? 2 : 1;
}
