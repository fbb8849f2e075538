import { type Piece, piecesOf } from "./ansi.ts";
import type { Line } from "./pages.ts";

/** A longer line is cut until somebody wants all of it. */
export const MOST_CHARACTERS = 2_000;

interface Props {
  readonly line: Line;
  readonly isMarked: boolean;
  readonly isWhole: boolean;
  readonly showsRank: boolean;
  readonly showsTime: boolean;
  /** What is looked for, in lower case; empty: nothing. */
  readonly needle: string;
  onNumber(number: number): void;
  onWhole(number: number): void;
}

export function LineRow({ line, isMarked, isWhole, showsRank, showsTime, needle, onNumber, onWhole }: Props) {
  const isCut = !isWhole && line.text.length > MOST_CHARACTERS;
  return (
    <div
      class={`log-line${line.stream === "STDERR" ? " stderr" : ""}${isMarked ? " marked" : ""}`}
      data-number={line.number}
    >
      <a
        class="log-number"
        href={`#L${line.number}`}
        tabIndex={-1}
        aria-label={`Line ${line.number}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onNumber(line.number);
        }}
      >
        {line.number}
      </a>
      {showsTime && (
        <time class="log-time" dateTime={line.at} title={line.at}>
          {timeOf(line.at)}
        </time>
      )}
      {showsRank && <span class="log-rank">{line.rank}</span>}
      <span class="log-text">
        {highlighted(piecesOf(isCut ? cutAt(line.text, MOST_CHARACTERS) : line.text), needle)}
        {line.continues && (
          <span class="log-code" title="The line was too long and goes on below">
            ↩
          </span>
        )}
        {isCut && (
          <button type="button" class="log-more" onClick={() => onWhole(line.number)}>
            show all {line.text.length.toLocaleString("en")} characters
          </button>
        )}
      </span>
    </div>
  );
}

/** Without half a character at the end. */
const cutAt = (text: string, length: number): string =>
  text.slice(0, (text.codePointAt(length - 1) ?? 0) > 0xffff ? length - 1 : length);

/** `14:05:09.123`, in local time. */
function timeOf(at: string): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

function highlighted(pieces: readonly Piece[], needle: string) {
  const spans = needle === "" ? [] : spansOf(pieces.map(({ text }) => text).join(""), needle);
  let at = 0;
  return pieces.map((piece, index) => {
    const from = at;
    at += piece.text.length;
    const inside = spans.filter(([begin, end]) => begin < at && end > from);
    const marks = piece.isCode ? "log-code" : piece.marks;
    if (inside.length === 0)
      return marks === "" ? (
        piece.text
      ) : (
        <span key={index} class={marks}>
          {piece.text}
        </span>
      );
    const parts = [];
    let done = from;
    for (const [begin, end] of inside) {
      parts.push(piece.text.slice(done - from, Math.max(begin, from) - from));
      parts.push(<mark key={begin}>{piece.text.slice(Math.max(begin, from) - from, Math.min(end, at) - from)}</mark>);
      done = Math.min(end, at);
    }
    parts.push(piece.text.slice(done - from));
    return (
      <span key={index} class={marks}>
        {parts}
      </span>
    );
  });
}

function spansOf(text: string, needle: string): (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return spans; // some letters become two: rather no mark than a wrong one
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at + needle.length))
    spans.push([at, at + needle.length]);
  return spans;
}
