import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { Panel } from "../design/panel.tsx";
import { StatusPill } from "../design/status.tsx";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";

export function OverviewPage() {
  const { data, problem } = useLive("running", (signal) => api().jobs({ filter: { phase: "RUNNING" } }, { signal }));
  return (
    <>
      <PageTitle title="Overview" />
      <Panel title="Running">
        {problem && <Empty title={problem} kind="problem" />}
        {!data && !problem && <Loading what="jobs" />}
        {data?.items.map((job) => (
          <p key={job.id}>
            <a href={`/jobs/${job.id}`}>{job.name}</a> <StatusPill job={job} />
          </p>
        ))}
        {data?.total === 0 && <Empty title="Nothing runs at present" />}
      </Panel>
    </>
  );
}
