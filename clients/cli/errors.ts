import { AuthError, RequestError, SchedulearnError, UnreachableError } from "../sdk/index.ts";
import { exitCode, UsageError } from "./exit-code.ts";
import { nearest } from "./nearest.ts";
import { type Io, toErrors } from "./terminal.ts";

export interface TellableFault {
  /** `NOT_FOUND`, `USAGE` and the like. */
  readonly code: string;
  readonly message: string;
  /** Where in the input it stands. */
  readonly path: readonly (string | number)[] | null;
}

export interface Told {
  /** What the program ends with. */
  readonly exit: number;
  readonly faults: readonly TellableFault[];
}

const one = (exit: number, code: string, message: string): Told => ({ exit, faults: [{ code, message, path: null }] });

/** How an error is told, with what would mend it, and the exit code it amounts to. Null for a fault of our own. */
export function tell(error: unknown): Told | null {
  if (error instanceof UsageError) return one(exitCode.usage, "USAGE", error.message);
  if (error instanceof UnreachableError)
    return one(
      exitCode.unreachable,
      "UNREACHABLE",
      `${error.message}; start one with schedulearn start, or name another with --url or SCHEDULEARN_URL`,
    );
  if (error instanceof AuthError && error.code === "FORBIDDEN")
    return one(exitCode.unauthorised, error.code, error.message);
  if (error instanceof AuthError)
    return one(
      exitCode.unauthorised,
      "UNAUTHENTICATED",
      `${error.message}; make a token on the server with schedulearn token create, and give it with --token or SCHEDULEARN_TOKEN`,
    );
  if (error instanceof SchedulearnError)
    return {
      exit: exitCode.failed,
      faults: error.faults.map((fault) => ({ ...fault, message: asFlags(fault.message) })),
    };
  if (error instanceof RequestError)
    return {
      exit: exitCode.failed,
      faults: error.errors.map(({ message, path, extensions }) => ({
        code: extensions?.code ?? "REQUEST_FAILED",
        message,
        path: path ?? null,
      })),
    };
  return null;
}

/** What the API calls by the names of its fields, in the words of the command line; of names that there are, the one that was meant. */
const asFlags = (message: string): string =>
  message
    .replace("verify: false", "--no-verify")
    .replace(/^(there is no [\w ]+ (\S+)); there are: (.*)$/, (whole, none: string, word: string, known: string) => {
      const near = nearest(word, known.split(", "));
      return near === null ? whole : `${none}; did you mean ${near}? There are: ${known}`;
    });

/** Beside the result: a line for each fault, or all of it as one line of JSON. */
export function printError(io: Pick<Io, "stderr">, { faults }: Pick<Told, "faults">, json: boolean): void {
  const { stderr } = io;
  if (!json) {
    for (const { message } of faults)
      for (const line of toErrors(io, `schedulearn: ${message}`)) stderr.write(`${line}\n`);
    return;
  }
  const message = faults.map((fault) => fault.message).join("; ");
  const error = { code: faults[0]?.code, message, path: faults[0]?.path, ...(faults.length > 1 && { faults }) };
  stderr.write(`${JSON.stringify({ error })}\n`);
}
