import { plainText } from "./ansi.ts";
import type { Line } from "./pages.ts";

/** What of a log is shown; it stands in the address of the page. */
export interface LogSettings {
  readonly attempt: number | null;
  readonly stream: Line["stream"] | null;
  readonly rank: number | null;
  readonly search: string;
  /** Lines without the searched text are left out. */
  readonly isOnlyFound: boolean;
}

export function settingsOf(query: Readonly<Record<string, string | undefined>>): LogSettings {
  const stream = query.stream?.toUpperCase();
  return {
    attempt: wholeNumber(query.attempt, 1),
    stream: stream === "STDOUT" || stream === "STDERR" ? stream : null,
    rank: wholeNumber(query.rank, 0),
    search: query.search ?? "",
    isOnlyFound: query.only === "1",
  };
}

/** The other way round; undefined where there is nothing to say. */
export const queryOf = ({ attempt, stream, rank, search, isOnlyFound }: LogSettings) => ({
  attempt: attempt === null ? undefined : String(attempt),
  stream: stream?.toLowerCase(),
  rank: rank === null ? undefined : String(rank),
  search: search || undefined,
  only: isOnlyFound && search !== "" ? "1" : undefined,
});

/** Does the line hold the searched text, in upper or lower case? Colours inside of it do not matter. */
export function searchTest(search: string): (line: Line) => boolean {
  const needle = search.toLowerCase();
  return ({ text }) => plainText(text).toLowerCase().includes(needle);
}

/** Is the line shown, as far as it does not depend on all others? Null: every line is. */
export function filterTest(settings: LogSettings): ((line: Line) => boolean) | null {
  const { stream, rank, search } = settings;
  const holds = settings.isOnlyFound && search !== "" ? searchTest(search) : null;
  if (stream === null && rank === null && !holds) return null;
  return (line) =>
    (stream === null || line.stream === stream) && (rank === null || line.rank === rank) && (!holds || holds(line));
}

function wholeNumber(text: string | undefined, least: number): number | null {
  const number = Number(text);
  return text !== undefined && text !== "" && Number.isSafeInteger(number) && number >= least ? number : null;
}

/** 123 of `#L123`. */
export const lineOfHash = (hash: string): number | null => wholeNumber(/^#L(\d+)$/.exec(hash)?.[1], 1);
