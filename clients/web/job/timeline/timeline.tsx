import { useState } from "preact/hooks";
import { now } from "../../design/now.tsx";
import { Panel } from "../../design/panel.tsx";
import { span as spanWords } from "../../design/time.ts";
import type { Span } from "./model.ts";
import "./timeline.css";

/** What stands under the bar at most. */
const MOST_TICKS = 6;
const STEPS_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800];

/** What a job did when: a bar over time, and the same as a table. */
export function Timeline({ spans }: { readonly spans: readonly Span[] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const first = spans[0];
  if (!first) return null;
  const present = now.value;
  const last = spans.at(-1) as Span;
  const isOver = ["completed", "failed", "cancelled"].includes(last.kind);
  const lived = isOver ? spans.slice(0, -1) : spans;
  const end = isOver ? last.from : Math.max(present, last.from + 1);
  const whole = Math.max(1, end - first.from);
  const shown = chosen === null ? null : (spans[chosen] ?? null);
  const part = (millis: number): string => `${Math.min(100, Math.max(0, (millis / whole) * 100))}%`;
  return (
    <Panel
      title="Timeline"
      aside={
        <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? "As a bar" : "As a table"}
        </button>
      }
    >
      {isTable ? (
        <SpanTable spans={spans} end={end} />
      ) : (
        <div class="timeline">
          <ol class="timeline-bar" aria-label="What it did, the first thing first" onMouseLeave={() => setChosen(null)}>
            {lived.map((span, index) => (
              <li
                key={index}
                style={{ insetInlineStart: part(span.from - first.from), width: part((span.to ?? end) - span.from) }}
              >
                <button
                  type="button"
                  class={`timeline-span ${span.kind}${chosen === index ? " chosen" : ""}`}
                  aria-label={words(span, end)}
                  onMouseEnter={() => setChosen(index)}
                  onFocus={() => setChosen(index)}
                  onClick={() => setChosen(index)}
                >
                  <span>{labelOf(span)}</span>
                </button>
              </li>
            ))}
          </ol>
          <ol class="timeline-attempts" aria-hidden="true">
            {attemptsOf(lived).map(({ attempt, from, to, servers }) => (
              <li key={attempt} style={{ insetInlineStart: part(from - first.from), width: part((to ?? end) - from) }}>
                Run {attempt}
                <bdi> {servers.join(", ")}</bdi>
              </li>
            ))}
          </ol>
          <ol class="timeline-ticks" aria-hidden="true">
            {ticks(first.from, end).map(({ at, text }) => (
              <li key={at} style={{ insetInlineStart: part(at - first.from) }}>
                {text}
              </li>
            ))}
          </ol>
          <p class="timeline-told" aria-live="off">
            {shown ? <Told span={shown} end={end} /> : <Legend spans={lived} />}
          </p>
        </div>
      )}
    </Panel>
  );
}

const clock = (at: number): string => new Date(at).toLocaleString();
const lasted = (span: Span, end: number): string => spanWords(((span.to ?? end) - span.from) / 1000);

function Told({ span, end }: { readonly span: Span; readonly end: number }) {
  return (
    <>
      <strong>{nameOf(span)}</strong> for {lasted(span, end)}
      {placeOf(span) !== "" && (
        <>
          {" "}
          on <bdi>{placeOf(span)}</bdi>
        </>
      )}
      <span class="timeline-when">
        {clock(span.from)} to {span.to === null ? "now" : clock(span.to)}
      </span>
      <bdi>{span.cause}</bdi>
    </>
  );
}

function Legend({ spans }: { readonly spans: readonly Span[] }) {
  const kinds = [...new Set(spans.map(({ kind }) => kind))];
  return (
    <>
      {kinds.map((kind) => (
        <span key={kind} class="timeline-key">
          <span class={`timeline-colour ${kind}`} /> {NAMES[kind]}
        </span>
      ))}
    </>
  );
}

function SpanTable({ spans, end }: { readonly spans: readonly Span[]; readonly end: number }) {
  return (
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            <th>State</th>
            <th>Run</th>
            <th>From</th>
            <th>For</th>
            <th>Where</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {spans.map((span, index) => (
            <tr key={index}>
              <td>{nameOf(span)}</td>
              <td>{span.attempt || ""}</td>
              <td>{clock(span.from)}</td>
              <td>{isEnd(span) ? "" : lasted(span, end)}</td>
              <td>
                <bdi>{isEnd(span) ? "" : placeOf(span)}</bdi>
              </td>
              <td>
                <bdi>{span.cause}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NAMES: Readonly<Record<Span["kind"], string>> = {
  pending: "Waiting",
  held: "Held",
  starting: "Starting",
  running: "Running",
  paused: "Paused",
  preempting: "Giving way",
  migrating: "Moving",
  cancelling: "Stopping",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

const isEnd = ({ kind }: Span): boolean => kind === "completed" || kind === "failed" || kind === "cancelled";
const nameOf = ({ kind, phase }: Span): string => (phase ? `${NAMES[kind]} (${phase})` : NAMES[kind]);
const labelOf = ({ kind, gpus }: Span): string =>
  kind === "running" && gpus > 0 ? `${NAMES[kind]}, ${gpus} GPU${gpus === 1 ? "" : "s"}` : NAMES[kind];

function placeOf({ servers, gpus, cores }: Span): string {
  if (servers.length === 0) return "";
  const size =
    gpus > 0
      ? `${gpus} GPU${gpus === 1 ? "" : "s"} of `
      : cores > 0
        ? `${cores} core${cores === 1 ? "" : "s"} of `
        : "";
  return `${size}${servers.join(", ")}`;
}

const words = (span: Span, end: number): string =>
  [
    `${labelOf(span)}${span.phase ? ` (${span.phase})` : ""} for ${lasted(span, end)}`,
    placeOf(span) && `on ${placeOf(span)}`,
    `from ${clock(span.from)}`,
    span.cause,
  ]
    .filter(Boolean)
    .join(", ");

interface Attempt {
  readonly attempt: number;
  readonly from: number;
  to: number | null;
  servers: readonly string[];
}

/** From when to when each run lasted, and where it was at its end. */
function attemptsOf(spans: readonly Span[]): readonly Attempt[] {
  const attempts: Attempt[] = [];
  for (const { attempt, from, to, servers } of spans) {
    if (attempt === 0 || servers.length === 0) continue;
    const known = attempts.at(-1);
    if (known?.attempt === attempt) Object.assign(known, { to, servers });
    else attempts.push({ attempt, from, to, servers });
  }
  return attempts;
}

function ticks(from: number, to: number): readonly { readonly at: number; readonly text: string }[] {
  const step = (STEPS_SECONDS.find((each) => (to - from) / 1000 / each <= MOST_TICKS) ?? 2_592_000) * 1000;
  const zone = new Date(from).getTimezoneOffset() * 60_000;
  const found = [];
  for (let at = Math.ceil((from - zone) / step) * step + zone; at < to; at += step)
    found.push({ at, text: tickText(at, step) });
  return found;
}

function tickText(at: number, step: number): string {
  const time = new Date(at);
  if (step >= 86_400_000) return time.toLocaleDateString(undefined, { month: "short", day: "numeric" });
  return time.toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    ...(step < 60_000 && { second: "2-digit" }),
    hour12: false,
  });
}
