import "./overview.css";
import { Empty } from "../design/empty.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { Tips } from "../design/tips.tsx";
import { GetOutcomes, GetOverviewJobs, GetOverviewServers } from "../generated/operations.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { Figures } from "./figures.tsx";
import { HeatMap } from "./heat-map.tsx";
import { Queue } from "./queue.tsx";
import { Running } from "./running.tsx";
import { Throughput } from "./throughput.tsx";
import { useForecasts } from "./use-forecasts.ts";

const DAY_MILLIS = 86_400_000;
const HOURS = 24;

export function OverviewPage() {
  const jobs = useLive("jobs", (signal) => api().request(GetOverviewJobs, {}, { signal }), { everyMillis: 1_000 });
  const servers = useLive("servers", (signal) => api().request(GetOverviewServers, {}, { signal }), {
    everyMillis: 1_000,
    affects: ({ type }) => type !== "RunProgressed",
  });
  const outcomes = useLive(
    "outcomes",
    (signal) =>
      api().request(GetOutcomes, { from: new Date(Date.now() - DAY_MILLIS).toISOString(), points: HOURS }, { signal }),
    { everyMillis: 5_000, affects: ({ type }) => type === "RunExited" || type.startsWith("Job") },
  );
  const list = jobs.data;
  const forecasts = useForecasts(list?.queued.nodes.map(({ id }) => id) ?? []);
  const machines = servers.data?.servers.nodes ?? null;
  const problem = jobs.problem ?? servers.problem ?? outcomes.problem;
  return (
    <>
      <PageTitle title="Overview" />
      {problem && <Empty title={problem} kind="problem" />}
      <Figures cluster={list?.cluster ?? null} servers={machines} />
      <div class="overview">
        <HeatMap servers={machines} />
        <Running jobs={list?.running.nodes ?? null} total={list?.running.totalCount ?? 0} />
        <div class="overview-side">
          <Throughput outcomes={outcomes.data?.outcomes ?? null} />
          <Queue jobs={list?.queued.nodes ?? null} total={list?.queued.totalCount ?? 0} forecasts={forecasts} />
        </div>
      </div>
      <Tips />
    </>
  );
}
