import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { GetJobPage, type JobPage as JobFacts } from "../generated/operations.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { CheckpointsPanel } from "./checkpoints.tsx";
import { EventsPanel } from "./events.tsx";
import { Facts } from "./facts.tsx";
import { Head } from "./head.tsx";
import "./job.css";
import { lineOfHash, queryOf, settingsOf } from "./log/settings.ts";
import { LogView } from "./log/view.tsx";
import { Metrics } from "./metrics/metrics.tsx";
import { MigrationsPanel, RunsPanel } from "./runs.tsx";
import { isHeld } from "./timeline/model.ts";
import { Timeline } from "./timeline/timeline.tsx";
import { useSpans } from "./timeline/use-spans.ts";
import { WhyPanel } from "./why.tsx";

const TABS = { overview: "Overview", log: "Log", metrics: "Metrics", runs: "Runs", events: "Events" } as const;
type Tab = keyof typeof TABS;

const EVERY_MILLIS = 1_000;

/** The page of one job. `id` comes from the path: the job's id, or the number in it. */
export function JobPage({ id = "" }: { readonly id?: string }) {
  const full = /^\d+$/.test(id) ? `job-${id}` : id;
  const last = useRef<JobFacts | null>(null);
  const { data, problem } = useLive(full, (signal) => api().request(GetJobPage, { id: full }, { signal }), {
    // Why a job waits may change with whatever happens to others.
    affects: ({ jobId, type }) => jobId === full || (last.current?.status === "PENDING" && type !== "RunProgressed"),
    everyMillis: EVERY_MILLIS,
  });
  if (data?.job) last.current = data.job;
  if (last.current && last.current.id !== full) last.current = null;

  if (data?.job) return <KnownJob job={data.job} />;
  if (data && last.current) return <Deleted job={last.current} />;
  if (data)
    return (
      <Empty title={`There is no job ${full}`}>
        <p>It may have been deleted, or the address is wrong.</p>
        <a href="/jobs">All jobs</a>
      </Empty>
    );
  if (problem !== null)
    return (
      <Empty title="The job cannot be shown" kind="problem">
        <p>{problem}</p>
      </Empty>
    );
  return <Loading what={full} />;
}

const Deleted = ({ job }: { readonly job: JobFacts }) => (
  <Empty title={`${job.id} was deleted`}>
    <p>
      The record and the output of <bdi>{job.name}</bdi> are gone.
    </p>
    <a href="/jobs">All jobs</a>
  </Empty>
);

function KnownJob({ job }: { readonly job: JobFacts }) {
  const { query, path, route } = useLocation();
  const tab = tabOf(query.tab);
  const isOver = job.endedAt !== null;
  const spans = useSpans(job);
  useEffect(() => {
    document.title = `${job.name} (${job.id}) · Schedulearn`;
  }, [job.name, job.id]);
  return (
    <article class="job">
      <Head job={job} isHeld={isHeld(spans)} />
      <nav class="tabs" aria-label="Parts of this page">
        {(Object.keys(TABS) as Tab[]).map((each) => (
          <a
            key={each}
            href={each === "overview" ? path : `${path}?tab=${each}`}
            aria-current={each === tab ? "page" : undefined}
          >
            {TABS[each]}
          </a>
        ))}
      </nav>
      {tab === "overview" && (
        <div class="job-overview">
          <Timeline spans={spans} />
          <WhyPanel job={job} />
          <Facts job={job} />
        </div>
      )}
      {tab === "log" && (
        <LogView
          job={job.id}
          isOver={isOver}
          attempts={job.runs.nodes.map(({ attempt }) => attempt)}
          ranks={Math.max(1, ...job.runs.nodes.map(({ serverNames }) => serverNames.length))}
          settings={settingsOf(query)}
          onSettings={(settings) => route(addressOf(path, { tab: "log", ...queryOf(settings) }), true)}
        />
      )}
      {tab === "metrics" && <Metrics job={job.id} isOver={isOver} />}
      {tab === "runs" && (
        <div class="job-runs">
          <RunsPanel job={job} />
          <MigrationsPanel job={job} />
          <CheckpointsPanel job={job} />
        </div>
      )}
      {tab === "events" && <EventsPanel job={job.id} />}
    </article>
  );
}

/** A link to a line is one to the log. */
const tabOf = (wanted: string | undefined): Tab =>
  wanted !== undefined && wanted in TABS ? (wanted as Tab) : lineOfHash(location.hash) !== null ? "log" : "overview";

function addressOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined);
  return `${path}?${new URLSearchParams(given)}`;
}
