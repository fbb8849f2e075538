import { DomainError } from "./core/errors.ts";

/** Tells on stderr what is wrong, a line for each fault, or as one line of JSON; returns the exit code: 2 for a wrong use, else 1. */
export function tellFailure(error: unknown, json = false): number {
  const { code, stack, message } = error as Error & { code?: unknown };
  const misused = typeof code === "string" && code.startsWith("ERR_PARSE_ARGS");
  const faults =
    error instanceof DomainError
      ? error.faults
      : [{ code: misused ? "USAGE" : "INTERNAL", message: misused ? message : (stack ?? String(error)), path: null }];
  if (json) {
    const told = {
      code: faults[0]?.code,
      message: faults.map((fault) => fault.message).join("; "),
      path: faults[0]?.path,
    };
    console.error(JSON.stringify({ error: { ...told, ...(faults.length > 1 && { faults }) } }));
  } else for (const fault of faults) console.error(fault.message);
  return misused ? 2 : 1;
}
