import { AuthError, RequestError, SchedulearnError, UnreachableError } from "../sdk/index.ts";
import { exitCode, UsageError } from "./exit-code.ts";

export interface Told {
  readonly code: number;
  readonly lines: readonly string[];
}

/** How an error is told, with what would mend it, and the exit code it amounts to. Null for a fault of our own. */
export function tell(error: unknown): Told | null {
  if (error instanceof UsageError) return { code: exitCode.usage, lines: [error.message] };
  if (error instanceof UnreachableError)
    return {
      code: exitCode.unreachable,
      lines: [`${error.message}; start it with npm start, or name another with --url or SCHEDULEARN_URL`],
    };
  if (error instanceof AuthError && error.code === "FORBIDDEN")
    return { code: exitCode.unauthorised, lines: [error.message] };
  if (error instanceof AuthError)
    return {
      code: exitCode.unauthorised,
      lines: [
        `${error.message}; make a token on the server with schedulearn token create, and give it with --token or SCHEDULEARN_TOKEN`,
      ],
    };
  if (error instanceof SchedulearnError)
    return { code: exitCode.failed, lines: error.faults.map(({ message }) => message) };
  if (error instanceof RequestError)
    return { code: exitCode.failed, lines: error.errors.map(({ message }) => message) };
  return null;
}
