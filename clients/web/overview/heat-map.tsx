import { useState } from "preact/hooks";
import { Empty } from "../design/empty.tsx";
import { hueOf } from "../design/hue.ts";
import { Loading } from "../design/loading.tsx";
import { Panel } from "../design/panel.tsx";
import type { HeatGpu, HeatServer } from "../generated/operations.ts";
import { type GpuUsage, useGpuUsage } from "../live/use-gpu-usage.ts";
import { Share } from "./share.tsx";

/** Each server, and in it each GPU as a cell: who holds it by its colour, how busy it is by how full it is. */
export function HeatMap({ servers }: { readonly servers: readonly HeatServer[] | null }) {
  const usage = useGpuUsage();
  const [pointed, point] = useState<string | null>(null);
  const gpus = servers?.flatMap((server) => server.gpus) ?? [];
  const held = gpus.filter(({ job }) => job !== null).length;
  return (
    <Panel title="Servers and GPUs" class="heat-map" aside={gpus.length > 0 && `${held} of ${gpus.length} GPUs held`}>
      {servers === null && <Loading what="servers" />}
      {servers?.length === 0 && (
        <Empty title="No servers yet">
          <p>
            Take one in on the page <a href="/servers">Servers</a>, or by <code>schedulearn servers add</code>.
          </p>
        </Empty>
      )}
      {servers && servers.length > 0 && (
        <>
          <ul class="heat-servers">
            {servers.map((server) => (
              <li key={server.name} class={`heat-server ${server.state.toLowerCase()}`}>
                <ServerHead server={server} />
                {server.gpus.length > 0 && (
                  <ul class="heat-gpus" aria-label={`GPUs of ${server.name}`}>
                    {server.gpus.map((gpu) => (
                      <GpuCell
                        key={gpu.id}
                        gpu={gpu}
                        server={server.name}
                        usage={usage.get(gpu.id)}
                        isPointed={pointed !== null && gpu.job?.id === pointed}
                        onPoint={point}
                      />
                    ))}
                  </ul>
                )}
                <Share label="cores" used={server.coresUsed} of={server.cores} />
              </li>
            ))}
          </ul>
          {gpus.length > 0 && <Legend />}
        </>
      )}
    </Panel>
  );
}

const ServerHead = ({ server: { name, state, stateReason } }: { readonly server: HeatServer }) => (
  <div class="heat-head">
    <a href={`/servers/${encodeURIComponent(name)}`}>{name}</a>
    {state !== "UP" && (
      <span class={`status ${state === "DOWN" ? "bad" : "waits"}`} title={stateReason ?? undefined}>
        {state.toLowerCase()}
      </span>
    )}
  </div>
);

interface CellProps {
  readonly gpu: HeatGpu;
  readonly server: string;
  readonly usage: GpuUsage | undefined;
  readonly isPointed: boolean;
  onPoint(job: string | null): void;
}

function GpuCell({ gpu, server, usage, isPointed, onPoint }: CellProps) {
  const busy = usage?.utilisationPercent ?? gpu.utilisationPercent;
  const words = wordsOf(gpu, busy);
  const { job } = gpu;
  return (
    <li>
      <a
        class={`gpu ${gpu.state.toLowerCase()} ${job ? `held hue-${hueOf(job.id)}` : ""} ${isPointed ? "pointed" : ""}`}
        href={job ? `/jobs/${job.id}` : `/servers/${encodeURIComponent(server)}`}
        aria-label={words}
        data-tip={words}
        onPointerEnter={() => onPoint(job?.id ?? null)}
        onPointerLeave={() => onPoint(null)}
        onFocus={() => onPoint(job?.id ?? null)}
        onBlur={() => onPoint(null)}
      >
        <span class="gpu-load" style={{ blockSize: `${job ? (busy ?? 100) : (busy ?? 0)}%` }} />
        <span class="gpu-index">{gpu.state === "FAULTY" ? "!" : gpu.index}</span>
      </a>
    </li>
  );
}

/** `GPU 3, A100: resnet (job-17), 83 % busy`. */
function wordsOf(
  { index, model, state, reason, job, memoryMiB, memoryUsedMiB, temperatureC }: HeatGpu,
  busy: number | null,
): string {
  const whose = job ? `${job.name} (${job.id})` : state === "IDLE" ? "free" : null;
  const trouble =
    state === "FAULTY" || state === "BUSY" ? `${state.toLowerCase()}: ${reason ?? "no reason told"}` : null;
  const memory =
    memoryMiB && memoryUsedMiB !== null ? `memory ${Math.round((100 * memoryUsedMiB) / memoryMiB)} %` : null;
  const told = [
    whose,
    trouble,
    busy === null ? null : `${Math.round(busy)} % busy`,
    memory,
    temperatureC === null ? null : `${Math.round(temperatureC)} °C`,
  ].filter((each) => each !== null);
  return `GPU ${index}${model ? `, ${model}` : ""}: ${told.join(", ")}`;
}

const Legend = () => (
  <ul class="legend" aria-label="What the cells mean">
    <li>
      <span class="gpu idle" /> free
    </li>
    <li>
      <span class="gpu held hue-0">
        <span class="gpu-load half" />
      </span>
      held, a colour for each job; as full as it is busy
    </li>
    <li>
      <span class="gpu busy" /> busy by others
    </li>
    <li>
      <span class="gpu faulty">!</span> faulty
    </li>
  </ul>
);
