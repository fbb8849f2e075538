import type { Event } from "../../../sdk/index.ts";

/** What a job is doing for a while. */
export type SpanKind =
  | "pending"
  | "held"
  | "starting"
  | "running"
  | "paused"
  | "preempting"
  | "migrating"
  | "cancelling"
  | "completed"
  | "failed"
  | "cancelled";

/** One stretch of a job's life. Times are in milliseconds since 1970. */
export interface Span {
  readonly kind: SpanKind;
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
  /** Of the run that it is part of; 0: of none. */
  readonly attempt: number;
  readonly servers: readonly string[];
  readonly gpus: number;
  readonly cores: number;
  /** `pulling`, `creating` or `carrying` while it starts. */
  readonly phase: string | null;
  /** In plain words what began it. */
  readonly cause: string;
}

/** Events of these types change what a job does; others are of no weight here. */
export const TIMELINE_EVENTS = [
  "JobSubmitted",
  "JobCancelled",
  "JobPaused",
  "JobResumed",
  "JobRetried",
  "JobPlaced",
  "JobPreempted",
  "JobMigrated",
  "JobResized",
  "JobGivenUp",
  "RunPreparing",
  "RunPrepared",
  "RunStarted",
  "RunPauseFailed",
  "RunDumpFailed",
  "RunExited",
] as const;

interface Share {
  readonly server: string;
  readonly gpus?: readonly unknown[];
  readonly cores?: readonly unknown[];
}

/** What the page reads of the events; their other fields may change. */
interface Body {
  readonly attempt?: number;
  readonly on?: readonly Share[] | null;
  readonly to?: readonly Share[];
  readonly by?: string;
  readonly live?: boolean;
  readonly phase?: string;
  readonly cause?: unknown;
  readonly outcome?: {
    readonly kind: "succeeded" | "stopped" | "failed";
    readonly cause?: { readonly message: string };
  };
}

type State = Omit<Span, "from" | "to"> & {
  /** What it has, where it goes next, and where it goes back to when that fails. */
  readonly on: readonly Share[];
  readonly target: readonly Share[];
  readonly origin: readonly Share[];
  /** What it is when it has stopped. */
  readonly endsAs: "failed" | "cancelled";
};

/**
 * The life of a job as stretches that follow each other, told by its events in order.
 * @param end how and when it ended, as the job itself tells; null while it has not. It has the last word: a run that failed may be
 * tried again, which no event says by itself.
 */
export function spansOf(
  events: readonly Event[],
  end: { readonly kind: "completed" | "failed" | "cancelled"; readonly at: number } | null,
): readonly Span[] {
  const spans: Span[] = [];
  let state: State | null = null;
  let since = 0;
  for (const event of events) {
    const next: State | null = after(state, event);
    if (next === state || next === null) continue;
    const at = Date.parse(event.at);
    if (state && at > since) spans.push(spanOf(state, since, at));
    if (!state || at > since || !isSame(state, next)) since = at;
    state = next;
  }
  if (!state) return spans;
  if (!end) return [...spans, spanOf(state, since, null)];
  const isOver = state.kind === end.kind;
  if (!isOver && end.at > since) spans.push(spanOf(state, since, end.at));
  return [...spans, { ...spanOf(isOver ? state : { ...state, kind: end.kind }, end.at, null) }];
}

const spanOf = (
  { on: _, target: __, origin: ___, endsAs: ____, ...state }: State,
  from: number,
  to: number | null,
): Span => ({
  ...state,
  from,
  to,
});

const isSame = (a: State, b: State): boolean => a.kind === b.kind && a.attempt === b.attempt && a.phase === b.phase;

const nowhere = {
  servers: [],
  gpus: 0,
  cores: 0,
  phase: null,
  on: [],
  target: [],
  origin: [],
  endsAs: "failed",
} as const;

/** What it does after the event; the same when that changes nothing. The rules are those of the scheduler's own `transition`. */
function after(state: State | null, event: Event): State | null {
  const body = event.body as Body;
  const cause = event.summary;
  if (event.type === "JobSubmitted") return { kind: "pending", attempt: 0, cause, ...nowhere };
  if (!state) return null;
  const { kind, attempt } = state;
  const waits = (as: SpanKind = "pending"): State => ({ ...nowhere, kind: as, attempt, cause });
  switch (event.type) {
    case "JobPlaced":
      return begun({ ...state, attempt: body.attempt ?? attempt + 1 }, body.on ?? [], cause);
    case "RunPreparing":
      if (kind !== "starting" || body.attempt !== attempt || body.phase === state.phase) return state;
      return { ...state, phase: body.phase ?? null, cause };
    case "RunStarted":
      return kind === "starting" ? { ...state, kind: "running", phase: null, origin: [], cause } : state;
    case "RunPrepared":
      return state;
    case "JobPaused":
      if (kind === "pending") return { ...state, kind: "held", cause };
      return kind === "running" ? { ...state, kind: "paused", cause } : state;
    case "JobResumed":
      if (kind === "held") return { ...state, kind: "pending", cause };
      if (kind !== "paused") return state;
      return { ...state, ...(body.on && placed(body.on)), kind: "running", cause };
    case "RunPauseFailed":
      return kind === "paused" ? { ...state, kind: "running", cause } : state;
    case "JobPreempted":
      return { ...state, kind: "preempting", cause };
    case "JobMigrated":
      return { ...state, kind: "migrating", target: body.to ?? [], cause };
    case "JobResized":
      if (body.live) return { ...state, ...placed(body.to ?? []), cause };
      return { ...state, kind: "migrating", target: body.to ?? [], cause };
    case "RunDumpFailed":
      return kind === "migrating" ? { ...state, kind: "running", cause } : state;
    case "JobCancelled":
      if (kind === "pending" || kind === "held") return { ...state, kind: "cancelled", cause };
      return isOver(kind) ? state : { ...state, kind: "cancelling", endsAs: "cancelled", cause };
    case "JobGivenUp":
      if (kind === "pending" || kind === "held") return { ...state, kind: "failed", cause };
      return isOver(kind) ? state : { ...state, kind: "cancelling", endsAs: "failed", cause };
    case "JobRetried":
      return waits();
    case "RunExited":
      return exited(state, body, cause, waits);
    default:
      return state;
  }
}

function exited(state: State, body: Body, cause: string, waits: (as?: SpanKind) => State): State {
  const { kind, attempt } = state;
  if (body.attempt === attempt + 1) return kind === "migrating" ? { ...state, kind: "running", cause } : state;
  if (body.attempt !== attempt) return state;
  if (body.outcome?.kind === "succeeded") return { ...state, kind: "completed", cause };
  if (kind === "cancelling") return { ...state, kind: state.endsAs, cause };
  if (kind === "migrating" && body.outcome?.kind === "stopped")
    return begun({ ...state, attempt: attempt + 1 }, state.target, cause, state.on);
  if (kind === "starting" && state.origin.length > 0)
    return begun({ ...state, attempt: attempt + 1 }, state.origin, cause);
  return waits(); // if it was the last time, its end says so
}

function begun(state: State, on: readonly Share[], cause: string, origin: readonly Share[] = []): State {
  return { ...state, ...placed(on), kind: "starting", phase: "creating", target: [], origin, cause };
}

const placed = (on: readonly Share[]): Pick<State, "on" | "servers" | "gpus" | "cores"> => ({
  on,
  servers: on.map(({ server }) => server),
  gpus: on.reduce((sum, { gpus }) => sum + (gpus?.length ?? 0), 0),
  cores: on.reduce((sum, { cores }) => sum + (cores?.length ?? 0), 0),
});

const isOver = (kind: SpanKind): boolean => kind === "completed" || kind === "failed" || kind === "cancelled";

/** Is it kept waiting by its user at the end of its life so far? */
export const isHeld = (spans: readonly Span[]): boolean => spans.at(-1)?.kind === "held";
