import { useState } from "preact/hooks";
import type { Server } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { Icon } from "../design/icon.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { AddServer } from "./add-server.tsx";
import "./cluster.css";
import { counted } from "../design/words.ts";
import { GpuTiles } from "./gpu-tiles.tsx";
import { Meters } from "./meters.tsx";
import { ServerActions } from "./server-actions.tsx";
import { ServerNews, ServerPill } from "./server-state.tsx";
import { useServers } from "./use-servers.ts";
import { sum } from "./words.ts";

const MOST_JOBS = 6;

/** Every server with what it has, who is on it, and what can be done with it. */
export function ServersPage() {
  const { data, problem, reload } = useServers();
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <PageTitle title="Servers">
        <button type="button" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          <span>Add a server</span>
        </button>
      </PageTitle>
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="servers" />}
      {data?.length === 0 && <NoServer />}
      {data && data.length > 0 && <Summary servers={data} />}
      <ul class="server-cards">
        {data?.map((server) => (
          <li key={server.id}>
            <ServerCard server={server} onDone={reload} />
          </li>
        ))}
      </ul>
      <AddServer isOpen={isAdding} onClose={() => setAdding(false)} onDone={reload} />
    </>
  );
}

const NoServer = () => (
  <Empty title="No server yet">
    <p>Jobs run on Docker hosts. Add the first one here, name them in schedulearn.yaml, or type:</p>
    <p>
      <code>schedulearn servers add gamma ssh://trainer@gamma</code>
    </p>
  </Empty>
);

function Summary({ servers }: { readonly servers: readonly Server[] }) {
  const gpus = servers.flatMap((server) => server.gpus);
  const held = gpus.filter(({ job }) => job !== null).length;
  const unfit = gpus.filter(({ state }) => state === "FAULTY" || state === "BUSY").length;
  const up = servers.filter(({ state }) => state === "UP").length;
  const cores = sum(servers.map((server) => server.cores));
  const parts = [
    `${up} of ${counted(servers.length, "server")} up`,
    gpus.length > 0 && `${held} of ${counted(gpus.length, "GPU")} held`,
    unfit > 0 && `${unfit} not to be had`,
    `${sum(servers.map(({ coresUsed }) => coresUsed))} of ${counted(cores, "core")} held`,
  ];
  return <p class="summary">{parts.filter(Boolean).join(" · ")}</p>;
}

function ServerCard({ server, onDone }: { readonly server: Server; onDone(): void }) {
  const { name, engine, driver, endpoint, jobs, gpus } = server;
  return (
    <article class={`panel server-card ${server.state.toLowerCase()}`} aria-labelledby={`server-${name}`}>
      <header class="panel-head">
        <h2 id={`server-${name}`}>
          <a href={`/servers/${encodeURIComponent(name)}`}>{name}</a>
        </h2>
        <ServerPill server={server} />
      </header>
      <div class="server-body">
        <p class="dim">
          {engine ?? driver.toLowerCase()} · <bdi>{endpoint}</bdi>
        </p>
        <ServerNews server={server} />
        {gpus.length > 0 && <GpuTiles server={server} />}
        <Meters server={server} />
        {jobs.length > 0 && (
          <ul class="chips" aria-label={`Jobs on ${name}`}>
            {jobs.slice(0, MOST_JOBS).map((job) => (
              <li key={job.id}>
                <a class="chip" href={`/jobs/${job.id}`}>
                  <bdi>{job.name}</bdi>
                </a>
              </li>
            ))}
            {jobs.length > MOST_JOBS && <li class="dim">and {jobs.length - MOST_JOBS} more</li>}
          </ul>
        )}
      </div>
      <footer class="server-foot">
        <ServerActions server={server} onDone={onDone} />
      </footer>
    </article>
  );
}
