import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { AuthError } from "../../../sdk/index.ts";
import { api } from "../../live/client.ts";
import { messageOf, refused } from "../../live/link.ts";
import { connected } from "../connected.ts";
import { isLine, type Line } from "./pages.ts";
import { Pane } from "./pane.ts";
import { allRows, foundRows } from "./rows.ts";
import { Scan, type Wanted } from "./scan.ts";
import { LogSource } from "./source.ts";

/** Whoever types a text does not want each beginning of it looked for. */
const TYPING_MILLIS = 150;

/** Draws again with the next frame, however often it is called until then. */
export function useRedraw(): () => void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const planned = useRef(0);
  useEffect(() => () => cancelAnimationFrame(planned.current), []);
  const plan = useRef(() => {
    if (planned.current !== 0) return;
    planned.current = requestAnimationFrame(() => {
      planned.current = 0;
      draw(0);
    });
  });
  return plan.current;
}

/** The output of a job, followed as long as it is looked at; `isOver` going false again begins it anew. */
export function useLog(job: string, attempt: number | null, isOver: boolean, redraw: () => void) {
  const [problem, setProblem] = useState<string | null>(null);
  const [held, setHeld] = useState<{ readonly source: LogSource; readonly pane: Pane } | null>(null);
  useEffect(() => {
    const source = new LogSource({
      job,
      attempt,
      server: api,
      connected,
      changed: redraw,
      failed(error) {
        if (error instanceof AuthError) refused(error);
        setProblem(messageOf(error));
      },
    });
    setProblem(null);
    setHeld({ source, pane: new Pane(allRows(source)) });
    return () => source.close();
  }, [job, attempt]);
  const source = held?.source;
  useEffect(() => {
    if (source && (!source.isOpen || (source.isComplete && !isOver))) void source.open();
  }, [source, isOver]);
  return { source: source ?? null, pane: held?.pane ?? null, problem };
}

/** What is looked for; null while nothing is. @param key tells apart what is wanted */
export function useScan(source: LogSource | null, wanted: Wanted | null, key: string, redraw: () => void): Scan | null {
  const [scan, setScan] = useState<Scan | null>(null);
  const isOpen = source?.isOpen ?? false;
  useEffect(() => {
    setScan(null);
    if (!source || !isOpen || !wanted) return;
    let begun: Scan | null = null;
    const timer = setTimeout(() => {
      begun = new Scan(source, wanted, redraw);
      setScan(begun);
    }, TYPING_MILLIS);
    return () => {
      clearTimeout(timer);
      begun?.close();
    };
  }, [source, isOpen, wanted === null, key]);
  return scan;
}

export const rowsFor = (source: LogSource, filter: Scan | null) =>
  filter ? foundRows(source, filter) : allRows(source);

/** The newest lines that are here, the last one last. */
export function newest(source: LogSource, count: number): readonly Line[] {
  const lines: Line[] = [];
  for (let number = source.last; number > source.last - count; number--) {
    const row = source.at(number);
    if (isLine(row)) lines.unshift(row);
  }
  return lines;
}
