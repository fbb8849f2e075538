import { plainText } from "./ansi.ts";
import type { Line } from "./pages.ts";
import type { Wanted } from "./scan.ts";

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

/** Lines that hold a text, in upper or lower case, whatever colours are inside of it. */
export function linesWith(search: string): Wanted {
  const needle = search.toLowerCase();
  return {
    filter: { pattern: patternFor(search), ignoreCase: true },
    passes: ({ text }) => plainText(text).toLowerCase().includes(needle),
  };
}

/** Lines that are shown, as far as it does not depend on all others; null: every line is. */
export function shownLines({ stream, rank, search, isOnlyFound }: LogSettings): Wanted | null {
  const found = isOnlyFound && search !== "" ? linesWith(search) : null;
  if (stream === null && rank === null && !found) return null;
  return {
    filter: { ...found?.filter, ...(stream !== null && { stream }), ...(rank !== null && { rank }) },
    passes: (line) =>
      (stream === null || line.stream === stream) &&
      (rank === null || line.rank === rank) &&
      (found === null || found.passes(line)),
  };
}

/** A pattern may have 1,000 characters. */
const MOST_COLOURED = 30;
const COLOUR = "(?:\\x1b\\[[\\d;:]*m)*";

/** The regular expression of a text, between whose letters there may be changes of colour. */
function patternFor(text: string): string {
  const letters = [...text].map((letter) => letter.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&"));
  return letters.join(letters.length <= MOST_COLOURED ? COLOUR : "").slice(0, 1_000);
}

function wholeNumber(text: string | undefined, least: number): number | null {
  const number = Number(text);
  return text !== undefined && text !== "" && Number.isSafeInteger(number) && number >= least ? number : null;
}

/** 123 of `#L123`. */
export const lineOfHash = (hash: string): number | null => wholeNumber(/^#L(\d+)$/.exec(hash)?.[1], 1);
