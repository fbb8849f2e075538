import type { Server } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { Panel } from "../design/panel.tsx";
import { toneOf } from "../design/status.tsx";
import "./cluster.css";
import { counted } from "../design/words.ts";
import { GpuTable } from "./gpu-table.tsx";
import { Meters } from "./meters.tsx";
import { ServerActions } from "./server-actions.tsx";
import { ServerNews, ServerPill } from "./server-state.tsx";
import { UsagePanel } from "./usage.tsx";
import { useServers } from "./use-servers.ts";

/** `id` comes from the path: the server's name. */
export function ServerPage({ id = "" }: { readonly id?: string }) {
  const name = decodeURIComponent(id);
  const { data, problem, reload } = useServers();
  const server = data?.find((each) => each.name === name);
  return (
    <>
      <PageTitle title={name}>{server && <ServerActions server={server} onDone={reload} />}</PageTitle>
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="the server" />}
      {data && !server && (
        <Empty title={`There is no server ${name}`}>
          <a href="/servers">All servers</a>
        </Empty>
      )}
      {server && <Whole server={server} onDone={reload} />}
    </>
  );
}

function Whole({ server, onDone }: { readonly server: Server; onDone(): void }) {
  const { name, engine, driver, endpoint, noLiveMigration, gpus, jobs } = server;
  return (
    <div class="server-page">
      <Panel title="State" aside={<ServerPill server={server} />}>
        <div class="server-body">
          <ServerNews server={server} />
          <Meters server={server} />
          <dl class="facts">
            <dt>Endpoint</dt>
            <dd>
              <bdi>{endpoint}</bdi>
            </dd>
            <dt>Runs jobs by</dt>
            <dd>{engine ?? (driver === "PROCESS" ? "processes of this machine" : driver.toLowerCase())}</dd>
            {noLiveMigration && (
              <>
                <dt>Live migration</dt>
                <dd>no: {noLiveMigration}</dd>
              </>
            )}
          </dl>
          <p>
            <a href={`/timeline?server=${encodeURIComponent(name)}`}>Who had what here, over time</a>
          </p>
        </div>
      </Panel>
      <Panel title="Jobs here" aside={counted(jobs.length, "job")}>
        {jobs.length === 0 ? (
          <Empty title="No job holds a part of it now" />
        ) : (
          <ul class="job-list">
            {jobs.map((job) => (
              <li key={job.id}>
                <a href={`/jobs/${job.id}`}>
                  <bdi>{job.name}</bdi>
                </a>
                <span class={`status ${toneOf(job.status)}`}>{job.status.toLowerCase()}</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="GPUs" aside={counted(gpus.length, "GPU")} class="whole">
        {gpus.length === 0 ? (
          <Empty title="It has no GPU that jobs may have">
            <p>Jobs that ask for CPU cores alone run here.</p>
          </Empty>
        ) : (
          <GpuTable server={server} onDone={onDone} />
        )}
      </Panel>
      <div class="whole">
        <UsagePanel server={name} />
      </div>
    </div>
  );
}
