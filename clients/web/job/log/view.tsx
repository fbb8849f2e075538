import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Empty } from "../../design/empty.tsx";
import { Loading } from "../../design/loading.tsx";
import { attempt as attemptTo } from "../../live/toasts.ts";
import { plainText } from "./ansi.ts";
import { LineRow } from "./line.tsx";
import "./log.css";
import { isLine } from "./pages.ts";
import type { Pane } from "./pane.ts";
import { type LogSettings, lineOfHash, linesWith, shownLines } from "./settings.ts";
import type { LogSource } from "./source.ts";
import { remembered, Toolbar } from "./toolbar.tsx";
import { newest, rowsFor, useLog, useRedraw, useScan } from "./use-log.ts";

export interface LogViewProps {
  readonly job: string;
  readonly isOver: boolean;
  /** Numbers of the runs that there were. */
  readonly attempts: readonly number[];
  /** How many servers it runs on, each of which prints. */
  readonly ranks: number;
  readonly settings: LogSettings;
  onSettings(settings: LogSettings): void;
}

const TELL_MILLIS = 3_000;

/** The output of one job: live, of any length. */
export function LogView({ job, isOver, attempts, ranks, settings, onSettings }: LogViewProps) {
  const redraw = useRedraw();
  const { source, pane, problem } = useLog(job, settings.attempt, isOver, redraw);
  const [isWrapping, setWrapping] = useState(() => remembered("wrap"));
  const [showsTimes, setTimes] = useState(() => remembered("times"));
  const [marked, setMarked] = useState<number | null>(() => lineOfHash(location.hash));

  const { stream, rank, search, isOnlyFound } = settings;
  const needle = search.toLowerCase();
  const filter = shownLines(settings);
  const shown = useScan(source, filter, JSON.stringify([stream, rank, isOnlyFound && needle]), redraw);
  const searched = useScan(source, search === "" || isOnlyFound ? null : linesWith(search), needle, redraw);

  useLayoutEffect(() => {
    if (!source || !pane) return;
    pane.show(rowsFor(source, shown), isWrapping);
    redraw();
  }, [source, pane, shown, isWrapping]);

  const goTo = (number: number): void => {
    setMarked(number);
    pane?.goTo(number);
    redraw();
  };
  const isOpen = source?.isOpen ?? false;
  useEffect(() => {
    const toHash = (): void => {
      const number = lineOfHash(location.hash);
      if (number !== null) goTo(number);
    };
    if (isOpen) toHash();
    addEventListener("hashchange", toHash);
    return () => removeEventListener("hashchange", toHash);
  }, [pane, isOpen]);

  if (problem !== null)
    return (
      <Empty title="The output cannot be read" kind="problem">
        <p>{problem}</p>
      </Empty>
    );
  if (!source || !pane || !isOpen) return <Loading what="the output" />;

  const copyLink = (number: number): void => {
    goTo(number);
    const url = new URL(location.href);
    url.hash = `L${number}`;
    history.replaceState(history.state, "", url);
    void attemptTo(() => navigator.clipboard.writeText(url.href), `The link to line ${number} is copied`);
  };

  return (
    <section class="log" aria-label="Output">
      <Toolbar
        {...{ job, attempts, ranks, settings, onSettings, source, marked, isWrapping, showsTimes, goTo }}
        shown={shown}
        hits={isOnlyFound ? shown : searched}
        onWrapping={setWrapping}
        onTimes={setTimes}
      />
      {source.removed !== null && <p class="log-removed">{source.removed}</p>}
      <Lines
        {...{ source, pane, marked, showsTimes, redraw }}
        showsRank={ranks > 1 && rank === null}
        needle={needle}
        onNumber={copyLink}
        empty={emptyWords(source, isOver, filter !== null, shown?.isDone ?? false)}
      />
      <Tail source={source} isFollowing={pane.isFollowing} />
    </section>
  );
}

function emptyWords(source: LogSource, isOver: boolean, isFiltered: boolean, isDone: boolean): string {
  if (isFiltered && source.last >= source.first) return isDone ? "No line is like that." : "Looking…";
  if (source.last > 0) return "The output was removed: it was older than the server keeps it.";
  return isOver ? "It has printed nothing." : "It has printed nothing yet. Lines appear here as they come.";
}

interface LinesProps {
  readonly source: LogSource;
  readonly pane: Pane;
  readonly marked: number | null;
  readonly showsTimes: boolean;
  readonly showsRank: boolean;
  readonly needle: string;
  readonly empty: string;
  redraw(): void;
  onNumber(number: number): void;
}

/** The window on the lines. Only what is seen is in the page. */
function Lines({ source, pane, marked, showsTimes, showsRank, needle, empty, redraw, onNumber }: LinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRef<HTMLDivElement>(null);
  const settling = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set());
  const [, drawAgain] = useState(0);
  const { from, to, offset } = pane.draw();
  const { rows } = pane;

  useLayoutEffect(() => {
    const element = view.current;
    if (!element) return;
    const sized = (): void => {
      if (pane.resize(element.clientHeight)) redraw();
    };
    const observer = new ResizeObserver(sized);
    observer.observe(element);
    sized();
    return () => observer.disconnect();
  }, [pane]);
  useLayoutEffect(() => {
    const [bar, element] = [scroller.current, view.current];
    if (!bar || !element) return;
    rows.look(from - (to - from), to + (to - from));
    if (pane.isWrapping && pane.measure(heightsIn(element))) {
      drawAgain((count) => count + 1); // before anything is painted
      return;
    }
    const wanted = pane.barAt(performance.now());
    if (wanted === null) return;
    bar.scrollTop = wanted;
    pane.barIsAt(bar.scrollTop);
  });

  const scrolled = (): void => {
    if (!scroller.current || !pane.scrolledTo(scroller.current.scrollTop, performance.now())) return;
    redraw();
    clearTimeout(settling.current);
    settling.current = setTimeout(redraw, 200);
  };
  const numbers = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  const digits = String(source.last).length;
  return (
    <div class="log-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section ref={scroller} class="log-scroller" onScroll={scrolled} tabIndex={0} aria-label="Lines">
        <div class="log-canvas" style={{ height: `${pane.length}px` }}>
          <div ref={view} class={`log-window${pane.isWrapping ? " wrapping" : ""}`}>
            <div class="log-lines" style={{ transform: `translateY(${-offset}px)`, "--digits": digits }}>
              {numbers.map((index) => {
                const row = rows.at(index);
                const number = row?.number ?? rows.numberAt(index);
                return isLine(row) ? (
                  <LineRow
                    key={number}
                    line={row}
                    isMarked={number === marked}
                    isWhole={whole.has(number)}
                    {...{ showsRank, showsTime: showsTimes, needle, onNumber }}
                    onWhole={() => setWhole(new Set([...whole, number]))}
                  />
                ) : (
                  <div key={number} class="log-line missing" data-number={number}>
                    <span class="log-number">{number}</span>
                    <span class="log-text">{row ? (index === from ? row.reason : "removed") : "…"}</span>
                  </div>
                );
              })}
            </div>
            {rows.count === 0 && <p class="log-empty">{empty}</p>}
          </div>
        </div>
      </section>
      {!pane.isFollowing && (
        <button
          type="button"
          class="log-newest primary"
          onClick={() => {
            pane.isFollowing = true;
            redraw();
          }}
        >
          {source.isComplete ? "To the end" : "Follow newest"} ↓
        </button>
      )}
    </div>
  );
}

function* heightsIn(view: HTMLElement): Generator<readonly [number, number]> {
  for (const row of view.querySelectorAll<HTMLElement>(".log-line"))
    yield [Number(row.dataset.number), row.offsetHeight];
}

/** Tells the newest line to who cannot see it, from time to time: all of them nobody could listen to. */
function Tail({ source, isFollowing }: { readonly source: LogSource; readonly isFollowing: boolean }) {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!isFollowing) return;
    const timer = setInterval(() => {
      const [line] = newest(source, 1);
      setText(line ? plainText(line.text.slice(0, 200)) : "");
    }, TELL_MILLIS);
    return () => clearInterval(timer);
  }, [source, isFollowing]);
  return (
    <p class="visually-hidden" role="log" aria-label="Newest line">
      {text}
    </p>
  );
}
