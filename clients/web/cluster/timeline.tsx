import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { Panel } from "../design/panel.tsx";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import "./cluster.css";
import { Chart } from "./gantt/chart.tsx";
import { foreseen } from "./gantt/foresee.ts";
import { liveRange, parametersOf, type Range, rangeAfter, rangeFrom, viewOf } from "./gantt/range.ts";
import { layOut } from "./gantt/rows.ts";
import type { Span } from "./gantt/span.ts";
import { SpanTable } from "./gantt/span-table.tsx";
import { useTenures, type Window } from "./gantt/use-tenures.ts";
import { momentText, type View, zoomed } from "./gantt/view.ts";
import { Segments } from "./segments.tsx";
import { useClock } from "./use-clock.ts";
import { useServers } from "./use-servers.ts";

const SPANS = [
  ["900", "15 min"],
  ["3600", "1 h"],
  ["21600", "6 h"],
  ["86400", "1 d"],
  ["604800", "7 d"],
] as const;
const TICK_MILLIS = 1_000;
const FORECAST_EVERY_MILLIS = 10_000;
/** How long the URL waits for the view to rest. */
const REST_MILLIS = 250;

interface Filter {
  readonly server: string;
  readonly user: string;
  readonly job: string;
}

/** Who had which GPU of which server when, and who is expected to have it. */
export function TimelinePage() {
  const { query, route } = useLocation();
  const now = useClock(TICK_MILLIS);
  const [range, setRange] = useState<Range>(() => rangeFrom(query));
  const [isTabular, setTabular] = useState(false);
  const [filter, setFilter] = useState<Filter>(() => filterFrom(query));
  useUrl(range, filter, query, (from) => {
    setRange(rangeFrom(from));
    setFilter(filterFrom(from));
  });
  const view = viewOf(range, now);
  const window = useWindow(view);
  const { data: servers, problem: serversProblem } = useServers();
  const { data: tenures, problem } = useTenures(window);
  const { data: forecast } = useLive("forecast", (signal) => api().forecast({ first: 200 }, { signal }), {
    everyMillis: FORECAST_EVERY_MILLIS,
    affects: ({ type }) => type !== "RunProgressed",
  });
  const spans = useMemo(() => {
    const past = tenures?.spans ?? [];
    return [...past, ...foreseen(forecast, past, servers ?? [], Date.now())];
  }, [tenures, forecast, servers]);
  const layout = useMemo(
    () => layOut(servers ?? [], spans, Date.now(), filter.server || null),
    [servers, spans, filter.server],
  );
  const users = useMemo(() => [...new Set(spans.flatMap(({ user }) => (user === null ? [] : [user])))].sort(), [spans]);
  const isShown = (span: Span): boolean => matches(span, filter);
  const change = (next: (view: View) => View): void =>
    setRange((before) => {
      const at = Date.now();
      return rangeAfter(before, next(viewOf(before, at)), at);
    });
  const trouble = problem ?? serversProblem;
  const isReady = servers !== null && tenures !== null;
  return (
    <>
      <PageTitle title="Timeline" />
      <Panel title="Who had what when" aside={<InView view={view} range={range} />} class="timeline">
        <div class="toolbar">
          <Segments
            label="How far back"
            choices={SPANS}
            chosen={range.kind === "live" ? (String(Math.round(range.pastMillis / 1_000)) as "3600") : ("" as "3600")}
            onChoose={(seconds) => setRange(liveRange(Number(seconds)))}
          />
          <div class="actions">
            <button
              type="button"
              aria-label="Closer"
              onClick={() => change((each) => zoomed(each, 0.5, anchor(range)))}
            >
              +
            </button>
            <button type="button" aria-label="Farther" onClick={() => change((each) => zoomed(each, 2, anchor(range)))}>
              −
            </button>
            <button type="button" aria-pressed={range.kind === "live"} onClick={() => setRange(liveRange())}>
              Now
            </button>
          </div>
          <Filters
            filter={filter}
            users={users}
            servers={(servers ?? []).map(({ name }) => name)}
            onChange={setFilter}
          />
        </div>
        {trouble && <Empty title={trouble} kind="problem" />}
        {!isReady && !trouble && <Loading what="the timeline" />}
        {isReady && layout.rows.length === 0 && (
          <Empty title="No server yet">
            <p>
              Rows appear with <a href="/servers">the first server</a>.
            </p>
          </Empty>
        )}
        {isReady && layout.rows.length > 0 && (
          <Chart
            layout={layout}
            view={view}
            now={now}
            label="Chart of who had which GPU when. Arrow keys move it, plus and minus zoom, 0 goes back to now; with Shift the arrow keys go from job to job, and Enter opens one. The table below tells the same in words."
            isShown={isShown}
            onView={change}
            onNow={() => setRange(liveRange())}
            onOpen={(job) => route(`/jobs/${job}`)}
          />
        )}
        {isReady && layout.rows.length > 0 && <Legend isEmpty={spans.length === 0} left={tenures.left} />}
        {isReady && spans.length > 0 && (
          <details class="as-table" onToggle={(event) => setTabular(event.currentTarget.open)}>
            <summary>As a table</summary>
            {isTabular && <SpanTable spans={spans.filter(isShown)} view={view} now={now} />}
          </details>
        )}
      </Panel>
    </>
  );
}

/** Where it stays when buttons zoom: the present while it is followed, else the middle. */
const anchor = (range: Range): number =>
  range.kind === "live" ? range.pastMillis / (range.pastMillis + range.futureMillis) : 0.5;

const filterFrom = (query: Readonly<Record<string, string>>): Filter => ({
  server: query.server ?? "",
  user: query.user ?? "",
  job: query.job ?? "",
});

function matches({ user, job, name }: Span, filter: Filter): boolean {
  const text = filter.job.trim().toLowerCase();
  return (
    (filter.user === "" || user === filter.user) &&
    (text === "" || job === text || job === `job-${text}` || name.toLowerCase().includes(text))
  );
}

/** Keeps what is shown in the URL, and follows a link to another. */
function useUrl(
  range: Range,
  filter: Filter,
  query: Readonly<Record<string, string>>,
  onLink: (query: Readonly<Record<string, string>>) => void,
): void {
  const given = Object.entries(filter).filter(([, value]) => value !== "");
  const wanted = new URLSearchParams([...Object.entries(parametersOf(range)), ...given]).toString();
  const isFirst = useRef(true);
  useEffect(() => {
    const timer = setTimeout(
      () => history.replaceState(history.state, "", wanted ? `?${wanted}` : location.pathname),
      REST_MILLIS,
    );
    return () => clearTimeout(timer);
  }, [wanted]);
  useEffect(() => {
    if (!isFirst.current) onLink(query);
    isFirst.current = false;
  }, [query]);
}

/** What is fetched: more than is in view, so that moving it a little fetches nothing. */
function useWindow({ from, to }: View): Window {
  const [window, setWindow] = useState<Window>(() => around(from, to));
  const isWithin = from >= window.from && to <= window.to && window.to - window.from < 12 * (to - from);
  const next = isWithin ? window : around(from, to);
  useEffect(() => setWindow(next), [next.from, next.to]);
  return next;
}

const around = (from: number, to: number): Window => {
  const round = (at: number): number => Math.round(at / 1_000) * 1_000;
  return { from: round(from - (to - from)), to: round(to + (to - from)) };
};

const InView = ({ view, range }: { readonly view: View; readonly range: Range }) => (
  <span>{range.kind === "live" ? "live" : `${momentText(view.from)} – ${momentText(view.to)}`}</span>
);

interface FiltersProps {
  readonly filter: Filter;
  readonly users: readonly string[];
  readonly servers: readonly string[];
  onChange(filter: Filter): void;
}

const Filters = ({ filter, users, servers, onChange }: FiltersProps) => (
  <search class="filters">
    <input
      type="search"
      aria-label="Job"
      placeholder="Job: name or id"
      data-search
      value={filter.job}
      onInput={(event) => onChange({ ...filter, job: event.currentTarget.value })}
    />
    <select
      aria-label="User"
      value={filter.user}
      onChange={(event) => onChange({ ...filter, user: event.currentTarget.value })}
    >
      <option value="">All users</option>
      {[...new Set([...users, filter.user].filter(Boolean))].map((user) => (
        <option key={user}>{user}</option>
      ))}
    </select>
    <select
      aria-label="Server"
      value={filter.server}
      onChange={(event) => onChange({ ...filter, server: event.currentTarget.value })}
    >
      <option value="">All servers</option>
      {[...new Set([...servers, filter.server].filter(Boolean))].map((server) => (
        <option key={server}>{server}</option>
      ))}
    </select>
  </search>
);

const Legend = ({ isEmpty, left }: { readonly isEmpty: boolean; readonly left: number }) => (
  <p class="dim note">
    {isEmpty
      ? "Nobody had anything in this time. "
      : "One colour a job; lighter while it gets ready, stops or is paused; dashed: expected by the forecast. "}
    {left > 0 && `${left.toLocaleString("en")} more are not drawn: zoom in. `}
    <span class="by-mouse">Drag to move, Ctrl and the wheel to zoom.</span>
  </p>
);
