import type { LogLine, LogsQuery } from "../sdk/index.ts";
import { UsageError } from "./exit-code.ts";

/** What of a job's output is wanted, by the flags of `logs`. */
export interface LogWish {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: string;
  readonly until?: string;
  readonly attempt?: number;
  readonly rank?: number;
  readonly grep?: string;
  readonly ignoreCase?: boolean;
  readonly invertMatch?: boolean;
}

/** Throws a UsageError for flags that do not go together, or a pattern that is none. */
export function checkWish({ follow, until, grep, ignoreCase, invertMatch }: LogWish): void {
  if (follow && until !== undefined)
    throw new UsageError("--until is about what lies back: it cannot stand beside --follow");
  if (grep === undefined && (ignoreCase || invertMatch)) throw new UsageError("-i and -v belong to --grep");
  try {
    new RegExp(grep ?? "");
  } catch (error) {
    throw new UsageError(`--grep: ${(error as Error).message}`);
  }
}

/** The same for the server, which then sends nothing else; null where every line is wanted. */
export function filterOf({ since, until, rank, grep, ignoreCase, invertMatch }: LogWish): LogsQuery["filter"] {
  const filter = {
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(rank !== undefined && { rank }),
    ...(grep !== undefined && { pattern: grep, ignoreCase: ignoreCase === true, invert: invertMatch === true }),
  };
  return Object.keys(filter).length === 0 ? null : filter;
}

/** The same for lines as they come. */
export function passes({ rank, grep, ignoreCase, invertMatch }: LogWish): (line: LogLine) => boolean {
  const regex = grep === undefined ? null : new RegExp(grep, ignoreCase ? "i" : "");
  return (line) =>
    (rank === undefined || line.rank === rank) && (regex === null || regex.test(line.text) !== (invertMatch === true));
}
