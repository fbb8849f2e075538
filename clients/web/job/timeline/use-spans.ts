import type { JobPage } from "../../generated/operations.ts";
import { api } from "../../live/client.ts";
import { useLive } from "../../live/use-live.ts";
import { type Span, spansOf, TIMELINE_EVENTS } from "./model.ts";

/** More than this is not drawn: a job that was moved so often is told by its events. */
const MOST_EVENTS = 3_000;
const types: ReadonlySet<string> = new Set(TIMELINE_EVENTS);

/** The life of a job up to now. */
export function useSpans({ id, status, endedAt }: JobPage): readonly Span[] {
  const { data } = useLive(
    id,
    (signal) => api().events({ job: id, types: TIMELINE_EVENTS, limit: MOST_EVENTS }, { signal }),
    { affects: ({ jobId, type }) => jobId === id && types.has(type) },
  );
  const kind = status === "COMPLETED" ? "completed" : status === "FAILED" ? "failed" : "cancelled";
  return spansOf(data ?? [], endedAt === null ? null : { kind, at: Date.parse(endedAt) });
}
