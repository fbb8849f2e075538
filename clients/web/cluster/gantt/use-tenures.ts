import { useRef } from "preact/hooks";
import type { Event } from "../../../sdk/index.ts";
import { api } from "../../live/client.ts";
import { type Live, useLive } from "../../live/use-live.ts";
import { type Span, spanOf } from "./span.ts";

/** More are not fetched: nobody could tell them apart. */
const MOST = 20_000;
const PAGE = 1_000;
/** What has happened since the last question is asked for from so much earlier on. */
const OVERLAP_MILLIS = 5_000;
const EVERY_MILLIS = 1_000;

export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Tenures {
  /** In the order in which they began. */
  readonly spans: readonly Span[];
  /** How many there are that were not fetched. */
  readonly left: number;
}

/** Who had what in that window, kept up to date: only what may have changed is asked for again. */
export function useTenures(window: Window): Live<Tenures> {
  const key = `${window.from}-${window.to}`;
  const kept = useRef({ key: "", spans: new Map<string, Span>(), askedAt: 0, left: 0 });
  return useLive(
    key,
    async (signal) => {
      if (kept.current.key !== key) kept.current = { key, spans: new Map(), askedAt: window.from, left: 0 };
      const { current } = kept;
      const askedAt = Date.now();
      const from = Math.max(window.from, Math.min(current.askedAt, askedAt) - OVERLAP_MILLIS);
      if (from >= window.to) return { spans: [...current.spans.values()], left: current.left };
      for (let after: string | null = null; ; ) {
        const page = await api().timeline({ from: time(from), to: time(window.to), first: PAGE, after }, { signal });
        for (const tenure of page.items) {
          const span = spanOf(tenure);
          const known = current.spans.get(span.id);
          current.spans.set(span.id, known ? { ...span, from: Math.min(known.from, span.from) } : span);
        }
        after = page.next;
        current.left = after !== null && current.spans.size >= MOST ? page.total - current.spans.size : 0;
        if (after === null || current.left > 0) break;
      }
      current.askedAt = askedAt;
      return { spans: [...current.spans.values()], left: current.left };
    },
    { affects: changesPlaces, everyMillis: EVERY_MILLIS },
  );
}

const time = (at: number): string => new Date(at).toISOString();

const PLACES =
  /^(JobPlaced|JobPaused|JobResumed|JobPreempted|JobMigrated|JobResized|JobCancelled|JobGivenUp|JobDeleted|Run(Prepared|Started|Resized|Exited|DumpFailed|PauseFailed))$/;
const changesPlaces = ({ type }: Event): boolean => PLACES.test(type);
